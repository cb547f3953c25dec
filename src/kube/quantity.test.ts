import { describe, expect, it } from 'vitest';
import { parseQuantity } from './quantity.ts';

describe('parseQuantity', () => {
  it.each([
    ['250m', 0.25], ['2', 2], ['0.5', 0.5], ['64Mi', 64 * 2 ** 20], ['1Gi', 2 ** 30], ['1k', 1000], ['5G', 5e9], ['1e3', 1000], ['1E3', 1000], ['2E', 2e18], ['-1', -1],
  ])('reads %s as %d', (text, amount) => { expect(parseQuantity(text)).toBeCloseTo(amount); });

  it.each(['', 'many', '1KB', '1.2.3', 'Mi'])('refuses %j', (text) => { expect(parseQuantity(text)).toBeUndefined(); });
});
