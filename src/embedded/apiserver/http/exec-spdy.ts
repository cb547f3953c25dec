import type { Duplex } from 'node:stream';
import type { ServerCore } from '../server-core.ts';
import { SpdyConnection, type SpdyStream } from '../spdy/spdy-connection.ts';
import type { ExecRequest, RunSession } from './exec-session.ts';

/** The stream protocols of exec over SPDY, the best first. */
export const EXEC_STREAM_PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];

/** Serves exec or attach over SPDY streams, as kubectl up to 1.29 speaks it: one stream for each channel, the result on the error stream. */
export function serveExecSpdy(core: ServerCore, exec: ExecRequest, socket: Duplex, runSession: RunSession): void {
  const wanted = ['error', ...(exec.stdin ? ['stdin'] : []), ...(exec.stdout ? ['stdout'] : []), ...(exec.stderr ? ['stderr'] : [])];
  const streams = new Map<string, SpdyStream>();
  const abort = new AbortController();
  let hasStarted = false;
  const connection = new SpdyConnection(socket, (stream) => {
    stream.on('error', () => {
      /* the client reset it */
    });
    streams.set(stream.headers['streamtype'] ?? '', stream);
    if (stream.headers['streamtype'] === 'resize') stream.resume();
    if (hasStarted || !wanted.every((type) => streams.has(type))) return;
    hasStarted = true;
    void run();
  });
  void connection.closed.then(() => abort.abort(new Error('The client closed the session.')));
  const run = async (): Promise<void> => {
    const status = await runSession(core, exec, {
      stdin: streams.get('stdin'),
      stdout: (chunk) => streams.get('stdout')?.write(chunk),
      stderr: (chunk) => streams.get('stderr')?.write(chunk),
      signal: abort.signal,
    });
    for (const type of ['stdout', 'stderr']) streams.get(type)?.end();
    streams.get('error')?.end(JSON.stringify(status));
  };
}
