import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';

/** The subprotocols that a client offers, in its order. */
export function offeredProtocols(request: IncomingMessage): string[] {
  return (request.headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** Completes a WebSocket handshake with this subprotocol. The library is loaded by the first session. */
export async function acceptWebSocket(request: IncomingMessage, socket: Duplex, head: Buffer, protocol: string): Promise<WebSocket> {
  const { WebSocketServer } = await import('ws');
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  // `SPDY/3.1+portforward.k8s.io` holds a slash, which the library refuses; so it never sees the header.
  delete request.headers['sec-websocket-protocol'];
  server.on('headers', (headers) => {
    headers.push(`Sec-WebSocket-Protocol: ${protocol}`);
  });
  return new Promise((resolve) => {
    server.handleUpgrade(request, socket, head, resolve);
  });
}
