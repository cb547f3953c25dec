import { describe, expect, it } from 'vitest';
import { seededRandom } from '../base/random.ts';
import { binomialCdf, binomialPmf, binomialTest, sampleSize, splitBound } from './binomial.ts';
import { chiSquareTail, chiSquareTest } from './chi-square.ts';

describe('exact binomial figures', () => {
  it.each([
    { k: 1, n: 4, p: 0.25, chance: 27 / 64 },
    { k: 0, n: 10, p: 0.5, chance: 1 / 1024 },
    { k: 5, n: 10, p: 0.5, chance: 252 / 1024 },
    { k: 3, n: 3, p: 1, chance: 1 },
    { k: 1, n: 3, p: 0, chance: 0 },
  ])('gives $k of $n at $p the chance $chance', ({ k, n, p, chance }) => {
    expect(binomialPmf(k, n, p)).toBeCloseTo(chance, 12);
  });

  it('sums to 1 for 5000 requests', () => {
    expect(binomialCdf(4999, 5000, 0.2) + binomialPmf(5000, 5000, 0.2)).toBeCloseTo(1, 10);
    expect(binomialCdf(7, 10, 0.5)).toBeCloseTo(968 / 1024, 12);
  });

  it('finds 178 of 620 at 25 % unremarkable and 300 of 620 impossible', () => {
    expect(binomialTest(178, 620, 0.25)).toBeGreaterThan(0.03);
    expect(binomialTest(300, 620, 0.25)).toBeLessThan(1e-20);
  });

  it('adds both tails of a fair coin', () => {
    expect(binomialTest(0, 10, 0.5)).toBeCloseTo(2 / 1024, 12);
    expect(binomialTest(5, 10, 0.5)).toBe(1);
  });
});

describe('bounds of a split', () => {
  it.each([
    { n: 200, p: 0.5, low: 73, high: 127 },
    { n: 1000, p: 0.2, low: 151, high: 250 },
    { n: 2000, p: 0.2, low: 330, high: 470 },
  ])('are about $low to $high for $n requests at $p and one false alarm in 10,000', ({ n, p, low, high }) => {
    const bound = splitBound({ n, p, errorRate: 1e-4 });
    expect(Math.abs(bound.low - low)).toBeLessThanOrEqual(2);
    expect(Math.abs(bound.high - high)).toBeLessThanOrEqual(2);
  });

  it.each([
    { n: 50, p: 0.3, errorRate: 0.01 },
    { n: 620, p: 0.25, errorRate: 1e-6 },
  ])('leave out at most $errorRate of the chance and are not wider than needed', ({ n, p, errorRate }) => {
    const { low, high } = splitBound({ n, p, errorRate });
    expect(binomialCdf(low - 1, n, p)).toBeLessThanOrEqual(errorRate / 2);
    expect(binomialCdf(low, n, p)).toBeGreaterThan(errorRate / 2);
    expect(1 - binomialCdf(high, n, p)).toBeLessThanOrEqual(errorRate / 2 + 1e-12);
    expect(1 - binomialCdf(high - 1, n, p)).toBeGreaterThan(errorRate / 2);
  });

  it('allow no deviation at 0 % and 100 %', () => {
    expect(splitBound({ n: 500, p: 0, errorRate: 1e-6 })).toEqual({ low: 0, high: 0 });
    expect(splitBound({ n: 500, p: 1, errorRate: 1e-6 })).toEqual({ low: 500, high: 500 });
  });

  it('refuse a share that is none', () => {
    expect(() => splitBound({ n: 10, p: 1.2, errorRate: 0.1 })).toThrow(RangeError);
  });

  it('are met by 1,000 seeded splits', () => {
    const random = seededRandom(11);
    const { low, high } = splitBound({ n: 300, p: 0.25, errorRate: 1e-6 });
    for (let round = 0; round < 1000; round++) {
      let hits = 0;
      for (let i = 0; i < 300; i++) if (random.next() < 0.25) hits += 1;
      expect(hits >= low && hits <= high).toBe(true);
    }
  });
});

it.each([
  { p: 0.25, about: 1800 },
  { p: 0.5, about: 2400 },
])('needs about $about requests to see $p within 5 points at an error rate of 1e-6', ({ p, about }) => {
  const n = sampleSize({ p, margin: 0.05, errorRate: 1e-6 });
  expect(Math.abs(n - about)).toBeLessThan(about * 0.06);
});

describe('chi-square', () => {
  it.each([
    { x: 3.841458820694124, degrees: 1, tail: 0.05 },
    { x: 18.307038053275146, degrees: 10, tail: 0.05 },
    { x: 2, degrees: 2, tail: Math.exp(-1) },
    { x: 0.5, degrees: 4, tail: 0.9735009788392561 },
  ])('leaves $tail above $x with $degrees degrees of freedom', ({ x, degrees, tail }) => {
    expect(chiSquareTail(x, degrees)).toBeCloseTo(tail, 10);
  });

  it('accepts even turns and rejects a Pod that gets nothing', () => {
    expect(chiSquareTest([100, 100, 100], [1 / 3, 1 / 3, 1 / 3]).pValue).toBe(1);
    expect(chiSquareTest([150, 150, 0], [1 / 3, 1 / 3, 1 / 3]).pValue).toBeLessThan(1e-12);
  });
});
