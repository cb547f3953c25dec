import { logGamma } from './binomial.ts';

/** P(X > x) for a chi-square distribution with `degrees` degrees of freedom. */
export function chiSquareTail(x: number, degrees: number): number {
  if (x <= 0) return 1;
  const a = degrees / 2;
  const z = x / 2;
  const scale = Math.exp(a * Math.log(z) - z - logGamma(a));
  if (z < a + 1) {
    // Series of the lower incomplete gamma function.
    let term = 1 / a;
    let sum = term;
    for (let i = 1; i < 1000 && term > sum * 1e-16; i++) {
      term *= z / (a + i);
      sum += term;
    }
    return Math.max(0, 1 - scale * sum);
  }
  // Continued fraction of the upper one (Lentz).
  let b = z + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let h = d;
  for (let i = 1; i < 1000; i++) {
    const an = -i * (i - a);
    b += 2;
    d = 1 / (an * d + b || 1e-300);
    c = b + an / c || 1e-300;
    h *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return scale * h;
}

/** Compares counts with expected shares that sum to 1. `pValue` is the chance of a worse fit if the shares are right. */
export function chiSquareTest(counts: readonly number[], shares: readonly number[]): { statistic: number; pValue: number } {
  if (counts.length !== shares.length || counts.length < 2)
    throw new RangeError('Counts and shares must be of the same length, at least 2.');
  const total = counts.reduce((sum, count) => sum + count, 0);
  const statistic = counts.reduce((sum, count, i) => sum + (count - total * shares[i]!) ** 2 / (total * shares[i]!), 0);
  return { statistic, pValue: chiSquareTail(statistic, counts.length - 1) };
}
