export type Token =
  | { kind: 'number'; value: number }
  | { kind: 'string'; value: string }
  | { kind: 'name' | 'operator'; value: string }
  | { kind: 'end'; value: '' };

/** An expression that cannot be read or evaluated. */
export class ExpressionError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ExpressionError';
  }
}

const PATTERN =
  /\s*(?:(\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|`([^`]*)`|([A-Za-z_$][\w$]*)|(\?\?|\?\.|\.\.|\*\*|==|!=|<=|>=|&&|\|\||[-+*/%^<>!?:.,#()[\]{}|]))/y;

/** Splits the text of a condition into tokens. Throws `ExpressionError` at the first character that starts none. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  PATTERN.lastIndex = 0;
  while (PATTERN.lastIndex < text.trimEnd().length) {
    const at = PATTERN.lastIndex;
    const match = PATTERN.exec(text);
    if (match === null)
      throw new ExpressionError(
        `unrecognized character: U+${text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0')} '${text[at]}' (1:${at + 1})`,
      );
    const [, number, quoted, raw, name, operator] = match;
    if (number !== undefined) tokens.push({ kind: 'number', value: Number(number.replaceAll('_', '')) });
    else if (quoted !== undefined) tokens.push({ kind: 'string', value: unescaped(quoted.slice(1, -1)) });
    else if (raw !== undefined) tokens.push({ kind: 'string', value: raw });
    else if (name !== undefined) tokens.push({ kind: 'name', value: name });
    else tokens.push({ kind: 'operator', value: operator! });
  }
  return [...tokens, { kind: 'end', value: '' }];
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };
function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, (_, char: string) => ESCAPES[char] ?? char);
}
