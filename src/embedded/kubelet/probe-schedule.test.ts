import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Activity } from '../../base/activity.ts';
import { hostClock } from '../../base/clock.ts';
import type { ProbeResult } from './probe.ts';
import { runProbe } from './probe-schedule.ts';

let server: Server;
beforeEach(async () => {
  server = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.close();
});

/** Runs one probe with a second for its answer, and resolves with the failure it reported, or with its verdict. */
async function probed(attempt: (signal: AbortSignal) => Promise<ProbeResult>): Promise<string> {
  const end = new AbortController();
  return new Promise((resolve) => {
    const heard = {
      onFailure: (output: string) => resolve(output),
      onVerdict: (isSuccess: boolean) => {
        resolve(isSuccess ? 'success' : 'failure');
        return false;
      },
    };
    void runProbe({ timeoutSeconds: 1 }, attempt, undefined, heard, { clock: hostClock, hostClock, activity: new Activity() }, end.signal);
  });
}

const asked = (port: number, whenSent: () => void, signal: AbortSignal): Promise<ProbeResult> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('?', whenSent));
    socket.on('data', () => {
      socket.destroy();
      resolve({ success: true });
    });
    signal.addEventListener('abort', () => {
      socket.destroy();
      resolve({ success: false, output: String(signal.reason) });
    });
  });

it('does not call a probe timed out while the process that must answer it was not let to run', async () => {
  const { port } = server.address() as { port: number };
  const hang = (): void => {
    const until = performance.now() + 1300;
    while (performance.now() < until);
  };
  expect(await probed((signal) => asked(port, hang, signal))).toBe('success');
});

it('calls a probe timed out when nobody answers', async () => {
  const attempt = (signal: AbortSignal): Promise<ProbeResult> =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve({ success: false, output: String(signal.reason) }));
    });
  expect(await probed(attempt)).toBe('Error: probe timed out');
});
