import { expect, it } from 'vitest';
import { ownValue, setOwnValue } from './own-value.ts';

it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty', 'a'])(
  'finds nothing under %s before it is put there, and then it',
  (key) => {
    const table: Record<string, string> = {};
    expect(ownValue(table, key)).toBeUndefined();
    setOwnValue(table, key, 'x');
    expect([ownValue(table, key), Object.keys(table), JSON.parse(JSON.stringify(table))]).toEqual(['x', [key], table]);
    expect(Object.getPrototypeOf(table)).toBe(Object.prototype);
  },
);

it('finds nothing in a table that is absent', () => {
  expect(ownValue(undefined, 'a')).toBeUndefined();
});
