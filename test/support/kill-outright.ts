import { expect } from 'vitest';
import { isAlive } from '../../src/base/is-alive.ts';

/** Kills a process that is not a child of this one, and resolves when it is no more: a signal takes effect some time after it was sent. */
export async function killOutright(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  await expect.poll(() => isAlive(pid), { interval: 10, timeout: 30_000 }).toBe(false);
}
