/** Header fields in the order they came: parallel arrays, because a proxy reads thousands of them a second. */
export interface HeaderFields {
  /** Lower-case names. */
  names: string[];
  values: string[];
  /** `Name: value` as it may be sent on. */
  lines: string[];
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** A control character other than tab, or a CR or LF that does not belong to a CRLF. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
const FORBIDDEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n/;

export function hasForbiddenCharacter(head: string): boolean {
  return FORBIDDEN.test(head);
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
  const fields: HeaderFields = { names: [], values: [], lines: [] };
  let at = start;
  while (at < head.length) {
    let end = head.indexOf('\r\n', at);
    if (end < 0) end = head.length;
    const colon = head.indexOf(':', at);
    if (colon <= at || colon >= end) return undefined;
    const name = head.slice(at, colon);
    if (!TOKEN.test(name)) return undefined;
    const value = head.slice(colon + 1, end).trim();
    fields.names.push(name.toLowerCase());
    fields.values.push(value);
    fields.lines.push(`${name}: ${value}`);
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
  const encodings: string[] = [];
  const lengths: string[] = [];
  for (let i = 0; i < fields.names.length; i++) {
    const name = fields.names[i]!;
    if (name === 'transfer-encoding') encodings.push(fields.values[i]!);
    else if (name === 'content-length') lengths.push(fields.values[i]!);
  }
  if (encodings.length > 0) {
    if (encodings.length > 1 || lengths.length > 0) return 'invalid';
    return encodings[0]!.toLowerCase() === 'chunked' ? { kind: 'chunked' } : 'unknown-coding';
  }
  if (lengths.length === 0) return 'absent';
  if (lengths.length > 1 || !/^\d{1,15}$/.test(lengths[0]!)) return 'invalid';
  return { kind: 'length', bytes: Number(lengths[0]) };
}

/** The lower-case members of all Connection headers. */
export function connectionOptions(fields: HeaderFields): string[] {
  const options: string[] = [];
  for (let i = 0; i < fields.names.length; i++) {
    if (fields.names[i] === 'connection') for (const option of fields.values[i]!.split(',')) options.push(option.trim().toLowerCase());
  }
  return options;
}
