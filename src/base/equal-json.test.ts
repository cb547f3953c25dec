import { expect, it } from 'vitest';
import { equalJson } from './equal-json.ts';

it.each([
  [{ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 }, true],
  [{ a: 1, b: undefined }, { a: 1 }, true],
  [{ a: 1 }, { a: 1, b: 2 }, false],
  [{ a: null }, {}, false],
  [[1, 2], [2, 1], false],
  [[], {}, false],
  [null, {}, false],
  ['1', 1, false],
  [{}, { constructor: 'x' }, false],
  [{ toString: 'x' }, {}, false],
  [JSON.parse('{"__proto__":"x"}'), {}, false],
  [JSON.parse('{"__proto__":"x"}'), JSON.parse('{"__proto__":"x"}'), true],
  [JSON.parse('{"__proto__":"x"}'), JSON.parse('{"__proto__":"y"}'), false],
])('compares %j and %j as %s', (a: unknown, b: unknown, isEqual) => {
  expect([equalJson(a, b), equalJson(b, a)]).toEqual([isEqual, isEqual]);
});
