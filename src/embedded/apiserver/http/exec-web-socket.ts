import type { WebSocket } from 'ws';
import { ItemQueue } from '../item-queue.ts';
import type { ServerCore } from '../server-core.ts';
import type { ExecRequest, RunSession } from './exec-session.ts';

/** The subprotocols of exec, the best first. */
export const EXEC_PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

/**
 * Serves exec or attach over WebSocket: the first byte of each binary message is its channel. The result goes to channel 3 and the
 * connection is closed with 1000, after everything that the program wrote.
 */
export async function serveExecWebSocket(core: ServerCore, exec: ExecRequest, webSocket: WebSocket, runSession: RunSession): Promise<void> {
  const abort = new AbortController();
  const stdin = exec.stdin ? new ItemQueue<Uint8Array>() : undefined;
  webSocket.on('message', (data: Buffer, isBinary: boolean) => {
    if (!isBinary || data.length === 0) return;
    if (data[0] === CHANNEL.stdin && data.length > 1) stdin?.push([data.subarray(1)]);
    else if (data[0] === CHANNEL.close && data[1] === CHANNEL.stdin) stdin?.finish();
  });
  webSocket.on('close', () => {
    stdin?.finish();
    abort.abort(new Error('The client closed the session.'));
  });
  webSocket.on('error', () => abort.abort(new Error('The session failed.')));
  const send = (channel: number, chunk: Uint8Array | string): void => {
    if (webSocket.readyState === webSocket.OPEN)
      webSocket.send(Buffer.concat([Buffer.from([channel]), typeof chunk === 'string' ? Buffer.from(chunk) : chunk]));
  };
  const status = await runSession(core, exec, {
    stdin,
    stdout: (chunk) => send(CHANNEL.stdout, chunk),
    stderr: (chunk) => send(CHANNEL.stderr, chunk),
    signal: abort.signal,
  });
  send(CHANNEL.error, JSON.stringify(status));
  webSocket.close(1000);
}
