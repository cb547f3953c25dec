import { expect, it } from 'vitest';
import { compileJsonPath, evaluateJsonPath } from './json-path.ts';

const object = {
  metadata: { labels: { 'a.b/c': 'x' } },
  list: [
    { type: 'Ready', status: 'True' },
    { type: 'Other', status: 'False' },
  ],
  n: 3,
};

it.each([
  ['.n', [3]],
  ['.list[0].type', ['Ready']],
  ['.list[*].type', ['Ready', 'Other']],
  ['.list[?(@.type=="Other")].status', ['False']],
  [".list[?(@.type!='Other')].status", ['True']],
  ["{.metadata.labels['a.b/c']}", ['x']],
  ['.metadata.labels.a\\.b/c', undefined],
  ['.none.deeper', []],
  ['.list[-1].type', ['Other']],
  ['.list[7]', []],
])('finds %s', (path, found) => {
  const compiled = compileJsonPath(path);
  expect(compiled === undefined ? undefined : evaluateJsonPath(compiled, object)).toEqual(found);
});

it('leaves scripts uncompiled', () => {
  expect(compileJsonPath('.list[(@.length-1)]')).toBeUndefined();
});
