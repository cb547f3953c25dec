import { FieldMemory, type Framing, firstValue, type HeaderFields, hasForbiddenCharacter, isToken } from './header-fields.ts';

export interface RequestHead {
  method: string;
  /** Path and query. */
  target: string;
  minorVersion: 0 | 1;
  /** The Host header, or the authority of an absolute target. Empty for an HTTP/1.0 request without one. */
  host: string;
  fields: HeaderFields;
  framing: Framing;
  /** Lower-case members of the Connection header. */
  connection: readonly string[];
  keepsAlive: boolean;
  /** The protocols that the client wants to switch to. */
  upgrade: string | undefined;
  expectsContinue: boolean;
}

/** A head that is refused: the status to answer, and why. */
export interface HeadRefusal {
  status: number;
  why: string;
}

export interface HeadLimits {
  requestLineBytes: number;
  headerLineBytes: number;
  headBytes: number;
}
/** NGINX's 4 large header buffers of 8 KB. */
export const DEFAULT_HEAD_LIMITS: HeadLimits = { requestLineBytes: 8192, headerLineBytes: 8192, headBytes: 32_768 };

const NO_BODY: Framing = { kind: 'none' };
const refuse = (status: number, why: string): HeadRefusal => ({ status, why });
const HOST = /^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._~!$&'()*+,;=%-]*)(?::\d{0,5})?$/;

export function isRefusal(result: RequestHead | HeadRefusal): result is HeadRefusal {
  return 'why' in result;
}

/**
 * Parses a request head (without its closing empty line) strictly. Whatever two readers could understand in two ways is refused
 * with 400: Content-Length next to Transfer-Encoding, repeated lengths, folded lines, bare line ends, spaces in names. `memory` is that
 * of the connection.
 */
export function parseRequestHead(
  head: string,
  limits: HeadLimits = DEFAULT_HEAD_LIMITS,
  memory: FieldMemory = new FieldMemory(),
): RequestHead | HeadRefusal {
  let lineEnd = head.indexOf('\r\n');
  if (lineEnd < 0) lineEnd = head.length;
  if (lineEnd > limits.requestLineBytes) return refuse(414, 'request line too long');
  if (hasForbiddenCharacter(head, lineEnd)) return refuse(400, 'control character in request line');
  const methodEnd = head.indexOf(' ');
  const targetEnd = head.indexOf(' ', methodEnd + 1);
  if (methodEnd <= 0 || targetEnd < 0 || targetEnd > lineEnd) return refuse(400, 'invalid request line');
  const method = head.slice(0, methodEnd);
  const rawTarget = head.slice(methodEnd + 1, targetEnd);
  const version = head.slice(targetEnd + 1, lineEnd);
  if (version.includes(' ') || (method !== 'GET' && !isToken(method))) return refuse(400, 'invalid request line');
  if (version !== 'HTTP/1.1' && version !== 'HTTP/1.0') return refuse(/^HTTP\/[2-9]\.\d$/.test(version) ? 505 : 400, 'unsupported version');
  if (method === 'CONNECT' || method === 'TRACE') return refuse(405, `${method} is not allowed`);
  const fields = memory.parse(head, lineEnd + 2);
  if (fields === undefined) return refuse(400, 'invalid header line');
  if (fields.longestLine > limits.headerLineBytes) return refuse(400, 'header line too long');

  const minorVersion = version === 'HTTP/1.1' ? 1 : 0;
  let target = rawTarget;
  let host = firstValue(fields, 'host');
  if (host !== undefined && fields.names.indexOf('host', fields.names.indexOf('host') + 1) >= 0) return refuse(400, 'repeated Host');
  if (host === undefined && minorVersion === 1) return refuse(400, 'missing Host');
  if (!target.startsWith('/')) {
    const absolute = target.match(/^https?:\/\/([^/?#]+)(.*)$/i);
    if (!absolute) return refuse(400, 'invalid target');
    host = absolute[1]!;
    target = absolute[2]!.startsWith('/') ? absolute[2]! : `/${absolute[2]}`;
  }
  host ??= '';
  if (!HOST.test(host) || (host === '' && minorVersion === 1)) return refuse(400, 'invalid Host');

  const { framing, connection } = fields;
  if (framing === 'invalid') return refuse(400, 'ambiguous length');
  if (framing === 'unknown-coding') return refuse(501, 'unknown transfer coding');
  if (framing !== 'absent' && framing.kind === 'chunked' && minorVersion === 0) return refuse(400, 'chunked HTTP/1.0 request');

  return {
    method,
    target,
    minorVersion,
    host,
    fields,
    connection,
    framing: framing === 'absent' ? NO_BODY : framing,
    keepsAlive: minorVersion === 1 ? !connection.includes('close') : connection.includes('keep-alive'),
    upgrade: minorVersion === 1 && connection.includes('upgrade') ? firstValue(fields, 'upgrade') : undefined,
    expectsContinue: minorVersion === 1 && firstValue(fields, 'expect')?.toLowerCase() === '100-continue',
  };
}
