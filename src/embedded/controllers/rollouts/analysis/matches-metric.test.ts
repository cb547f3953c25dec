import { expect, it } from 'vitest';
import { matchesMetric } from './matches-metric.ts';

it.each([
  ['success.*', 'success-rate', true],
  ['rate', 'success-rate', true],
  ['^rate', 'success-rate', false],
  ['(?=rate)', 'success-rate', false],
  ['^(a+)+$', `${'a'.repeat(5_000)}b`, false],
])('the rule %s for this metric: %#', (pattern, name, matches) => {
  expect(matchesMetric(pattern, name)).toBe(matches);
});
