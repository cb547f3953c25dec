const QUANTITY = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/;
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const DECIMAL: Record<string, number> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const DECIMAL_BY_POWER = new Map(Object.entries(DECIMAL).map(([suffix, power]) => [power, suffix]));

/** Exact value of a quantity in billionths (the finest suffix is `n`; finer values round up, as upstream), or undefined when it is none. */
export function quantityNanos(text: string): bigint | undefined {
  const match = text.match(QUANTITY);
  if (match === null) return undefined;
  const [, sign, digits, suffix = ''] = match;
  const [whole = '', fraction = ''] = digits!.split('.');
  let nanos = BigInt(`${whole}${fraction}` || '0');
  let scale = 9 - fraction.length;
  if (BINARY.includes(suffix) && suffix !== '') nanos *= 1024n ** BigInt(BINARY.indexOf(suffix));
  else if (/^[eE][+-]?\d+$/.test(suffix)) scale += Number(suffix.slice(1));
  else scale += DECIMAL[suffix]!;
  if (Math.abs(scale) > 400) return undefined;
  if (scale >= 0) nanos *= 10n ** BigInt(scale);
  else {
    const unit = 10n ** BigInt(-scale);
    nanos = (nanos + unit - 1n) / unit;
  }
  return sign === '-' ? -nanos : nanos;
}

/** The canonical form that the server stores (`0.5` is `500m`, `1024Ki` is `1Mi`), or undefined when the text is no quantity. */
export function canonicalQuantity(text: string): string | undefined {
  // Most quantities are already canonical; this spares them the big integers.
  if (/^[1-9]\d{0,2}(?:[KMGTPE]i|[mkMGTPE])?$/.test(text) || text === '0') return text;
  const nanos = quantityNanos(text);
  if (nanos === undefined) return undefined;
  if (nanos === 0n) return '0';
  const sign = nanos < 0n ? '-' : '';
  const size = nanos < 0n ? -nanos : nanos;
  const suffix = text.match(QUANTITY)![3] ?? '';
  if (suffix.endsWith('i') && size % 1_000_000_000n === 0n && size >= 1024n * 1_000_000_000n) {
    let units = size / 1_000_000_000n;
    let step = 0;
    while (units % 1024n === 0n && step < 6) {
      units /= 1024n;
      step += 1;
    }
    return `${sign}${units}${BINARY[step]}`;
  }
  let power = -9;
  let units = size;
  while (units % 1000n === 0n && power < 18) {
    units /= 1000n;
    power += 3;
  }
  if (/^[eE]/.test(suffix)) return `${sign}${units}${power === 0 ? '' : `e${power}`}`;
  return `${sign}${units}${DECIMAL_BY_POWER.get(power)}`;
}

/** A quantity such as `250m`, `64Mi`, `1e3` as a number of its unit (cores, bytes); `undefined` when it is none. */
export function parseQuantity(text: string | number): number | undefined {
  const nanos = quantityNanos(String(text).trim());
  return nanos === undefined ? undefined : Number(nanos) / 1e9;
}
