import { parseError } from '../query-error.ts';

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/** The value of a string literal: Go's escapes between single or double quotes, none between backquotes. */
export function unquote(literal: string): string {
  const quote = literal[0]!;
  if (literal.length < 2 || literal.at(-1) !== quote) throw parseError('unterminated quoted string');
  const body = literal.slice(1, -1);
  if (quote === '`') return body;
  return body.replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|[\s\S])/g, (_, sequence: string) => {
    if (/^[xuU]./.test(sequence)) return String.fromCodePoint(Number.parseInt(sequence.slice(1), 16));
    if (/^[0-7]{3}$/.test(sequence)) return String.fromCodePoint(Number.parseInt(sequence, 8));
    const simple = SIMPLE[sequence];
    if (simple === undefined)
      throw parseError(
        `unknown escape sequence U+${sequence.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')} ${JSON.stringify(sequence)}`,
      );
    return simple;
  });
}
