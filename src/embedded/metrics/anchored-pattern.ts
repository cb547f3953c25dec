import { QueryError } from './query-error.ts';

/**
 * A regular expression of Go's RE2 syntax that must match a whole value. What RE2 refuses (look-around, back references) is refused;
 * named groups and leading flags are translated.
 */
export function anchoredPattern(source: string): RegExp {
  if (/\(\?(?:=|!|<=|<!)/.test(source))
    throw new QueryError('bad_data', `error parsing regexp: invalid or unsupported Perl syntax: \`${/\(\?<?[=!]/.exec(source)![0]}\``);
  if (/(?:^|[^\\])(?:\\\\)*\\[1-9]/.test(source))
    throw new QueryError('bad_data', `error parsing regexp: invalid escape sequence: \`${/\\[1-9]/.exec(source)![0]}\``);
  let body = source
    .replaceAll('(?P<', '(?<')
    .replace(/\\A/g, '^')
    .replace(/\\z/g, '$')
    .replace(/\[\[:(\w+):\]\]/g, (whole, name: string) => CLASSES[name] ?? whole);
  let flags = '';
  const leading = /^\(\?([ims]+)\)/.exec(body);
  if (leading !== null) {
    flags = leading[1]!;
    body = body.slice(leading[0].length);
  }
  for (const mode of ['u', '']) {
    try {
      return new RegExp(`^(?:${body})$`, flags + mode);
    } catch {
      /* RE2 allows escapes that the Unicode mode does not */
    }
  }
  throw new QueryError('bad_data', `error parsing regexp: \`${source}\``);
}

const CLASSES: Readonly<Record<string, string>> = {
  alpha: '[A-Za-z]',
  digit: '[0-9]',
  alnum: '[0-9A-Za-z]',
  upper: '[A-Z]',
  lower: '[a-z]',
  space: '\\s',
  word: '\\w',
  punct: '[!-/:-@[-`{-~]',
  xdigit: '[0-9A-Fa-f]',
};
