import { parseDocument } from 'yaml';

// What a runner would refuse, found without one. The tables hold what the project's workflows use; a name that is not in them is a finding.
export interface Step {
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
export interface Job {
  needs?: string | string[];
  if?: string;
  'runs-on': string;
  'timeout-minutes'?: number;
  permissions?: Record<string, string>;
  strategy?: { 'fail-fast'?: boolean; matrix: Record<string, unknown[]> };
  env?: Record<string, string>;
  steps: Step[];
}
export interface Workflow {
  name: string;
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  concurrency?: object;
  jobs: Record<string, Job>;
}
export interface Action {
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
const EVENTS: Readonly<Record<string, readonly string[]>> = {
  push: ['branches', 'tags', 'paths'],
  pull_request: ['branches', 'types', 'paths'],
  schedule: [],
  workflow_dispatch: ['inputs'],
};
const RUNNERS = ['ubuntu-latest', 'macos-latest', 'windows-latest'];
const PERMISSIONS: Readonly<Record<string, readonly string[]>> = { contents: ['read', 'write', 'none'], issues: ['read', 'write', 'none'] };
const SHELLS = ['bash', 'sh', 'pwsh', 'powershell', 'cmd'];
/** Inputs of the actions of others, by the version that is used. */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  'actions/checkout@v4': ['ref', 'fetch-depth', 'path', 'persist-credentials'],
  'actions/setup-node@v4': ['node-version', 'cache', 'cache-dependency-path', 'registry-url'],
  'actions/upload-artifact@v4': ['name', 'path', 'if-no-files-found', 'retention-days', 'include-hidden-files', 'overwrite'],
  'docker/setup-qemu-action@v3': ['platforms'],
  'docker/setup-buildx-action@v3': ['driver'],
  'docker/build-push-action@v6': ['context', 'file', 'platforms', 'build-args', 'push', 'load', 'tags'],
};
const FUNCTIONS = [
  'always',
  'success',
  'failure',
  'cancelled',
  'contains',
  'startsWith',
  'endsWith',
  'format',
  'join',
  'toJSON',
  'fromJSON',
  'hashFiles',
];
const STATUS_FUNCTIONS = ['always', 'success', 'failure', 'cancelled'];
/** Variables that a runner sets itself. */
const RUNNER_VARIABLES = ['RUNNER_TEMP', 'GITHUB_STEP_SUMMARY', 'GITHUB_OUTPUT', 'GITHUB_ENV', 'GITHUB_PATH', 'GITHUB_WORKSPACE'];

/** The document, or what is wrong with its text: syntax, a key twice, a tag that is not known. */
export function readYaml(text: string): { value: unknown; problems: string[] } {
  const document = parseDocument(text, { version: '1.2', strict: true, uniqueKeys: true });
  return { value: document.toJS(), problems: [...document.errors, ...document.warnings].map(({ message }) => message.split('\n')[0]!) };
}

/** What is wrong with a workflow. `action` is the one of this repository. */
export function judgeWorkflow(workflow: Workflow, action: Action): string[] {
  const problems = unknownKeys('workflow', workflow, KEYS.workflow);
  for (const [event, filter] of Object.entries(workflow.on)) {
    const allowed = EVENTS[event];
    if (allowed === undefined) problems.push(`on: unknown event "${event}"`);
    else if (event === 'schedule') problems.push(...judgeSchedule(filter));
    else problems.push(...unknownKeys(`on.${event}`, filter ?? {}, allowed));
  }
  problems.push(
    ...judgePermissions('workflow', workflow.permissions),
    ...judgeExpressions('workflow', { ...workflow, jobs: {} }, ['github', 'vars']),
  );
  for (const [id, job] of Object.entries(workflow.jobs)) problems.push(...judgeJob(id, job, workflow, action));
  for (const cycle of cyclesIn(workflow.jobs)) problems.push(`${cycle}: needs itself in the end`);
  return problems;
}

/** What is wrong with the composite action of this repository. */
export function judgeAction(action: Action): string[] {
  const problems = action.runs.using === 'composite' ? [] : [`runs.using is "${action.runs.using}"`];
  problems.push(...judgeSteps(action.runs.steps, 'action', action, ['github', 'inputs', 'runner', 'env', 'steps', 'job']));
  for (const [index, { run, shell }] of action.runs.steps.entries())
    if (run !== undefined && shell === undefined) problems.push(`action, step ${index + 1}: a composite action has no default shell`);
  const used = new Set([...JSON.stringify(action.runs).matchAll(/inputs\.([\w-]+)/g)].map((match) => match[1]!));
  for (const name of used) if (action.inputs[name] === undefined) problems.push(`action: inputs.${name} is not declared`);
  for (const [name, input] of Object.entries(action.inputs)) {
    if (!used.has(name)) problems.push(`action: input "${name}" is never used`);
    problems.push(...unknownKeys(`action, input ${name}`, input, ['description', 'default', 'required']));
  }
  return problems;
}

function judgeJob(id: string, job: Job, workflow: Workflow, action: Action): string[] {
  const problems = unknownKeys(id, job, KEYS.job);
  if (!/^[A-Za-z_][\w-]*$/.test(id)) problems.push(`${id}: no id of a job`);
  if (job['timeout-minutes'] === undefined) problems.push(`${id}: no limit in time`);
  for (const needed of [job.needs ?? []].flat())
    if (workflow.jobs[needed] === undefined) problems.push(`${id}: needs "${needed}", which is not a job`);
  const matrix = job.strategy?.matrix ?? {};
  const runners = /^\$\{\{ matrix\.([\w-]+) \}\}$/.exec(job['runs-on'])?.[1];
  for (const runner of runners === undefined ? [job['runs-on']] : (matrix[runners] ?? []))
    if (!RUNNERS.includes(String(runner))) problems.push(`${id}: unknown runner "${String(runner)}"`);
  if (job.strategy !== undefined) {
    if (job.strategy['fail-fast'] !== false) problems.push(`${id}: one failure would hide the others`);
    for (const [name, list] of Object.entries(matrix))
      if (!Array.isArray(list) || list.length === 0) problems.push(`${id}: matrix.${name} is empty`);
  }
  for (const match of JSON.stringify(job).matchAll(/matrix\.([\w-]+)/g))
    if (matrix[match[1]!] === undefined) problems.push(`${id}: matrix.${match[1]} is not in its matrix`);
  problems.push(...judgePermissions(id, job.permissions ?? {}));
  problems.push(...judgeExpressions(id, { ...job, steps: [], if: undefined }, ['github', 'matrix', 'needs', 'vars', 'inputs']));
  if (job.if !== undefined) problems.push(...judgeExpression(`${id}, if`, job.if, ['github', 'needs', 'vars', 'inputs']));
  return [
    ...problems,
    ...judgeSteps(job.steps, id, action, ['github', 'matrix', 'needs', 'runner', 'env', 'steps', 'job', 'secrets', 'vars', 'strategy']),
  ];
}

function judgeSteps(steps: readonly Step[], where: string, action: Action, contexts: readonly string[]): string[] {
  const ids = new Set<string>();
  return steps.flatMap((step, index) => {
    const at = `${where}, step ${index + 1}`;
    const problems = unknownKeys(at, step, KEYS.step);
    if ((step.uses === undefined) === (step.run === undefined)) problems.push(`${at}: needs either "uses" or "run"`);
    if (step.run === undefined && step.shell !== undefined) problems.push(`${at}: a shell without a script`);
    if (step.shell !== undefined && !SHELLS.includes(step.shell)) problems.push(`${at}: unknown shell "${step.shell}"`);
    // A value that comes from outside must not become part of a script.
    if (step.run?.includes('${{')) problems.push(`${at}: an expression in a script`);
    if (step.uses !== undefined) {
      const inputs = step.uses === './' ? Object.keys(action.inputs) : ACTIONS[step.uses];
      if (inputs === undefined) problems.push(`${at}: "${step.uses}" is no action of a version that is known`);
      else
        for (const name of Object.keys(step.with ?? {}))
          if (!inputs.includes(name)) problems.push(`${at}: "${step.uses}" has no input "${name}"`);
    }
    for (const variable of step.run?.matchAll(/\$\{?([A-Z][A-Z_]+)/g) ?? [])
      if (step.env?.[variable[1]!] === undefined && !RUNNER_VARIABLES.includes(variable[1]!))
        problems.push(`${at}: $${variable[1]} is not set`);
    for (const name of Object.keys(step.env ?? {}))
      if (
        step.run !== undefined &&
        name !== 'GH_TOKEN' &&
        name !== 'GH_REPO' &&
        !step.run.includes(`$${name}`) &&
        !step.run.includes(`\${${name}`)
      )
        problems.push(`${at}: ${name} is set and not used`);
    if (step.if !== undefined) problems.push(...judgeExpression(`${at}, if`, step.if, contexts));
    problems.push(...judgeExpressions(at, { ...step, if: undefined }, contexts));
    for (const match of JSON.stringify(step).matchAll(/steps\.([\w-]+)\./g))
      if (!ids.has(match[1]!)) problems.push(`${at}: no step before it has the id "${match[1]}"`);
    if (step.id !== undefined && ids.has(step.id)) problems.push(`${at}: the id "${step.id}" is taken`);
    if (step.id !== undefined) ids.add(step.id);
    return problems;
  });
}

function judgeExpressions(where: string, value: unknown, contexts: readonly string[]): string[] {
  return [...JSON.stringify(value).matchAll(/\$\{\{(.*?)\}\}/g)].flatMap((match) =>
    judgeExpression(where, JSON.parse(`"${match[1]}"`) as string, contexts),
  );
}

/** One expression: its strings are closed, its brackets match, its functions exist, and its names begin with a context that is known there. */
function judgeExpression(where: string, expression: string, contexts: readonly string[]): string[] {
  const problems: string[] = [];
  const bare = expression.replace(/^\s*\$\{\{|\}\}\s*$/g, '').replace(/'(?:[^']|'')*'/g, '');
  if (/['"]/.test(bare)) problems.push(`${where}: a string in "${expression}" is not closed, or has double quotes`);
  let depth = 0;
  for (const character of bare) {
    depth += character === '(' ? 1 : character === ')' ? -1 : 0;
    if (depth < 0) break;
  }
  if (depth !== 0) problems.push(`${where}: brackets do not match in "${expression}"`);
  for (const [, name, next] of bare.matchAll(/(?<![\w.-])([A-Za-z_][\w-]*)\s*(\(|\.)?/g)) {
    if (next === '(') {
      if (!FUNCTIONS.includes(name!)) problems.push(`${where}: unknown function "${name}"`);
      else if (STATUS_FUNCTIONS.includes(name!) && !where.endsWith(', if')) problems.push(`${where}: "${name}()" is for conditions only`);
    } else if (!['true', 'false', 'null'].includes(name!) && !contexts.includes(name!))
      problems.push(`${where}: "${name}" is not known here`);
  }
  return problems;
}

function judgePermissions(where: string, permissions: Record<string, string>): string[] {
  return Object.entries(permissions)
    .filter(([name, access]) => PERMISSIONS[name]?.includes(access) !== true)
    .map(([name, access]) => `${where}: unknown permission "${name}: ${access}"`);
}

const CRON_FIELDS: readonly [number, number][] = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 6],
];

function judgeSchedule(schedule: unknown): string[] {
  return (schedule as { cron: string }[]).flatMap(({ cron }) => {
    const fields = cron.split(' ');
    const isRight =
      fields.length === 5 &&
      fields.every(
        (field, index) =>
          field === '*' || (/^\d+$/.test(field) && Number(field) >= CRON_FIELDS[index]![0] && Number(field) <= CRON_FIELDS[index]![1]),
      );
    return isRight ? [] : [`on.schedule: "${cron}" is no time of a plain kind`];
  });
}

function cyclesIn(jobs: Readonly<Record<string, Job>>): string[] {
  const reaches = (from: string, to: string, seen: Set<string>): boolean =>
    [jobs[from]?.needs ?? []].flat().some((next) => next === to || (!seen.has(next) && reaches(next, to, seen.add(next))));
  return Object.keys(jobs).filter((id) => reaches(id, id, new Set()));
}

function unknownKeys(where: string, value: object, allowed: readonly string[]): string[] {
  return Object.keys(value)
    .filter((key) => !allowed.includes(key))
    .map((key) => `${where}: unknown key "${key}"`);
}
