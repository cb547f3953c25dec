/** Natural logarithm of the gamma function for x > 0 (Lanczos approximation, relative error about 1e-14). */
export function logGamma(x: number): number {
  const coefficients = [
    676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012,
    9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const y = x - 1;
  let sum = 0.99999999999980993;
  for (const [i, coefficient] of coefficients.entries()) sum += coefficient / (y + i + 1);
  const t = y + coefficients.length - 0.5;
  return 0.5 * Math.log(2 * Math.PI) + (y + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** P(X = k) for X successes of n with chance p each. */
export function binomialPmf(k: number, n: number, p: number): number {
  if (k < 0 || k > n) return 0;
  if (p <= 0) return k === 0 ? 1 : 0;
  if (p >= 1) return k === n ? 1 : 0;
  return Math.exp(logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1) + k * Math.log(p) + (n - k) * Math.log1p(-p));
}

/** P(X <= k), summed from the tail inwards. */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k >= n) return 1;
  let sum = 0;
  for (let i = 0; i <= k; i++) sum += binomialPmf(i, n, p);
  return Math.min(1, sum);
}

/** The chance of a result at most as likely as k, on both sides (the exact two-sided binomial test). */
export function binomialTest(k: number, n: number, p: number): number {
  const observed = binomialPmf(k, n, p) * (1 + 1e-7);
  let sum = 0;
  for (let i = 0; i <= n; i++) {
    const chance = binomialPmf(i, n, p);
    if (chance <= observed) sum += chance;
  }
  return Math.min(1, sum);
}

export interface SplitBound {
  low: number;
  high: number;
}

/**
 * The counts that a correct split of `n` requests with chance `p` each stays within, except with a chance of at most `errorRate`
 * (half of it on each side). A share of 0 or 1 allows no deviation. Throws a RangeError for impossible arguments.
 */
export function splitBound({ n, p, errorRate }: { n: number; p: number; errorRate: number }): SplitBound {
  if (!Number.isInteger(n) || n < 0 || !(p >= 0 && p <= 1) || !(errorRate > 0 && errorRate < 1))
    throw new RangeError(`No bound for n = ${n}, p = ${p}, error rate ${errorRate}.`);
  if (p === 0) return { low: 0, high: 0 };
  if (p === 1) return { low: n, high: n };
  let low = 0;
  for (let tail = binomialPmf(0, n, p); tail <= errorRate / 2 && low < n; tail += binomialPmf(low, n, p)) low += 1;
  let high = n;
  for (let tail = binomialPmf(n, n, p); tail <= errorRate / 2 && high > 0; tail += binomialPmf(high, n, p)) high -= 1;
  return { low, high };
}

/**
 * How many requests it takes so that a correct split of chance `p` deviates by more than `margin` (a share, 0.05 = 5 points) with
 * a chance of at most `errorRate`.
 */
export function sampleSize({ p, margin, errorRate }: { p: number; margin: number; errorRate: number }): number {
  if (!(margin > 0)) throw new RangeError(`The margin must be above 0, not ${margin}.`);
  const holds = (n: number): boolean => {
    const { low, high } = splitBound({ n, p, errorRate });
    return (high - n * p) / n <= margin && (n * p - low) / n <= margin;
  };
  let upper = 1;
  while (!holds(upper)) upper *= 2;
  let lower = Math.floor(upper / 2);
  while (upper - lower > 1) {
    const middle = Math.floor((lower + upper) / 2);
    if (holds(middle)) upper = middle;
    else lower = middle;
  }
  return upper;
}
