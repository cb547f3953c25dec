import type { Duplex } from 'node:stream';
import type { Dialer } from '../node-agent.ts';
import { SpdyConnection, type SpdyStream } from '../spdy/spdy-connection.ts';

/** The upgrade protocol of kubectl's port-forward. */
export const PORT_FORWARD_PROTOCOL = 'portforward.k8s.io';

/**
 * Serves a port-forward connection to one Pod: per connection that the client accepted it opens an error and a data stream
 * with the same `requestid`; data is piped to the Pod's port, and a failure is told as text on the error stream.
 * k8s.io/kubelet/pkg/cri/streaming/portforward.
 */
export function servePortForward(socket: Duplex, pod: { ip: string; namespace: string; name: string }, dialer: Dialer): SpdyConnection {
  const pairs = new Map<string, { error?: SpdyStream; data?: SpdyStream }>();
  const connection = new SpdyConnection(socket, (stream) => {
    const requestId = stream.headers['requestid'] ?? String(stream.id);
    const pair = pairs.get(requestId) ?? {};
    pairs.set(requestId, pair);
    if (stream.headers['streamtype'] === 'error') {
      pair.error = stream;
      stream.resume();
    } else pair.data = stream;
    stream.on('error', () => {
      /* the client reset it */
    });
    const { error, data } = pair;
    if (error === undefined || data === undefined) return;
    pairs.delete(requestId);
    void forward(data, error, pod, dialer);
  });
  return connection;
}

/** Why a port of a Pod could not be reached, as clients print it. */
export function describeFailure(port: number, pod: { ip: string; namespace: string; name: string }, cause: NodeJS.ErrnoException): string {
  return `error forwarding port ${port} to pod ${pod.namespace}/${pod.name}: failed to connect to ${pod.ip}:${port}: ${cause.code === 'ECONNREFUSED' ? 'connection refused' : cause.message}`;
}

async function forward(
  data: SpdyStream,
  error: SpdyStream,
  pod: { ip: string; namespace: string; name: string },
  dialer: Dialer,
): Promise<void> {
  const port = Number(data.headers['port']);
  try {
    const target = await dialer.dial(pod.ip, port);
    target.on('error', () => target.destroy());
    data.on('close', () => target.destroy());
    data.pipe(target);
    target.pipe(data);
    target.once('close', () => {
      data.end();
      error.end();
    });
  } catch (failure) {
    error.end(describeFailure(port, pod, failure as NodeJS.ErrnoException));
    data.end();
  }
}
