import { expect, it } from 'vitest';
import { isJsonTooDeep, isYamlTooDeep, MAX_NESTING } from './nesting.ts';

const nested = (open: string, close: string, depth: number): Buffer => Buffer.from(`${open.repeat(depth)}1${close.repeat(depth)}`);

it.each([
  ['[', ']'],
  ['{"a":', '}'],
  ['[{"a":"]}"},', ']'],
])('finds %s nested too deep, and not one level less', (open, close) => {
  expect(isJsonTooDeep(nested(open, close, MAX_NESTING + 1))).toBe(true);
  expect(isJsonTooDeep(nested(open, close, MAX_NESTING - 1))).toBe(false);
  expect(isYamlTooDeep(nested(open, close, MAX_NESTING + 1).toString())).toBe(true);
  expect(isYamlTooDeep(nested(open, close, MAX_NESTING - 1).toString())).toBe(false);
});

it('does not count brackets in JSON texts', () => {
  expect(isJsonTooDeep(Buffer.from(JSON.stringify({ text: `\\"${'[{'.repeat(5000)}` })))).toBe(false);
});

it.each(['- ', '-\t', '? '])('finds YAML items nested on a line by %j', (item) => {
  expect(isYamlTooDeep(`${item.repeat(MAX_NESTING + 1)}1`)).toBe(true);
});

it('takes a long YAML document', () => {
  expect(isYamlTooDeep('- name: [a, b]\n  rule: "x - [y - {z"\n'.repeat(2000))).toBe(false);
});
