import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { messageOf } from '../../../base/errors.ts';
import type { Status } from '../../../kube/generated/types.ts';
import type { Pod } from '../../../kube/generated/types.ts';
import { statusError } from '../../../kube/status-error.ts';
import type { ServerCore } from '../server-core.ts';
import { containerOf } from './log-stream.ts';
import { flag } from './query-options.ts';
import { statusOf } from './responses.ts';

const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

/**
 * Serves `pods/exec` over WebSocket: the first byte of each binary message is its channel. The result goes to channel 3 and
 * the connection is closed with 1000, after everything that the program wrote.
 */
export async function serveExec(core: ServerCore, pod: Pod, query: URLSearchParams, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  const protocol = PROTOCOLS.find((name) => offered.includes(name));
  if (protocol === undefined) throw statusError('BadRequest', `none of the offered subprotocols is supported: ${offered.join(', ')}`);
  const container = containerOf(pod, query.get('container'));
  const argv = query.getAll('command');
  if (argv.length === 0) throw statusError('BadRequest', 'you must specify at least 1 command to execute');
  if (!pod.spec?.nodeName) throw statusError('BadRequest', `pod ${pod.metadata.name} does not have a host assigned`);
  const { WebSocketServer } = await import('ws');
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false, handleProtocols: () => protocol });
  const webSocket = await new Promise<WebSocket>((resolve) => { server.handleUpgrade(request, socket, head, resolve); });
  const abort = new AbortController();
  const stdin = flag(query, 'stdin') ? new InputQueue() : undefined;
  webSocket.on('message', (data: Buffer, isBinary: boolean) => {
    if (!isBinary || data.length === 0) return;
    if (data[0] === CHANNEL.stdin && data.length > 1) stdin?.push(data.subarray(1));
    else if (data[0] === CHANNEL.close && data[1] === CHANNEL.stdin) stdin?.end();
  });
  webSocket.on('close', () => { stdin?.end(); abort.abort(new Error('The client closed the session.')); });
  webSocket.on('error', () => abort.abort(new Error('The session failed.')));
  const send = (channel: number, chunk: Uint8Array | string): void => {
    if (webSocket.readyState === webSocket.OPEN) webSocket.send(Buffer.concat([Buffer.from([channel]), Buffer.from(chunk as Uint8Array)]));
  };
  const tty = flag(query, 'tty');
  let status: Status;
  try {
    const exitCode = await core.nodeAgent.exec(pod, container, argv, {
      stdin, stdout: (chunk) => { if (flag(query, 'stdout') || tty) send(CHANNEL.stdout, chunk); },
      stderr: (chunk) => { if (tty) send(CHANNEL.stdout, chunk); else if (flag(query, 'stderr')) send(CHANNEL.stderr, chunk); }, signal: abort.signal,
    });
    status = exitStatus(exitCode);
  } catch (error) {
    core.log.debug(`exec in ${pod.metadata.name} failed: ${messageOf(error)}`);
    status = statusOf(error);
  }
  send(CHANNEL.error, JSON.stringify(status));
  webSocket.close(1000);
}

/** How the end of a program is told to the client. */
export function exitStatus(exitCode: number): Status {
  if (exitCode === 0) return { metadata: {}, status: 'Success' };
  return { metadata: {}, status: 'Failure', message: `command terminated with non-zero exit code: exit status ${exitCode}`, reason: 'NonZeroExitCode', details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] } };
}

/** What arrives on a session's stdin, for one reader. */
class InputQueue implements AsyncIterable<Uint8Array> {
  readonly #chunks: Uint8Array[] = [];
  #isEnded = false;
  #wake: () => void = () => {};

  push(chunk: Uint8Array): void { this.#chunks.push(chunk); this.#wake(); }
  end(): void { this.#isEnded = true; this.#wake(); }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) { yield chunk; continue; }
      if (this.#isEnded) return;
      await new Promise<void>((resolve) => { this.#wake = resolve; });
    }
  }
}
