import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { ARGO_ROLLOUTS_CHART, KIND_RELEASES } from '../../src/cluster/versions.ts';
import { projectRoot } from '../support/workplace.ts';

// What a runner would refuse, found without one: unknown keys, jobs without a limit, expressions in scripts, names that lead to nothing.
interface Step {
  id?: string;
  name?: string;
  if?: string;
  uses?: string;
  with?: Record<string, unknown>;
  run?: string;
  env?: Record<string, string>;
  shell?: string;
  'working-directory'?: string;
}
interface Job {
  needs?: string | string[];
  if?: string;
  'runs-on': string;
  'timeout-minutes'?: number;
  permissions?: object;
  strategy?: { 'fail-fast'?: boolean; matrix: Record<string, unknown[]> };
  steps: Step[];
}
interface Workflow {
  name: string;
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  concurrency?: object;
  jobs: Record<string, Job>;
}
interface Action {
  name: string;
  description: string;
  inputs: Record<string, { description: string; default: string }>;
  runs: { using: string; steps: Step[] };
}

const KEYS = {
  workflow: ['name', 'on', 'permissions', 'concurrency', 'env', 'defaults', 'jobs'],
  job: ['name', 'needs', 'if', 'runs-on', 'timeout-minutes', 'permissions', 'strategy', 'env', 'steps'],
  step: ['id', 'name', 'if', 'uses', 'with', 'run', 'env', 'shell', 'working-directory', 'continue-on-error', 'timeout-minutes'],
};

async function read<T>(file: string): Promise<T> {
  const document = parseDocument(await readFile(path.join(projectRoot, file), 'utf8'), { version: '1.2', strict: true, uniqueKeys: true });
  expect(document.errors, file).toEqual([]);
  expect(document.warnings, file).toEqual([]);
  return document.toJS() as T;
}

function judgeSteps(steps: readonly Step[], where: string, action: Action): string[] {
  return steps.flatMap((step, index) => {
    const at = `${where}, step ${index + 1}`;
    const problems = Object.keys(step)
      .filter((key) => !KEYS.step.includes(key))
      .map((key) => `${at}: unknown key "${key}"`);
    if ((step.uses === undefined) === (step.run === undefined)) problems.push(`${at}: needs either "uses" or "run"`);
    // A value that comes from outside must not become part of a script.
    if (step.run?.includes('${{')) problems.push(`${at}: an expression in a script`);
    if (step.uses !== undefined && step.uses !== './' && !/^[\w-]+\/[\w-]+@v\d+$/.test(step.uses))
      problems.push(`${at}: "${step.uses}" is not pinned to a version`);
    if (step.uses === './')
      problems.push(
        ...Object.keys(step.with ?? {})
          .filter((name) => action.inputs[name] === undefined)
          .map((name) => `${at}: the action has no input "${name}"`),
      );
    for (const variable of step.run?.matchAll(/\$\{?([A-Z][A-Z_]+)/g) ?? [])
      if (step.env?.[variable[1]!] === undefined && variable[1] !== 'RUNNER_TEMP') problems.push(`${at}: $${variable[1]} is not set`);
    return problems;
  });
}

describe.each(['ci', 'nightly'])('workflow %s', (name) => {
  it('is one that a runner accepts', async () => {
    const workflow = await read<Workflow>(`.github/workflows/${name}.yml`);
    const action = await read<Action>('action.yml');
    expect(Object.keys(workflow).filter((key) => !KEYS.workflow.includes(key))).toEqual([]);
    expect(workflow.name).toBe(name);
    expect(workflow.permissions).toEqual({ contents: 'read' });
    const problems: string[] = [];
    for (const [id, job] of Object.entries(workflow.jobs)) {
      problems.push(
        ...Object.keys(job)
          .filter((key) => !KEYS.job.includes(key))
          .map((key) => `${id}: unknown key "${key}"`),
      );
      if (job['timeout-minutes'] === undefined) problems.push(`${id}: no limit in time`);
      for (const needed of [job.needs ?? []].flat())
        if (workflow.jobs[needed] === undefined) problems.push(`${id}: needs "${needed}", which is not a job`);
      const text = JSON.stringify(job);
      for (const match of text.matchAll(/matrix\.([\w-]+)/g))
        if (job.strategy?.matrix[match[1]!] === undefined) problems.push(`${id}: matrix.${match[1]} is not in its matrix`);
      if (job.strategy !== undefined && job.strategy['fail-fast'] !== false) problems.push(`${id}: one failure would hide the others`);
      problems.push(...judgeSteps(job.steps, id, action));
    }
    expect(problems).toEqual([]);
  });

  it('runs npm scripts that exist', async () => {
    const workflow = await read<Workflow>(`.github/workflows/${name}.yml`);
    const { scripts } = JSON.parse(await readFile(path.join(projectRoot, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
    const used = Object.values(workflow.jobs).flatMap(({ steps }) =>
      steps.flatMap(({ run }) => [...(run?.matchAll(/npm run ([\w:-]+)/g) ?? [])].map((match) => match[1]!)),
    );
    expect(used.filter((script) => scripts[script] === undefined)).toEqual([]);
  });
});

it('tests on three systems with the two versions of Node that are supported', async () => {
  const { jobs } = await read<Workflow>('.github/workflows/ci.yml');
  expect(jobs['test']!.strategy!.matrix).toEqual({ os: ['ubuntu-latest', 'macos-latest', 'windows-latest'], node: [24, 26] });
});

it('runs the labs every night on old and new versions that the table of versions knows', async () => {
  const { jobs, on } = await read<Workflow>('.github/workflows/nightly.yml');
  expect(on['schedule']).toEqual([{ cron: expect.stringMatching(/^\d+ \d+ \* \* \*$/) }]);
  const { matrix } = jobs['kind']!.strategy!;
  for (const version of matrix['kubernetes']!) expect(KIND_RELEASES.map(({ kubernetes }) => kubernetes)).toContain(version);
  expect(matrix['argo-rollouts'] ?? Object.values(ARGO_ROLLOUTS_CHART)).toEqual(Object.values(ARGO_ROLLOUTS_CHART));
  expect(jobs['minikube']!.steps.at(-1)!.with).toMatchObject({ cluster: 'minikube' });
  expect(jobs['tell']).toMatchObject({ if: 'failure()', permissions: { issues: 'write' } });
});

it('is a composite action whose scripts start the program of its own folder', async () => {
  const action = await read<Action>('action.yml');
  expect(action.runs.using).toBe('composite');
  for (const name of ['lab', 'cluster', 'chart']) expect(action.inputs[name]).toBeDefined();
  expect(judgeSteps(action.runs.steps, 'action', action)).toEqual([]);
  // A composite action has no default shell.
  expect(action.runs.steps.filter(({ run, shell }) => run !== undefined && shell === undefined)).toEqual([]);
  const used = new Set([...JSON.stringify(action.runs).matchAll(/inputs\.([\w-]+)/g)].map((match) => match[1]!));
  expect([...used].sort()).toEqual(Object.keys(action.inputs).sort());
  await access(path.join(projectRoot, 'bin', 'canary-lab.js'));
});
