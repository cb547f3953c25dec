import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { isAlive } from './is-alive.ts';

it('tells a process that runs from one that has ended', async () => {
  const child = spawn(process.execPath, ['--eval', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
  await once(child, 'spawn');
  expect(await isAlive(child.pid!)).toBe(true);
  child.stdin.end();
  await once(child, 'exit');
  expect(await isAlive(child.pid!)).toBe(false);
});

it.skipIf(process.platform !== 'linux')('does not take a process that nobody has waited for as one that runs', async () => {
  // The shell becomes a program that never waits for the child it was left.
  const shell = spawn('/bin/sh', ['-c', 'true & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = (await once(shell.stdout, 'data')) as [Buffer];
  await expect.poll(() => isAlive(Number(line.toString()))).toBe(false);
  shell.kill();
  await once(shell, 'exit');
});
