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
  connection: string[];
  /** Whether the connection can carry another request afterwards. */
  keepsAlive: boolean;
}

/** Parses the head of a Pod's answer (without its closing empty line); `undefined` when it is no valid one. */
export function parseResponseHead(head: string, requestMethod: string): ResponseHead | undefined {
  let lineEnd = head.indexOf('\r\n');
  if (lineEnd < 0) lineEnd = head.length;
  const match = head.slice(0, lineEnd).match(/^HTTP\/1\.([01]) ([1-9]\d\d)(?: (.*))?$/);
  if (!match || hasForbiddenCharacter(head)) return undefined;
  const fields = parseHeaderFields(head, lineEnd + 2);
  if (fields === undefined) return undefined;
  const status = Number(match[2]);
  const declared = declaredFraming(fields);
  if (declared === 'invalid' || declared === 'unknown-coding') return undefined;
  const connection = connectionOptions(fields);
  const hasNoBody = requestMethod === 'HEAD' || status === 204 || status === 304 || status < 200;
  const framing: Framing = hasNoBody ? { kind: 'none' } : declared === 'absent' ? { kind: 'until-close' } : declared;
  const keepsAlive =
    framing.kind !== 'until-close' && (match[1] === '1' ? !connection.includes('close') : connection.includes('keep-alive'));
  return { status, reason: match[3] ?? '', fields, framing, connection, keepsAlive };
}
