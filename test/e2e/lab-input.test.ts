import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { projectRoot, Workplace } from '../support/workplace.ts';

let place: Workplace;
beforeEach(async () => {
  place = await Workplace.create();
});
afterEach(async () => {
  expect(await place.leftovers()).toEqual([]);
  await place.remove();
});

it.each(['--version', '-V'])('prints the version of the package with %s', async (flag) => {
  const { version } = JSON.parse(await readFile(path.join(projectRoot, 'package.json'), 'utf8')) as { version: string };
  const result = await place.run([flag]);
  expect([result.stdout, result.exitCode]).toEqual([version, 0]);
});

it('runs a lab that is named more than once only once, and says so', async () => {
  const result = await place.run(['lab', '01', '01-simple-canary', '--from', '1', '--until', '1']);
  expect(result.stderr).toContain('Named more than once, run once: 01-simple-canary');
  expect(result.stdout.match(/All is well/g)).toHaveLength(1);
  expect(result.exitCode).toBe(0);
});

it.each([
  ['at the first question when there is no input', '', 1],
  ['at the second question when the input holds one line', '\n', 2],
])('ends %s', async (_, input, questions) => {
  const result = await place.run(['lab', '02', '--step', '--until', '2', '--lang', 'en'], { input });
  expect(result.stderr).toMatch(/^Error: Standard input has ended.*\nNext: .*--step/m);
  expect(result.stderr.match(/Press Enter/g)).toHaveLength(questions);
  expect(result.exitCode).toBe(2);
});

it('takes lines that came early for the steps that follow', async () => {
  const result = await place.run(['lab', '02', '--step', '--until', '2', '--lang', 'en'], { input: '\n\n' });
  expect(result.stdout).toMatch(/All is well/);
  expect(result.exitCode).toBe(0);
});

it.each([
  ['the events', ['--json'], 'stdout'],
  ['the progress', [], 'stderr'],
] as const)('ends like an interruption, and cleans up, when the reader of %s goes away', async (_, more, stream) => {
  const child = execa(process.execPath, [path.join(projectRoot, 'bin', 'canary-lab.js'), 'lab', '02', ...more], {
    cwd: place.folder,
    env: place.environment,
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    buffer: false,
  });
  child[stream].once('data', () => child[stream].destroy());
  const { exitCode } = await child;
  expect(exitCode).toBe(141);
});
