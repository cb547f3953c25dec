/** Header fields in the order they came: parallel arrays, because a proxy reads thousands of them a second. */
export interface HeaderFields {
  /** Lower-case names. */
  names: string[];
  values: string[];
  /** `Name: value` as it may be sent on. */
  lines: string[];
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const [TAB, LF, CR, SPACE, DELETE] = [9, 10, 13, 32, 127];
/** Names that need neither check nor folding when they are written as most clients and servers write them. */
const LOWER_CASE = new Map(
  [
    'Accept Accept-Encoding Accept-Language Accept-Ranges Access-Control-Allow-Origin Age Authorization Cache-Control Connection',
    'Content-Encoding Content-Language Content-Length Content-Type Cookie Date DNT ETag Expect Expires Host If-Modified-Since',
    'If-None-Match Keep-Alive Last-Modified Location Origin Pragma Range Referer Server Set-Cookie TE Transfer-Encoding Upgrade',
    'Upgrade-Insecure-Requests User-Agent Vary Via X-Canary X-Forwarded-For X-Forwarded-Host X-Forwarded-Port X-Forwarded-Proto',
    'X-Powered-By X-Real-IP X-Request-ID',
  ]
    .flatMap((names) => names.split(' '))
    .flatMap((name) => [name, name.toLowerCase()].map((text) => [text, name.toLowerCase()] as const)),
);

/** Whether there is a control character other than tab, or a CR or LF that does not belong to a CRLF. */
export function hasForbiddenCharacter(head: string): boolean {
  for (let i = 0; i < head.length; i++) {
    const code = head.charCodeAt(i);
    if ((code >= SPACE && code !== DELETE) || code === TAB) continue;
    if (code !== CR || head.charCodeAt(i + 1) !== LF) return true;
    i += 1;
  }
  return false;
}

/** Whether the text is an RFC 9110 token (a method, a header name). */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/**
 * Parses the lines after the first one of a head, by RFC 9112 without its lenient alternatives: no folded lines, no space before
 * the colon, no empty name. `undefined` when a line breaks these rules.
 */
export function parseHeaderFields(head: string, start: number): HeaderFields | undefined {
  let count = 0;
  for (let next = start; next < head.length && next >= 2; next = head.indexOf('\r\n', next) + 2) count += 1;
  // Arrays of the right size: one that grows by `push` begins with room for seventeen.
  const fields: HeaderFields = { names: new Array(count), values: new Array(count), lines: new Array(count) };
  let at = start;
  for (let i = 0; i < count; i++) {
    let end = head.indexOf('\r\n', at);
    if (end < 0) end = head.length;
    const colon = head.indexOf(':', at);
    if (colon <= at || colon >= end) return undefined;
    const name = head.slice(at, colon);
    const lowerCase = LOWER_CASE.get(name) ?? (TOKEN.test(name) ? name.toLowerCase() : undefined);
    if (lowerCase === undefined) return undefined;
    fields.names[i] = lowerCase;
    // One space before the value and none after it: the line is what came.
    const isPlain = head.charCodeAt(colon + 1) === SPACE && head.charCodeAt(colon + 2) > SPACE && head.charCodeAt(end - 1) > SPACE;
    const value = isPlain ? head.slice(colon + 2, end) : head.slice(colon + 1, end).trim();
    fields.values[i] = value;
    fields.lines[i] = isPlain ? head.slice(at, end) : `${name}: ${value}`;
    at = end + 2;
  }
  return fields;
}

/** The first value of a header, by its lower-case name. */
export function firstValue(fields: HeaderFields, name: string): string | undefined {
  const at = fields.names.indexOf(name);
  return at < 0 ? undefined : fields.values[at];
}

export type Framing = { kind: 'none' } | { kind: 'length'; bytes: number } | { kind: 'chunked' } | { kind: 'until-close' };

/** The framing that Content-Length and Transfer-Encoding give; `absent` when neither is there, `invalid` for any doubt. */
export function declaredFraming(fields: HeaderFields): Framing | 'absent' | 'invalid' | 'unknown-coding' {
  let encoding: string | undefined;
  let length: string | undefined;
  for (let i = 0; i < fields.names.length; i++) {
    const name = fields.names[i]!;
    if (name === 'transfer-encoding') {
      if (encoding !== undefined) return 'invalid';
      encoding = fields.values[i]!;
    } else if (name === 'content-length') {
      if (length !== undefined) return 'invalid';
      length = fields.values[i]!;
    }
  }
  if (encoding !== undefined) {
    if (length !== undefined) return 'invalid';
    return encoding.toLowerCase() === 'chunked' ? { kind: 'chunked' } : 'unknown-coding';
  }
  if (length === undefined) return 'absent';
  return /^\d{1,15}$/.test(length) ? { kind: 'length', bytes: Number(length) } : 'invalid';
}

const NO_OPTIONS: readonly string[] = [];
const KEEP_ALIVE: readonly string[] = ['keep-alive'];

/** The lower-case members of all Connection headers. */
export function connectionOptions(fields: HeaderFields): readonly string[] {
  const { names, values } = fields;
  const first = names.indexOf('connection');
  if (first < 0) return NO_OPTIONS;
  if (values[first] === 'keep-alive' && names.indexOf('connection', first + 1) < 0) return KEEP_ALIVE;
  const options: string[] = [];
  for (let i = first; i < names.length; i++) {
    if (names[i] === 'connection') for (const option of values[i]!.split(',')) options.push(option.trim().toLowerCase());
  }
  return options;
}
