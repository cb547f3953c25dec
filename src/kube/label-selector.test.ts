import { expect, it } from 'vitest';
import { formatLabelSelector, meetsAll, parseLabelSelector, selectorMatches } from './label-selector.ts';

const labels = { app: 'web', tier: 'front' };

it.each([
  ['app=web', true],
  ['app==web', true],
  ['app!=web', false],
  ['app in (web,x),!zz', true],
  ['app notin (web)', false],
  ['tier', true],
  ['!tier', false],
  ['missing!=x', true],
  ['missing notin (x)', true],
  ['', true],
  ['app=', false],
  ['constructor', false],
  ['!toString', true],
])('matches %o: %s', (text, matches) => {
  expect(meetsAll(labels, parseLabelSelector(text))).toBe(matches);
});

it('refuses a selector that cannot be parsed', () => {
  expect(() => parseLabelSelector('a b')).toThrow('unable to parse requirement');
});

it('selects nothing without a selector and everything with an empty one', () => {
  expect(selectorMatches(undefined, labels)).toBe(false);
  expect(selectorMatches({}, labels)).toBe(true);
});

it('prints requirements sorted by key', () => {
  expect(
    formatLabelSelector({
      matchLabels: { b: '1', a: '2' },
      matchExpressions: [
        { key: 'c', operator: 'In', values: ['y', 'x'] },
        { key: 'd', operator: 'Exists' },
      ],
    }),
  ).toBe('a=2,b=1,c in (x,y),d');
});
