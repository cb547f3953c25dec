import { reasonPhrase } from './error-page.ts';
import type { HeaderFields } from './header-fields.ts';
import type { ResponseHead } from './response-head.ts';

export interface RelayContext {
  /** `Date: …`. */
  dateLine: string;
  /** Whether the body that follows is sent in chunks. */
  isChunked: boolean;
  /** Whole lines that the proxy adds. */
  ownLines: string;
  /** Whether the client's connection stays open. */
  keepsClient: boolean;
}

const DROPPED = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'date', 'server', 'upgrade']);

/** The head that a client gets of a Pod's answer: without hop-by-hop lines and those that the proxy writes itself. */
export function relayedHead(head: ResponseHead, { dateLine, isChunked, ownLines, keepsClient }: RelayContext): string {
  const { fields } = head;
  return (
    `HTTP/1.1 ${head.status} ${head.reason || reasonPhrase(head.status)}\r\n${dateLine}\r\n` +
    `${(fields.relayed ??= relayedLines(fields))}${isChunked ? 'Transfer-Encoding: chunked\r\n' : ''}${ownLines}` +
    `Connection: ${keepsClient ? 'keep-alive' : 'close'}\r\n\r\n`
  );
}

/** What a client gets of the Pod's own lines. */
function relayedLines({ names, lines, connection }: HeaderFields): string {
  const kept: string[] = [];
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    if (DROPPED.has(name) || name.startsWith('x-accel-') || (name !== 'content-length' && connection.includes(name))) continue;
    kept.push(`${lines[i]}\r\n`);
  }
  return kept.join('');
}
