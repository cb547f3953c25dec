import { expect, it } from 'vitest';
import { formatDuration, humanDuration, parseDuration } from './duration.ts';

it.each([
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['1.5s', 1500],
  ['90s', 90_000],
  ['0', 0],
  ['250ms', 250],
  ['-2s', -2000],
])('reads the duration %s', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

it.each(['1d', '', '5', 'm', '5 m', '1h30'])('refuses %o as a duration', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

it.each([
  [0, '0s'],
  [119_000, '119s'],
  [120_000, '2m'],
  [125_000, '2m5s'],
  [600_000, '10m'],
  [3 * 3_600_000, '3h'],
  [3 * 3_600_000 + 300_000, '3h5m'],
  [30 * 3_600_000, '30h'],
  [50 * 3_600_000, '2d2h'],
  [9 * 86_400_000, '9d'],
  [730 * 86_400_000, '2y'],
  [-500, '0s'],
  [-5000, '<invalid>'],
])('prints an age of %d ms as %s', (ms, text) => {
  expect(humanDuration(ms)).toBe(text);
});

it('prints a Go duration of whole seconds', () => {
  expect([300_000, 42_000, 3_600_000].map(formatDuration)).toEqual(['5m0s', '42s', '1h0m0s']);
});
