/** A number as the query API writes it: no exponent, the shortest digits that read back the same. */
export function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const text = String(value);
  const match = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (match === null) return text;
  const [, sign, first, fraction = '', exponentText] = match;
  const exponent = Number(exponentText);
  const digits = first! + fraction;
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  return `${sign}${digits.padEnd(exponent + 1, '0')}`;
}

/** A sample's value in the text format or a number literal of PromQL; `undefined` when it is none. */
export function parseNumber(text: string): number | undefined {
  const plain = text.replaceAll('_', '');
  if (/^[+-]?inf(?:inity)?$/i.test(plain)) return plain.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^[+-]?nan$/i.test(plain)) return Number.NaN;
  if (/^[+-]?0x[0-9a-f]+$/i.test(plain)) return (plain.startsWith('-') ? -1 : 1) * Number(plain.replace(/^[+-]/, ''));
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(plain)) return undefined;
  return Number(plain);
}
