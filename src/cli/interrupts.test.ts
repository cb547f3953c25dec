import { expect, it } from 'vitest';
import type { Clock } from '../base/clock.ts';
import { Interrupts } from './interrupts.ts';

function press(pending: string[]) {
  const said: string[] = [];
  const time = { nowMs: 0, hasLeft: false };
  const interrupts = new Interrupts({
    clock: { nowMs: () => time.nowMs } as Clock,
    cleanup: { pending },
    stderr: (text) => said.push(text),
    leave: () => {
      time.hasLeft = true;
    },
  });
  return { interrupts, said, time };
}

it('ends the run at the first signal, says what is still to go at the second, and leaves at the third', () => {
  const { interrupts, said, time } = press(['kind cluster "shop"', 'folder x']);
  interrupts.note('SIGINT');
  expect(interrupts.signal.reason).toMatchObject({ code: 'INTERRUPTED', message: 'Interrupted by SIGINT.' });
  expect(said).toEqual([]);
  time.nowMs = 1000;
  interrupts.note('SIGINT');
  expect(said.join('')).toBe('Still taking back what the run made: kind cluster "shop", folder x. Ctrl-C once more leaves at once.\n');
  expect(time.hasLeft).toBe(false);
  time.nowMs = 2000;
  interrupts.note('SIGINT');
  expect(said.at(-1)).toBe('Left at once; this may still be there: kind cluster "shop", folder x.\nNext: npm run doctor -- --leftovers\n');
  expect(time.hasLeft).toBe(true);
});

it('takes the signals that npm and the terminal pass on for one press as one', () => {
  const { interrupts, said, time } = press([]);
  for (const nowMs of [0, 5, 40]) {
    time.nowMs = nowMs;
    interrupts.note('SIGINT');
  }
  expect(said).toEqual([]);
  expect(time.hasLeft).toBe(false);
});

it('names the first of many things', () => {
  const { interrupts, said, time } = press(Array.from({ length: 9 }, (_, index) => `image ${index}`));
  interrupts.note('SIGINT');
  time.nowMs = 1000;
  interrupts.note('SIGTERM');
  expect(said[0]).toContain('image 5 and 3 more.');
});
