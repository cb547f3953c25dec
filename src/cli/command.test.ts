import path from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import type { App } from './app.ts';
import { runCommand } from './command.ts';

it('does nothing when it is interrupted while the command is loaded', async () => {
  const stop = new AbortController();
  const stdout = new PassThrough();
  const app = {
    signal: stop.signal,
    stdout,
    stderr: stdout,
    env: {},
    projectRoot: path.resolve(import.meta.dirname, '../..'),
  } as Partial<App>;
  const run = runCommand(['list'], app as App);
  const reason = new Error('Interrupted.');
  stop.abort(reason);
  await expect(run).rejects.toBe(reason);
  expect(stdout.read()).toBeNull();
});
