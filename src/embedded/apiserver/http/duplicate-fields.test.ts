import { expect, it } from 'vitest';
import { duplicateFields } from './duplicate-fields.ts';

it.each([
  ['nothing in a plain object', '{"a":1,"b":{"a":2},"c":[{"a":1},{"a":1}]}', []],
  ['a repeated key of a map', '{"data":{"a":"1","a":"2"}}', ['data.a']],
  ['a repeated key inside a list', '{"spec":{"list":[{"n":1},{"n":{"x":1},"n":2}]}}', ['spec.list[1].n']],
  ['a key after a value that looks like one', '{"a":"a","b":["a","a"],"a":0}', ['a']],
  ['an escaped key', '{"a\\"b":1,"a\\"b":2}', ['a"b']],
])('finds %s', (_what, text, paths) => {
  expect(duplicateFields(text)).toEqual(paths);
});
