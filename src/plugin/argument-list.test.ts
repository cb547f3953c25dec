import { expect, it } from 'vitest';
import { normalizeArguments } from './argument-list.ts';

it.each([
  [
    ['status', 'x', '--watch=false'],
    ['status', 'x', '--no-watch'],
  ],
  [
    ['status', 'x', '-w=false'],
    ['status', 'x', '--no-watch'],
  ],
  [
    ['get', 'ro', 'x', '--watch=true'],
    ['get', 'ro', 'x', '--watch'],
  ],
  [
    ['promote', 'x', '--full=false'],
    ['promote', 'x'],
  ],
  [
    ['list', 'ro', '-A=true'],
    ['list', 'ro', '--all-namespaces'],
  ],
  [
    ['undo', 'x', '--to-revision=1'],
    ['undo', 'x', '--to-revision=1'],
  ],
  [
    ['pause', '--', '--watch=false'],
    ['pause', '--', '--watch=false'],
  ],
])('reads %j as a Go program does', (argv, normalized) => {
  expect(normalizeArguments(argv)).toEqual(normalized);
});
