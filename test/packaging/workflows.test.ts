import { access, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { ARGO_ROLLOUTS_CHART, KIND_RELEASES } from '../../src/cluster/versions.ts';
import { projectRoot } from '../support/workplace.ts';
import { type Action, judgeAction, judgeWorkflow, readYaml, type Step, type Workflow } from './workflow-lint.ts';

const files = (await readdir(path.join(projectRoot, '.github', 'workflows'))).sort();
async function read<T>(file: string): Promise<T> {
  const { value, problems } = readYaml(await readFile(path.join(projectRoot, file), 'utf8'));
  expect(problems, file).toEqual([]);
  return value as T;
}
const workflowOf = (file: string): Promise<Workflow> => read<Workflow>(path.join('.github', 'workflows', file));
const action = (): Promise<Action> => read<Action>('action.yml');
async function allSteps(): Promise<Step[]> {
  const workflows = await Promise.all(files.map(workflowOf));
  return [...workflows.flatMap(({ jobs }) => Object.values(jobs).flatMap(({ steps }) => steps)), ...(await action()).runs.steps];
}
const scripts = async (): Promise<string[]> => (await allSteps()).flatMap(({ run }) => (run === undefined ? [] : [run]));

it.each(files)('workflow %s is one that a runner accepts, and may read only what it needs', async (file) => {
  const workflow = await workflowOf(file);
  expect(judgeWorkflow(workflow, await action())).toEqual([]);
  expect(workflow.name).toBe(path.basename(file, '.yml'));
  expect(workflow.permissions).toEqual({ contents: 'read' });
});

it('is a composite action that a runner accepts', async () => {
  expect(judgeAction(await action())).toEqual([]);
  for (const name of ['lab', 'cluster', 'chart']) expect((await action()).inputs[name]).toBeDefined();
});

describe('commands', () => {
  it('calls npm scripts and files that exist', async () => {
    const { scripts: known } = JSON.parse(await readFile(path.join(projectRoot, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const text = (await scripts()).join('\n');
    const called = [...text.matchAll(/npm (?:run )?(test\b|(?<=run )[\w:-]+)/g)].map((match) => match[1]!);
    expect(called.length).toBeGreaterThan(1);
    expect(called.filter((script) => known[script] === undefined)).toEqual([]);
    const paths = [
      ...text.matchAll(/(?:node |\$ACTION_PATH\/)((?:bin|scripts)\/[\w./-]+)/g),
      ...text.matchAll(/\s(scripts\/[\w./-]+)/g),
    ].map((match) => match[1]!);
    expect(paths.length).toBeGreaterThan(1);
    for (const file of paths) await access(path.join(projectRoot, file));
  });

  it('calls commands of this program that exist, with options that they have', async () => {
    const helpOf = async (command: string): Promise<string> =>
      (await execa(process.execPath, [path.join(projectRoot, 'bin', 'canary-lab.js'), command, '--help'], { cwd: projectRoot })).stdout;
    const calls: { command: string; options: string[] }[] = [];
    for (const script of await scripts())
      for (const [, words] of script.matchAll(/(?:canary-lab(?:\.js)?"?|arguments=\() ?([a-z][^\n]*)/g)) {
        const [command, ...rest] = words!.split(/[\s()]+/);
        const later = command === 'lab' ? [...script.matchAll(/arguments\+=\((--[a-z-]+)/g)].map((match) => match[1]!) : [];
        calls.push({ command: command!, options: [...rest.filter((word) => word.startsWith('--')), ...later] });
      }
    expect(calls.map(({ command }) => command)).toEqual(expect.arrayContaining(['lab', 'doctor']));
    for (const { command, options } of calls) {
      const help = await helpOf(command);
      for (const option of options) expect(help, `${command} ${option}`).toMatch(new RegExp(`${option}\\b`));
    }
  });

  it('has scripts that the shell can read', async () => {
    for (const script of await scripts()) {
      const { exitCode, stderr } = await execa('bash', ['-n'], { input: script, reject: false });
      expect(exitCode, `${script}\n${stderr}`).toBe(0);
    }
  });
});

it('tests on three systems with the two versions of Node that are supported', async () => {
  const { jobs } = await workflowOf('ci.yml');
  expect(jobs['test']!.strategy!.matrix).toEqual({ os: ['ubuntu-latest', 'macos-latest', 'windows-latest'], node: [24, 26] });
});

it('installs the packed program in an empty folder, in CI and every night', async () => {
  for (const file of ['ci.yml', 'nightly.yml'])
    expect((await workflowOf(file)).jobs['package']!.steps.at(-1)!.run).toContain('scripts/verify-package.ts');
});

it('runs the labs every night on old and new versions that the table of versions knows', async () => {
  const { jobs, on } = await workflowOf('nightly.yml');
  expect(on['schedule']).toEqual([{ cron: expect.stringMatching(/^\d+ \d+ \* \* \*$/) }]);
  const { matrix } = jobs['kind']!.strategy!;
  for (const version of matrix['kubernetes']!) expect(KIND_RELEASES.map(({ kubernetes }) => kubernetes)).toContain(version);
  expect(matrix['argo-rollouts']).toEqual(Object.values(ARGO_ROLLOUTS_CHART));
  expect(jobs['minikube']!.steps.at(-1)!.with).toMatchObject({ cluster: 'minikube' });
  expect(jobs['tell']).toMatchObject({ if: 'failure()', permissions: { issues: 'write' } });
  expect([jobs['tell']!.needs].flat().sort()).toEqual(
    Object.keys(jobs)
      .filter((id) => id !== 'tell')
      .sort(),
  );
});

describe('the linter', () => {
  const ours: Action = {
    name: '',
    description: '',
    inputs: { lab: { description: '', default: '' } },
    runs: { using: 'composite', steps: [] },
  };
  const job = { 'runs-on': 'ubuntu-latest', 'timeout-minutes': 1, steps: [{ run: 'true' }] };
  const expression = (text: string): string => `\${{ ${text} }}`;
  const flow = (more: object, jobs: object = { one: job }): Workflow =>
    ({ name: 'x', on: { push: {} }, permissions: { contents: 'read' }, jobs, ...more }) as unknown as Workflow;
  const step = (more: object): Workflow => flow({}, { one: { ...job, steps: [more] } });

  it.each<[what: string, workflow: Workflow]>([
    ['unknown key "runs"', flow({ runs: 1 })],
    ['unknown event "pushed"', flow({ on: { pushed: {} } })],
    ['unknown key "branch"', flow({ on: { push: { branch: ['main'] } } })],
    ['"61 2 * * *" is no time', flow({ on: { schedule: [{ cron: '61 2 * * *' }] } })],
    ['unknown permission "content: read"', flow({ permissions: { content: 'read' } })],
    ['unknown runner "ubuntu"', flow({}, { one: { ...job, 'runs-on': 'ubuntu' } })],
    ['no limit in time', flow({}, { one: { 'runs-on': 'ubuntu-latest', steps: [{ run: 'true' }] } })],
    ['needs "two", which is not a job', flow({}, { one: { ...job, needs: 'two' } })],
    ['needs itself in the end', flow({}, { one: { ...job, needs: 'two' }, two: { ...job, needs: ['one'] } })],
    ['matrix.node is not in its matrix', step({ run: 'true', name: expression('matrix.node') })],
    ['needs either "uses" or "run"', step({ name: 'x' })],
    ['an expression in a script', step({ run: `echo ${expression('github.ref')}` })],
    ['is no action of a version that is known', step({ uses: 'actions/checkout@main' })],
    ['"actions/setup-node@v4" has no input "node"', step({ uses: 'actions/setup-node@v4', with: { node: 26 } })],
    ['"./" has no input "labs"', step({ uses: './', with: { labs: 'all' } })],
    ['$LAB is not set', step({ run: 'echo "$LAB"' })],
    ['LAB is set and not used', step({ run: 'true', env: { LAB: 'x' } })],
    ['unknown shell "fish"', step({ run: 'true', shell: 'fish' })],
    ['unknown function "alway"', step({ run: 'true', if: 'alway()' })],
    ['"failure()" is for conditions only', step({ run: 'true', name: expression('failure()') })],
    ['"githb" is not known here', step({ run: 'true', if: "githb.ref == 'main'" })],
    ['is not closed, or has double quotes', step({ run: 'true', if: 'github.ref == "main"' })],
    ['brackets do not match', step({ run: 'true', if: "contains(github.ref, 'x'" })],
    ['no step before it has the id "build"', step({ run: 'true', if: "steps.build.outputs.x == '1'" })],
  ])('finds: %s', (what, workflow) => {
    expect(judgeWorkflow(workflow, ours).join('\n')).toContain(what);
  });

  it('finds a key that is there twice, and nothing in a workflow that is right', () => {
    expect(readYaml('a: 1\na: 2\n').problems).toEqual([expect.stringContaining('Map keys must be unique')]);
    expect(judgeWorkflow(flow({}), ours)).toEqual([]);
  });
});
