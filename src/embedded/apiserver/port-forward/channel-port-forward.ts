import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { statusError } from '../../../kube/status-error.ts';
import type { Dialer } from '../node-agent.ts';
import { describeFailure } from './port-forward-session.ts';

/** The `ports` of a request in the channel protocol. Throws BadRequest. */
export function forwardedPorts(query: URLSearchParams): number[] {
  const ports = query
    .getAll('ports')
    .flatMap((text) => text.split(','))
    .filter((text) => text !== '');
  if (ports.length === 0) throw statusError('BadRequest', 'query parameter "ports" is required');
  return ports.map((text) => {
    const port = Number(text);
    if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
      throw statusError('BadRequest', `unable to parse ${JSON.stringify(text)} as a port: must be between 1 and 65535`);
    return port;
  });
}

/**
 * Serves port-forward in the older channel framing that other client libraries speak: channel 2i carries the data of port i,
 * 2i + 1 its errors, and the first message of each channel is the port, least significant byte first.
 */
export function serveChannelPortForward(
  webSocket: WebSocket,
  ports: readonly number[],
  pod: { ip: string; namespace: string; name: string },
  dialer: Dialer,
): void {
  const targets: (Promise<Socket> | undefined)[] = ports.map(() => undefined);
  const send = (channel: number, data: Uint8Array): void => {
    if (webSocket.readyState === webSocket.OPEN) webSocket.send(Buffer.concat([Buffer.from([channel]), data]));
  };
  const open = (index: number): Promise<Socket> => {
    const port = ports[index]!;
    const opened = dialer.dial(pod.ip, port).then((target) => {
      target.on('data', (chunk: Buffer) => send(2 * index, chunk));
      target.on('error', () => target.destroy());
      // One connection is all that this framing can carry; when the last has ended the session has.
      target.once('close', () => {
        targets[index] = undefined;
        if (targets.every((one) => one === undefined)) webSocket.close(1000);
      });
      return target;
    });
    opened.catch((error: NodeJS.ErrnoException) => send(2 * index + 1, Buffer.from(describeFailure(port, pod, error))));
    return opened;
  };
  webSocket.on('message', (data: Buffer, isBinary: boolean) => {
    const index = (data[0] ?? 0) / 2;
    if (!isBinary || data.length < 2 || !Number.isInteger(index) || index >= ports.length) return;
    const target = (targets[index] ??= open(index));
    target.then(
      (socket) => socket.write(data.subarray(1)),
      () => {
        targets[index] = undefined;
      },
    );
  });
  const end = (): void => {
    for (const target of targets)
      target?.then(
        (socket) => socket.destroy(),
        () => {},
      );
  };
  webSocket.on('close', end);
  webSocket.on('error', end);
  for (const [index, port] of ports.entries()) {
    const head = Buffer.alloc(2);
    head.writeUInt16LE(port);
    send(2 * index, head);
    send(2 * index + 1, head);
  }
}
