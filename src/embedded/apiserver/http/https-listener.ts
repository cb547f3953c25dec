import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../../base/clock.ts';
import { LabError } from '../../../base/errors.ts';
import type { Identity } from '../authentication/certificate-authority.ts';

const KEEP_ALIVE_MS = 120_000;
/** How long a request may take to arrive, its body included. */
const REQUEST_TIMEOUT_MS = 60_000;

export interface Listener {
  port: number;
  close(): Promise<void>;
}

export interface ListenerOptions {
  identity: Identity;
  caCertificatePem: string;
  /** Every answer's `Date` is this clock's time. */
  clock: Clock;
  onRequest(request: IncomingMessage, response: ServerResponse): void;
  onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Default 60 s. */
  requestTimeoutMs?: number | undefined;
}

/** Answers what is no HTTP, has too many headers, or came too slowly, and ends the connection. */
function refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [code, reason, message] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? [431, 'RequestHeaderFieldsTooLarge', 'request header fields too large']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? [408, 'Timeout', 'the request did not arrive in time']
        : [400, 'BadRequest', 'the request is no valid HTTP'];
  const body = `${JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code })}\n`;
  socket.end(
    `HTTP/1.1 ${code} ${reason}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/** Listens on 127.0.0.1 with TLS and HTTP/1.1. Rejects with `PORT_IN_USE` when the port is taken. */
export async function listenHttps(port: number, options: ListenerOptions): Promise<Listener> {
  const { identity, caCertificatePem, clock } = options;
  const server: Server = createServer({
    key: identity.privateKeyPem,
    cert: identity.certificatePem,
    ca: caCertificatePem,
    requestCert: true,
    rejectUnauthorized: false,
    ALPNProtocols: ['http/1.1'],
    minVersion: 'TLSv1.2',
    keepAliveTimeout: KEEP_ALIVE_MS,
    noDelay: true,
    headersTimeout: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    requestTimeout: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: Math.min(5000, options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS),
  });
  // Upgraded connections leave the HTTP server's own list.
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  let dateSecond = -1;
  let dateText = '';
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    response.sendDate = false;
    const second = Math.floor(clock.nowMs() / 1000);
    if (second !== dateSecond) {
      dateSecond = second;
      dateText = new Date(second * 1000).toUTCString();
    }
    response.setHeader('Date', dateText);
    options.onRequest(request, response);
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => options.onUpgrade(request, socket, head));
  // Clients that talk plain HTTP or go away in the middle of a handshake are no concern of the server.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => refuse(error, socket));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new LabError('PORT_IN_USE', `Port ${port} of 127.0.0.1 is in use.`, {
              cause: error,
              next: 'Choose another port, or leave the choice to the system.',
            })
          : error,
      ),
    );
    server.listen(port, '127.0.0.1', () => resolve());
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
