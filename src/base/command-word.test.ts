import { expect, it } from 'vitest';
import { commandWord } from './command-word.ts';

const flags = [
  { long: '--namespace', short: '-n', required: true },
  { long: '--no-color', required: false },
];

it.each([
  [['get', 'rollout'], 'get'],
  [['-n', 'abort', 'get'], 'get'],
  [['--namespace', 'abort', '--no-color', 'get'], 'get'],
  [['--namespace=shop', 'get'], 'get'],
  [['-nshop', 'get'], 'get'],
  [['get', '--unknown', '--help'], 'get'],
  [['get', '-n', 'shop'], 'get'],
  [['--help'], undefined],
  [['-n'], undefined],
  [[], undefined],
])('finds the command in %j', (args, word) => {
  expect(commandWord(args, flags)).toBe(word);
});

it.each([
  [['--help', 'get']],
  [['-n', 'shop', '-h', 'get']],
  [['--unknown', 'get']],
  [['--no-color=yes', 'get']],
  [['-1', 'get']],
  [['-', 'get']],
  [['--', 'get']],
  [['get', 'rollout', '-n']],
  [['get', '--namespace']],
])('finds none in %j, which the program itself may have to answer', (args) => {
  expect(commandWord(args, flags)).toBeUndefined();
});
