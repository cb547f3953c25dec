import { expect, it } from 'vitest';
import { mergePatch } from './merge-patch.ts';

it.each([
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])('merges %j with %j to %j', (current, patch, result) => {
  expect(mergePatch(current, patch)).toEqual(result);
});

it('leaves a frozen object as it is', () => {
  const current = Object.freeze({ a: Object.freeze({ b: 1 }) });
  expect(mergePatch(current, { a: { b: 2 } })).toEqual({ a: { b: 2 } });
  expect(current).toEqual({ a: { b: 1 } });
});
