import { expect, it } from 'vitest';
import { canonicalJson, sameJson } from './canonical-json.ts';

const values: unknown[] = [
  {},
  { a: 1 },
  { a: 1, b: [] },
  { b: null, a: 1 },
  { a: '1' },
  { a: { b: [] } },
  { a: {} },
  { a: [{}] },
  { a: [{ b: undefined }] },
  { a: [[]] },
  { a: [null] },
  { a: [1, 2] },
  { a: [2, 1] },
  { a: false },
  { a: 0 },
  [],
  [1],
  [[]],
  undefined,
  null,
  0,
  '',
  'x',
  { a: { c: 1, b: 2 } },
  { a: { b: 2, c: 1 } },
  { constructor: 'x' },
  { toString: [] },
  JSON.parse('{"__proto__":"x"}'),
  JSON.parse('{"__proto__":[]}'),
];

it('finds two values the same exactly when they read the same', () => {
  for (const a of values) {
    for (const b of values) {
      const nothing = (value: unknown): boolean => value === undefined || value === null || (Array.isArray(value) && value.length === 0);
      expect(sameJson(a, b), `${JSON.stringify(a)} and ${JSON.stringify(b)}`).toBe(
        canonicalJson(a) === canonicalJson(b) || (nothing(a) && nothing(b)),
      );
    }
  }
});
