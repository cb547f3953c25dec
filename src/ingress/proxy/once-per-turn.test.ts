import { expect, it } from 'vitest';
import { nextTurn } from '../../base/clock.ts';
import { oncePerTurn } from './once-per-turn.ts';

it('gives one time for a turn of the event loop and looks again in the next', async () => {
  let time = 1000;
  const nowMs = oncePerTurn({ nowMs: () => time++ });
  expect([nowMs(), nowMs()]).toEqual([1000, 1000]);
  await Promise.resolve();
  expect(nowMs()).toBe(1000);
  for (const expected of [1001, 1002]) {
    await nextTurn();
    expect([nowMs(), nowMs()]).toEqual([expected, expected]);
  }
});
