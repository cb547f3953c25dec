import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { projectRoot, Workplace } from '../support/workplace.ts';

let place: Workplace;
beforeEach(async () => {
  place = await Workplace.create();
});
afterEach(async () => {
  await place.remove();
});

const library = path.join(projectRoot, 'src', 'index.ts');

/** A lab of one step; `over` replaces fields of it, as source text. */
async function writeLab(over: { run?: string; title?: string; checks?: string; more?: string } = {}): Promise<string> {
  await writeFile(
    path.join(place.folder, 'out-lab.ts'),
    `
import { checks, cmd, defineLab, namespaces, request, step } from '${library}';
const text = { en: 'A text', ko: '글' };
const exists = (id, name) => checks.count({ id, title: text }, { resource: namespaces, atLeast: 1 });
export default defineLab({
  id: 'broken', title: ${over.title ?? 'text'}, summary: text, needs: ['kubectl'],
  steps: [step({ id: 'one', title: text, say: text, run: [${over.run ?? "cmd('kubectl', ['get', 'nodes'])"}], checks: [${over.checks ?? "exists('here', 'default')"}] })${over.more ?? ''}],
});
`,
  );
  return './out-lab.ts';
}

it.each([
  ['a text that is missing in Korean', { title: "{ en: 'A text' }" }, /title: the text in "ko" is missing/],
  [
    'a check that the library has not',
    { checks: 'checks.shines({ id: "x", title: text }, {})' },
    /Cannot read the lab file .*checks\.shines is not a function/,
  ],
  ['two checks of one id', { checks: "exists('here', 'default'), exists('here', 'default')" }, /two checks have the id "here"/],
  [
    'two steps of one id',
    { more: ", step({ id: 'one', title: text, say: text, run: [], checks: [exists('there', 'default')] })" },
    /two steps have the id "one"/,
  ],
  ['a program that labs do not run', { run: "cmd('rm', ['-rf', '/'])" }, /cannot run "rm"/],
])('refuses a lab with %s by one message before anything runs', async (_, over, message) => {
  const result = await place.run(['lab', await writeLab(over)]);
  expect(result.stderr).toMatch(message);
  expect(result.stderr).toMatch(/^Next: /m);
  expect(result.stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
  expect(result.exitCode).toBe(2);
  expect(await place.leftovers()).toEqual([]);
});

it('ends a command that never ends, and says so', async () => {
  const result = await place.run([
    'lab',
    await writeLab({ run: "cmd('kubectl', ['get', 'nodes', '--watch'])" }),
    '--command-timeout',
    '3s',
    '--report',
    'out',
  ]);
  expect(result.stderr).toMatch(/✖ command 1 does what the step needs/);
  expect(result.stderr).toMatch(/ended after 3000 ms/);
  expect(result.stderr.match(/✖/g)).toHaveLength(1);
  expect(result.exitCode).toBe(1);
  expect(await place.leftovers()).toEqual([]);
});

it('ends a command that never shows what was waited for, and says what that was', async () => {
  const result = await place.run([
    'lab',
    await writeLab({ run: "cmd('kubectl', ['get', 'nodes', '--watch'], { endsWhen: /no such text/ })" }),
    '--command-timeout',
    '3s',
  ]);
  expect(result.stderr).toMatch(/did not show \/no such text\/ within 3000 ms/);
  expect(result.exitCode).toBe(1);
  expect(await place.leftovers()).toEqual([]);
});

it('says in one message that the cluster has died in the middle of a lab, and cleans up', async () => {
  const result = await place.run(
    ['lab', '01', '--json', '--step', '--until', 'new-version', '--timeout', '15s', '--command-timeout', '60s'],
    {
      pressesEnter: true,
      onEvent: async (event) => {
        if (event['type'] === 'step-started' && event['step'] === 'new-version') process.kill(await clusterPid(), 'SIGKILL');
      },
    },
  );
  expect(result.exitCode).toBeGreaterThan(0);
  const events = result.stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { type: string });
  const failures = events.filter(({ type }) => type === 'check-failed').length + (result.stderr.match(/(?:^|… )Error: /gm)?.length ?? 0);
  expect(failures).toBe(1);
  expect(result.stdout + result.stderr).toMatch(/refused|reach/i);
  expect(await place.leftovers()).toEqual([]);
});

/** The process that serves the cluster of the run in this workplace. */
async function clusterPid(): Promise<number> {
  const found = (await place.processes()).find((line) => line.includes('cluster serve'));
  return Number(/^process (\d+)/.exec(found ?? '')?.[1]);
}

it('writes a lab that runs and proves itself with new-lab', async () => {
  const made = await place.run(['new-lab', '06-mine']);
  expect(made.stdout).toBe('labs/06-mine/lab.ts');
  const file = path.join(place.folder, 'labs', '06-mine', 'lab.ts');
  const text = await readFile(file, 'utf8');
  expect(text).toContain("from 'canary-lab'");
  await writeFile(file, text.replace("'canary-lab'", JSON.stringify(library)));
  const run = await place.run(['lab', './labs/06-mine']);
  expect(run.stdout).toMatch(/All is well: 3 checks passed/);
  const proof = await place.run(['verify-lab', './labs/06-mine']);
  expect(proof.stdout).toContain('06-mine: mutation score 100 % (3 of 3 checks fail when the cluster is wrong)');
  expect(proof.exitCode).toBe(0);
  expect((await place.run(['new-lab', '06-mine'])).stderr).toMatch(/There is a lab "06-mine" already\./);
});
