import { describe, expect, it } from 'vitest';
import { canonicalQuantity, parseQuantity, quantityNanos } from './quantity.ts';

it.each([
  ['1', '1'],
  ['0.5', '500m'],
  ['100m', '100m'],
  ['1000m', '1'],
  ['1500m', '1500m'],
  ['1024Mi', '1Gi'],
  ['1.5Gi', '1536Mi'],
  ['1000Mi', '1000Mi'],
  ['1e3', '1e3'],
  ['128974848', '128974848'],
  ['0', '0'],
  ['0Gi', '0'],
  ['2000', '2k'],
  ['-1', '-1'],
  ['.5', '500m'],
  ['1.', '1'],
])('writes %s as %s', (given, canonical) => {
  expect(canonicalQuantity(given)).toBe(canonical);
});

it.each(['', 'x', '1 Gi', '1kk', '1,5', 'Gi', '--1'])('refuses %j', (text) => {
  expect(canonicalQuantity(text)).toBeUndefined();
});

it('keeps the value when it changes the form', () => {
  for (const text of ['0.1', '3Ki', '12345m', '1e6', '7G']) expect(quantityNanos(canonicalQuantity(text)!)).toBe(quantityNanos(text));
});

describe('parseQuantity', () => {
  it.each([
    ['250m', 0.25],
    ['2', 2],
    ['0.5', 0.5],
    ['64Mi', 64 * 2 ** 20],
    ['1Gi', 2 ** 30],
    ['1k', 1000],
    ['5G', 5e9],
    ['1e3', 1000],
    ['1E3', 1000],
    ['2E', 2e18],
    ['-1', -1],
  ])('reads %s as %d', (text, amount) => {
    expect(parseQuantity(text)).toBeCloseTo(amount);
  });

  it.each(['', 'many', '1KB', '1.2.3', 'Mi'])('refuses %j', (text) => {
    expect(parseQuantity(text)).toBeUndefined();
  });
});
