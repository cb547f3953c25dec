import { readFile } from 'node:fs/promises';

/**
 * Whether a process runs. One that has ended and for which nobody has waited yet, as happens in containers, keeps its id and nothing
 * else: it does not run. Systems other than Linux have no such file and tell the two apart by themselves.
 */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return !/^\d+ \(.*\) [ZX] /s.test(stat);
}
