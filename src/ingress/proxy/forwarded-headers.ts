import { firstValue, type HeaderFields } from './header-fields.ts';
import type { RequestHead } from './request-head.ts';

/** The connection that a request came by. */
export interface ClientSide {
  readonly remoteAddress: string;
  readonly isHttps: boolean;
  /** The controller's own port, never a mapped one. */
  readonly listenPort: number;
}

/** The forwarding headers that all requests of a connection share, around the host. */
export interface ConnectionHeaders {
  readonly beforeHost: string;
  readonly afterHost: string;
}

export function connectionHeaders({ remoteAddress, isHttps, listenPort }: ClientSide): ConnectionHeaders {
  return forwardingHeaders(remoteAddress, remoteAddress, String(listenPort), isHttps ? 'https' : 'http');
}

function forwardingHeaders(remoteAddress: string, forwardedFor: string, port: string, scheme: string): ConnectionHeaders {
  return {
    beforeHost: ['', `X-Real-IP: ${remoteAddress}`, `X-Forwarded-For: ${forwardedFor}`, 'X-Forwarded-Host: '].join('\r\n'),
    afterHost: [
      '',
      `X-Forwarded-Port: ${port}`,
      `X-Forwarded-Proto: ${scheme}`,
      `X-Forwarded-Scheme: ${scheme}`,
      `X-Scheme: ${scheme}`,
      '',
    ].join('\r\n'),
  };
}

export interface ForwardContext {
  uri: string;
  /** The Host to send; the client's unless `upstream-vhost` is set. */
  host: string;
  client: ClientSide;
  /** Those of the client's connection. */
  headers: ConnectionHeaders;
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
  const { beforeHost, afterHost } = context.trustsForwarded ? trustedHeaders(request, context.client) : context.headers;
  const forwardedHost = (context.trustsForwarded ? firstValue(fields, 'x-forwarded-host') : undefined) ?? request.host;
  let head = `${request.method} ${context.uri} HTTP/1.1\r\nHost: ${context.host}\r\nX-Request-ID: ${context.requestId}${beforeHost}${forwardedHost}${afterHost}`;
  head += fields.relayed ??= relayedLines(fields);
  if (framing.kind === 'length') head += `Content-Length: ${framing.bytes}\r\n`;
  else if (framing.kind === 'chunked') head += 'Transfer-Encoding: chunked\r\n';
  if (request.upgrade !== undefined) head += `Connection: Upgrade\r\nUpgrade: ${request.upgrade}\r\n`;
  return `${head}\r\n`;
}

/** What a Pod gets of the client's own lines. */
function relayedLines({ names, values, lines, connection }: HeaderFields): string {
  const kept: string[] = [];
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    if (name === 'x-forwarded-for') kept.push(`X-Original-Forwarded-For: ${values[i]}\r\n`);
    if (DROPPED.has(name) || !PLAIN_NAME.test(name) || connection.includes(name)) continue;
    kept.push(`${lines[i]}\r\n`);
  }
  return kept.join('');
}

/** The client's own forwarding headers where it sent some. */
function trustedHeaders({ fields }: RequestHead, { remoteAddress, isHttps, listenPort }: ClientSide): ConnectionHeaders {
  return forwardingHeaders(
    remoteAddress,
    firstValue(fields, 'x-forwarded-for') ?? remoteAddress,
    firstValue(fields, 'x-forwarded-port') ?? String(listenPort),
    firstValue(fields, 'x-forwarded-proto') ?? (isHttps ? 'https' : 'http'),
  );
}
