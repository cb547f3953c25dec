import type { RequestHead } from './request-head.ts';

export interface ForwardContext {
  uri: string;
  /** The Host to send; the client's unless `upstream-vhost` is set. */
  host: string;
  remoteAddress: string;
  isHttps: boolean;
  /** The controller's own port, never a mapped one. */
  listenPort: number;
  requestId: string;
  /** ConfigMap `use-forwarded-headers`: the client's X-Forwarded-* are believed. */
  trustsForwarded: boolean;
}

const DROPPED = new Set([
  'host',
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'content-length',
  'upgrade',
  'expect',
  'proxy',
  'x-request-id',
  'x-real-ip',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-forwarded-scheme',
  'x-scheme',
  'x-original-forwarded-for',
]);
const PLAIN_NAME = /^[a-z0-9-]+$/;

/** The head that a Pod gets: hop-by-hop and unusual header names dropped, the forwarding headers of ingress-nginx added. */
export function forwardedHead(request: RequestHead, context: ForwardContext): string {
  const { fields, framing } = request;
  const scheme = context.isHttps ? 'https' : 'http';
  const own = (name: string, value: string): string => (context.trustsForwarded ? (sentValue(request, name) ?? value) : value);
  let head =
    `${request.method} ${context.uri} HTTP/1.1\r\nHost: ${context.host}\r\nX-Request-ID: ${context.requestId}\r\nX-Real-IP: ${context.remoteAddress}\r\n` +
    `X-Forwarded-For: ${own('x-forwarded-for', context.remoteAddress)}\r\nX-Forwarded-Host: ${own('x-forwarded-host', request.host)}\r\n` +
    `X-Forwarded-Port: ${own('x-forwarded-port', String(context.listenPort))}\r\nX-Forwarded-Proto: ${own('x-forwarded-proto', scheme)}\r\n` +
    `X-Forwarded-Scheme: ${own('x-forwarded-proto', scheme)}\r\nX-Scheme: ${own('x-forwarded-proto', scheme)}\r\n`;
  for (let i = 0; i < fields.names.length; i++) {
    const name = fields.names[i]!;
    if (name === 'x-forwarded-for') head += `X-Original-Forwarded-For: ${fields.values[i]}\r\n`;
    if (DROPPED.has(name) || !PLAIN_NAME.test(name) || request.connection.includes(name)) continue;
    head += `${fields.lines[i]}\r\n`;
  }
  if (framing.kind === 'length') head += `Content-Length: ${framing.bytes}\r\n`;
  else if (framing.kind === 'chunked') head += 'Transfer-Encoding: chunked\r\n';
  if (request.upgrade !== undefined) head += `Connection: Upgrade\r\nUpgrade: ${request.upgrade}\r\n`;
  return `${head}\r\n`;
}

function sentValue(request: RequestHead, name: string): string | undefined {
  const at = request.fields.names.indexOf(name);
  return at < 0 ? undefined : request.fields.values[at];
}
