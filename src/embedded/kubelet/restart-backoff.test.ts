import { expect, it } from 'vitest';
import { afterRestart, type RestartBackoff, restartDelayMs } from './restart-backoff.ts';

it('waits not at all, then 10 s doubling to 5 min', () => {
  let backoff: RestartBackoff | undefined;
  let nowMs = 0;
  const waits: number[] = [];
  for (let crash = 0; crash < 8; crash++) {
    const waitMs = restartDelayMs(backoff, nowMs, nowMs);
    waits.push(waitMs / 1000);
    backoff = afterRestart(backoff, nowMs, nowMs + waitMs);
    nowMs += waitMs + 1;
  }
  expect(waits).toEqual([0, 10, 20, 40, 80, 160, 300, 300]);
});

it('forgets the crashes of a container that ran for more than 10 min', () => {
  const backoff = { delayMs: 300_000, updatedAtMs: 0 };
  expect(restartDelayMs(backoff, 600_001, 600_001)).toBe(0);
  expect(afterRestart(backoff, 600_001, 600_001)).toEqual({ delayMs: 10_000, updatedAtMs: 600_001 });
});

it('counts the time that has passed since the end', () => {
  expect(restartDelayMs({ delayMs: 10_000, updatedAtMs: 0 }, 5000, 6000)).toBe(9000);
});
