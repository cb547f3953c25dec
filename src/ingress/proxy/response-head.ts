import {
  connectionOptions,
  declaredFraming,
  type Framing,
  type HeaderFields,
  hasForbiddenCharacter,
  parseHeaderFields,
} from './header-fields.ts';

export interface ResponseHead {
  status: number;
  reason: string;
  fields: HeaderFields;
  framing: Framing;
  connection: readonly string[];
  /** Whether the connection can carry another request afterwards. */
  keepsAlive: boolean;
}

/** Parses the head of a Pod's answer (without its closing empty line); `undefined` when it is no valid one. */
export function parseResponseHead(head: string, requestMethod: string): ResponseHead | undefined {
  let lineEnd = head.indexOf('\r\n');
  if (lineEnd < 0) lineEnd = head.length;
  const minorVersion = head.startsWith('HTTP/1.1 ') ? 1 : head.startsWith('HTTP/1.0 ') ? 0 : undefined;
  const code = head.slice(9, 12);
  if (minorVersion === undefined || !/^[1-9]\d\d$/.test(code) || (lineEnd > 12 && head[12] !== ' ') || hasForbiddenCharacter(head))
    return undefined;
  const fields = parseHeaderFields(head, lineEnd + 2);
  if (fields === undefined) return undefined;
  const status = Number(code);
  const declared = declaredFraming(fields);
  if (declared === 'invalid' || declared === 'unknown-coding') return undefined;
  const connection = connectionOptions(fields);
  const hasNoBody = requestMethod === 'HEAD' || status === 204 || status === 304 || status < 200;
  const framing: Framing = hasNoBody ? { kind: 'none' } : declared === 'absent' ? { kind: 'until-close' } : declared;
  const keepsAlive =
    framing.kind !== 'until-close' && (minorVersion === 1 ? !connection.includes('close') : connection.includes('keep-alive'));
  return { status, reason: head.slice(13, Math.max(13, lineEnd)), fields, framing, connection, keepsAlive };
}
