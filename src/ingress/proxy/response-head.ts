import { FieldMemory, type Framing, type HeaderFields, hasForbiddenCharacter } from './header-fields.ts';

export interface ResponseHead {
  status: number;
  reason: string;
  fields: HeaderFields;
  framing: Framing;
  connection: readonly string[];
  /** Whether the connection can carry another request afterwards. */
  keepsAlive: boolean;
}

const NO_BODY: Framing = { kind: 'none' };
const UNTIL_CLOSE: Framing = { kind: 'until-close' };

/** Parses the head of a Pod's answer (without its closing empty line); `undefined` when it is no valid one. `memory` is that of the connection. */
export function parseResponseHead(head: string, requestMethod: string, memory: FieldMemory = new FieldMemory()): ResponseHead | undefined {
  let lineEnd = head.indexOf('\r\n');
  if (lineEnd < 0) lineEnd = head.length;
  const minorVersion = head.startsWith('HTTP/1.1 ') ? 1 : head.startsWith('HTTP/1.0 ') ? 0 : undefined;
  const code = head.slice(9, 12);
  if (minorVersion === undefined || !/^[1-9]\d\d$/.test(code) || (lineEnd > 12 && head[12] !== ' ') || hasForbiddenCharacter(head, lineEnd))
    return undefined;
  const fields = memory.parse(head, lineEnd + 2);
  if (fields === undefined) return undefined;
  const status = Number(code);
  const { framing: declared, connection } = fields;
  if (declared === 'invalid' || declared === 'unknown-coding') return undefined;
  const hasNoBody = requestMethod === 'HEAD' || status === 204 || status === 304 || status < 200;
  const framing: Framing = hasNoBody ? NO_BODY : declared === 'absent' ? UNTIL_CLOSE : declared;
  const keepsAlive =
    framing.kind !== 'until-close' && (minorVersion === 1 ? !connection.includes('close') : connection.includes('keep-alive'));
  return { status, reason: head.slice(13, Math.max(13, lineEnd)), fields, framing, connection, keepsAlive };
}
