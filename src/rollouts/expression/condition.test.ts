import { expect, it } from 'vitest';
import { assessResult, evaluateCondition } from './condition.ts';

it.each<[string, unknown, boolean]>([
  ['result[0] >= 0.95', [0.99], true],
  ['result[0] >= 0.95', [0.5], false],
  ['result == true', true, true],
  ['result.data.ok && result.code in [200, 204]', { data: { ok: true }, code: 204 }, true],
  ['result["a-b"] == "x"', { 'a-b': 'x' }, true],
  ['len(result) == 0 || result[0] < 5', [], true],
  ['not (result > 1) and result != nil', 1, true],
  ['all(result, {# > 0.5})', [0.6, 0.7], true],
  ['any(result, # > 0.9)', [0.6, 0.7], false],
  ['count(result, {.code >= 500}) <= 1', [{ code: 500 }, { code: 200 }], true],
  ['len(filter(result, {# matches "^a"})) == 2', ['ab', 'ac', 'b'], true],
  ['map(result, {# * 2})[1] == 4', [1, 2], true],
  ['asFloat(result) > 1.5', '1.6', true],
  ['asInt(result) == 3', '3', true],
  ['isNaN(result)', Number.NaN, true],
  ['isInf(result)', Number.POSITIVE_INFINITY, true],
  ['isNil(result) || result > 1', null, true],
  ['default(result, 0) == 0', null, true],
  ['result > 1 ? true : false', 2, true],
  ['1 + 2 * 3 == 7 and 2 ** 3 ** 2 == 512', 0, true],
  ['-result < 0', 1, true],
  ['result?.missing ?? true', {}, true],
  ['"b" not in result', ['a'], true],
  ['result[-1] == 3 && result[1:] == [2, 3]', [1, 2, 3], true],
  ['result contains "ok" or result startsWith \'no\'', 'all ok', true],
])('says that %s for %j is %s', (text, result, value) => {
  expect(evaluateCondition(text, result)).toBe(value);
});

it.each<[string, unknown, string]>([
  ['result', 1, 'expected bool, but got int'],
  ['result + ', 1, 'unexpected token EOF'],
  ['nothing > 1', 1, 'unknown name nothing'],
  ['result[1] > 1', [1], 'index out of range: 1 (array length is 1)'],
  ['result > 1', 'a', 'invalid operation: string > int'],
  ['result matches "a(?=b)"', 'ab', 'error parsing regexp: invalid or unsupported Perl syntax: `(?=`'],
])('cannot evaluate %s for %j: %s', (text, result, message) => {
  expect(() => evaluateCondition(text, result)).toThrow(message);
});

it('matches in a time that grows with the text and not faster', () => {
  expect(evaluateCondition('result matches "^(a+)+$"', `${'a'.repeat(5_000)}b`)).toBe(false);
  expect(evaluateCondition('all(["a", "b"], {result matches #})', 'ab')).toBe(true);
});

it('never reaches what belongs to the language below', () => {
  expect(evaluateCondition('result.constructor == nil', {})).toBe(true);
  expect(() => evaluateCondition('constructor("x")', {})).toThrow('unknown name constructor');
});

it.each([
  [undefined, undefined, 'Successful'],
  ['result > 1', undefined, 'Successful'],
  ['result > 2', undefined, 'Failed'],
  [undefined, 'result > 2', 'Successful'],
  [undefined, 'result > 1', 'Failed'],
  ['result > 1', 'result > 1', 'Failed'],
  ['result > 2', 'result > 3', 'Inconclusive'],
])('with success %s and failure %s a result of 2 is %s', (successCondition, failureCondition, phase) => {
  expect(assessResult(2, { successCondition, failureCondition })).toBe(phase);
});

it('says that nothing was returned when a condition looks into an empty result', () => {
  expect(() => assessResult([], { successCondition: 'result[0] > 1' })).toThrow(
    'could not evaluate successCondition "result[0] > 1": metric result is nil or empty: no data returned from the metric provider',
  );
});
