import { expect, it } from 'vitest';
import { isStatus } from '../../../kube/status-error.ts';
import { jsonPatch } from './json-patch.ts';

const REJECTED = 'the server rejected our request due to an error in our request';

it('applies operations in order without changing the object', () => {
  const current = { data: { a: '1' }, list: [1, 2] };
  expect(
    jsonPatch(current, [
      { op: 'test', path: '/data/a', value: '1' },
      { op: 'replace', path: '/data/a', value: 'z' },
      { op: 'add', path: '/list/-', value: 3 },
      { op: 'remove', path: '/list/0' },
    ]),
  ).toEqual({ data: { a: 'z' }, list: [2, 3] });
  expect(current).toEqual({ data: { a: '1' }, list: [1, 2] });
});

it.each([
  ['a failing test', [{ op: 'test', path: '/data/a', value: 'x' }]],
  ['a missing path', [{ op: 'replace', path: '/data/none', value: 'x' }]],
  ['removal of a missing path', [{ op: 'remove', path: '/nope/none' }]],
  ['an unknown operation', [{ op: 'frobnicate', path: '/data' }]],
])('refuses %s with 422', (_, operations) => {
  const attempt = (): object => jsonPatch({ data: { a: '1' } }, operations);
  expect(attempt).toThrow(REJECTED);
  try {
    attempt();
  } catch (error) {
    expect(isStatus(error, 'Invalid')).toBe(true);
  }
});

it('refuses a patch that is no list with 400', () => {
  try {
    jsonPatch({}, { op: 'add' });
    expect.unreachable();
  } catch (error) {
    expect(isStatus(error, 'BadRequest')).toBe(true);
  }
});
