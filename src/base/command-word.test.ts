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
  [['--unknown', 'get'], 'get'],
  [['--help'], undefined],
  [['-n'], undefined],
  [[], undefined],
])('finds the command in %j', (args, word) => {
  expect(commandWord(args, flags)).toBe(word);
});
