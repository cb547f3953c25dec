export type Framing = { kind: 'none' } | { kind: 'length'; bytes: number } | { kind: 'chunked' } | { kind: 'until-close' };

/** Header fields in the order they came: parallel arrays, because a proxy reads thousands of them a second. */
export interface HeaderFields {
  /** Lower-case names. */
  readonly names: readonly string[];
  readonly values: readonly string[];
  /** `Name: value` as it may be sent on. */
  readonly lines: readonly string[];
  /** Length of the longest line. */
  readonly longestLine: number;
  /** What Content-Length and Transfer-Encoding say; `absent` when neither is there, `invalid` for any doubt. */
  readonly framing: Framing | 'absent' | 'invalid' | 'unknown-coding';
  /** The lower-case members of all Connection headers. */
  readonly connection: readonly string[];
  /** The lines that are sent on, each with its end; filled in by the one who sends them first. */
  relayed: string | undefined;
}

/** Header fields of a message that never came. */
export const NO_FIELDS: HeaderFields = {
  names: [],
  values: [],
  lines: [],
  longestLine: 0,
  framing: 'absent',
  connection: [],
  relayed: undefined,
};

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

/** Whether `head` has, before `end`, a control character other than tab, or a CR or LF that does not belong to a CRLF. */
export function hasForbiddenCharacter(head: string, end: number): boolean {
  for (let i = 0; i < end; i++) {
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
 * Parses the header lines of a head, by RFC 9112 without its lenient alternatives: no control characters, no folded lines, no space
 * before the colon, no empty name. `undefined` when a line breaks these rules.
 */
export function parseHeaderFields(text: string): HeaderFields | undefined {
  if (hasForbiddenCharacter(text, text.length)) return undefined;
  let count = 0;
  for (let next = 0; next < text.length && (next >= 2 || count === 0); next = text.indexOf('\r\n', next) + 2) count += 1;
  // Arrays of the right size: one that grows by `push` begins with room for seventeen.
  const names = new Array<string>(count);
  const values = new Array<string>(count);
  const lines = new Array<string>(count);
  let longestLine = 0;
  let at = 0;
  for (let i = 0; i < count; i++) {
    let end = text.indexOf('\r\n', at);
    if (end < 0) end = text.length;
    longestLine = Math.max(longestLine, end - at);
    const colon = text.indexOf(':', at);
    if (colon <= at || colon >= end) return undefined;
    const name = text.slice(at, colon);
    const lowerCase = LOWER_CASE.get(name) ?? (TOKEN.test(name) ? name.toLowerCase() : undefined);
    if (lowerCase === undefined) return undefined;
    names[i] = lowerCase;
    // One space before the value and none after it: the line is what came.
    const isPlain = text.charCodeAt(colon + 1) === SPACE && text.charCodeAt(colon + 2) > SPACE && text.charCodeAt(end - 1) > SPACE;
    const value = isPlain ? text.slice(colon + 2, end) : text.slice(colon + 1, end).trim();
    values[i] = value;
    lines[i] = isPlain ? text.slice(at, end) : `${name}: ${value}`;
    at = end + 2;
  }
  return {
    names,
    values,
    lines,
    longestLine,
    framing: declaredFraming(names, values),
    connection: connectionOptions(names, values),
    relayed: undefined,
  };
}

/** Longer header lines than these are not worth keeping for a peer that may never send them again. */
const MAX_REMEMBERED = 4096;

/** The header lines that last came over one connection: a peer that keeps a connection mostly repeats them, and they need no second look. */
export class FieldMemory {
  #text = '';
  #fields: HeaderFields | undefined;

  /** As `parseHeaderFields`, of what follows `start` in the head. */
  parse(head: string, start: number): HeaderFields | undefined {
    const text = head.slice(start);
    if (this.#fields !== undefined && text === this.#text) return this.#fields;
    const fields = parseHeaderFields(text);
    if (fields !== undefined && text.length <= MAX_REMEMBERED) {
      this.#text = text;
      this.#fields = fields;
    }
    return fields;
  }
}

/** The first value of a header, by its lower-case name. */
export function firstValue(fields: HeaderFields, name: string): string | undefined {
  const at = fields.names.indexOf(name);
  return at < 0 ? undefined : fields.values[at];
}

function declaredFraming(names: readonly string[], values: readonly string[]): HeaderFields['framing'] {
  let encoding: string | undefined;
  let length: string | undefined;
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    if (name === 'transfer-encoding') {
      if (encoding !== undefined) return 'invalid';
      encoding = values[i]!;
    } else if (name === 'content-length') {
      if (length !== undefined) return 'invalid';
      length = values[i]!;
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

function connectionOptions(names: readonly string[], values: readonly string[]): readonly string[] {
  const first = names.indexOf('connection');
  if (first < 0) return NO_OPTIONS;
  if (values[first] === 'keep-alive' && names.indexOf('connection', first + 1) < 0) return KEEP_ALIVE;
  const options: string[] = [];
  for (let i = first; i < names.length; i++) {
    if (names[i] === 'connection') for (const option of values[i]!.split(',')) options.push(option.trim().toLowerCase());
  }
  return options;
}
