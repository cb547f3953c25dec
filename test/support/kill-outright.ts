import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';

/** Kills a process that is not a child of this one, and resolves when it is no more: a signal takes effect some time after it was sent. */
export async function killOutright(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  await expect.poll(() => isRunning(pid), { interval: 10, timeout: 30_000 }).toBe(false);
}

async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // One that nobody has waited for yet holds nothing any more: its sockets are closed.
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return !/^\d+ \(.*\) [ZX] /s.test(stat);
}
