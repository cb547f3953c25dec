import { parseDuration } from '../base/duration.ts';
import { LabError } from '../base/errors.ts';
import { LANGUAGES } from './text.ts';

const LAB_FIELDS = ['id', 'title', 'summary', 'needs', 'variables', 'walk', 'steps'];
const STEP_FIELDS = ['id', 'title', 'say', 'run', 'checks', 'notes', 'kind', 'minutes', 'hint', 'why', 'solve'];
const CHECK_FIELDS = ['id', 'title', 'observes', 'look', 'next', 'historic', 'evaluate'];
const PROGRAMS = ['kubectl', 'helm'];
const NEEDS = [...PROGRAMS, 'virtualTime', 'snapshots', 'metrics'];
const ID = /^[a-z0-9]+(-[a-z0-9]+)*$/;

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Throws `LAB_INVALID` with every problem of a lab definition that came from outside. */
export function validateLab(input: unknown): void {
  const problems = labProblems(input);
  if (problems.length === 0) return;
  const name = isFields(input) && typeof input['id'] === 'string' ? ` "${input['id']}"` : '';
  throw new LabError('LAB_INVALID', `The lab${name} is not valid:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`, {
    next: 'Correct the lab file; labs/README.md says what each field holds.',
  });
}

/** Every problem of a lab definition, in words; none when it is valid. */
export function labProblems(input: unknown): string[] {
  if (!isFields(input)) return ['it is not an object made by defineLab'];
  const problems: string[] = [];
  unknownFields(input, LAB_FIELDS, 'the lab', problems);
  checkId(input['id'], 'the lab', problems);
  checkText(input['title'], 'title', problems);
  checkText(input['summary'], 'summary', problems);
  for (const program of Array.isArray(input['needs']) ? input['needs'] : [])
    if (!NEEDS.includes(program as string)) problems.push(`needs: "${String(program)}" is not one of ${NEEDS.join(', ')}`);
  if (input['variables'] !== undefined && typeof input['variables'] !== 'function') problems.push('variables is not a function');
  const steps = input['steps'];
  if (!Array.isArray(steps) || steps.length === 0) return [...problems, 'steps is empty or missing'];
  const stepIds = new Set<string>();
  const checkIds = new Set<string>();
  for (const [index, step] of (steps as unknown[]).entries()) stepProblems(step, index, stepIds, checkIds, problems);
  const walk = input['walk'];
  if (isFields(walk) && !stepIds.has(String(walk['from']))) problems.push(`walk.from: there is no step "${String(walk['from'])}"`);
  return problems;
}

function stepProblems(step: unknown, index: number, stepIds: Set<string>, checkIds: Set<string>, problems: string[]): void {
  if (!isFields(step)) {
    problems.push(`step ${index + 1} is not an object made by step()`);
    return;
  }
  const where = `step ${index + 1}${typeof step['id'] === 'string' ? ` "${step['id']}"` : ''}`;
  unknownFields(step, STEP_FIELDS, where, problems);
  checkId(step['id'], where, problems);
  once(step['id'], stepIds, 'step', problems);
  checkText(step['title'], `${where}: title`, problems);
  checkText(step['say'], `${where}: say`, problems);
  if (!Array.isArray(step['run'])) problems.push(`${where}: run is not a list`);
  else for (const action of step['run'] as unknown[]) actionProblems(action, where, problems);
  if (!Array.isArray(step['checks']) || step['checks'].length === 0) problems.push(`${where}: it has no checks`);
  else for (const check of step['checks'] as unknown[]) checkProblems(check, where, checkIds, problems);
  for (const action of Array.isArray(step['solve']) ? (step['solve'] as unknown[]) : [])
    actionProblems(action, `${where}: solve`, problems);
  for (const name of ['hint', 'why']) if (step[name] !== undefined) checkText(step[name], `${where}: ${name}`, problems);
  if (step['minutes'] !== undefined && !(Number(step['minutes']) > 0)) problems.push(`${where}: minutes is not a number above 0`);
  for (const note of Array.isArray(step['notes']) ? (step['notes'] as unknown[]) : [])
    checkText(isFields(note) ? note['text'] : undefined, `${where}: note`, problems);
  if (step['kind'] !== undefined && step['kind'] !== 'changes' && step['kind'] !== 'invariant')
    problems.push(`${where}: kind is neither "changes" nor "invariant"`);
}

function actionProblems(action: unknown, where: string, problems: string[]): void {
  const kind = isFields(action) ? action['do'] : undefined;
  if (!isFields(action) || !['command', 'list-files', 'time-passes', 'request'].includes(String(kind))) {
    problems.push(`${where}: run holds something that cmd(), listFiles(), request() or timePasses() did not make`);
    return;
  }
  if (kind === 'command' && !PROGRAMS.includes(String(action['program'])))
    problems.push(`${where}: cannot run "${String(action['program'])}"; programs are ${PROGRAMS.join(', ')}`);
  if (kind === 'time-passes' && parseDuration(String(action['duration'])) === undefined)
    problems.push(`${where}: "${String(action['duration'])}" is not a duration such as 5m`);
  if (kind === 'time-passes') checkProblems(action['until'], where, new Set(), problems);
}

function checkProblems(check: unknown, where: string, checkIds: Set<string>, problems: string[]): void {
  if (!isFields(check) || typeof check['evaluate'] !== 'function') {
    problems.push(`${where}: checks holds something that is not a check`);
    return;
  }
  const name = `${where}, check "${String(check['id'])}"`;
  unknownFields(check, CHECK_FIELDS, name, problems);
  checkId(check['id'], name, problems);
  once(check['id'], checkIds, 'check', problems);
  checkText(check['title'], `${name}: title`, problems);
  if (!Array.isArray(check['look']) || check['look'].length === 0) problems.push(`${name}: it names no command to look`);
  if (!Array.isArray(check['observes']) || check['observes'].length === 0) problems.push(`${name}: it observes nothing`);
}

function unknownFields(value: Fields, known: readonly string[], where: string, problems: string[]): void {
  for (const name of Object.keys(value))
    if (!known.includes(name)) problems.push(`${where}: unknown field "${name}"; fields are ${known.join(', ')}`);
}

function checkId(id: unknown, where: string, problems: string[]): void {
  if (typeof id !== 'string' || !ID.test(id))
    problems.push(`${where}: id ${JSON.stringify(id)} is not made of lower-case words joined by "-"`);
}

function once(id: unknown, seen: Set<string>, what: string, problems: string[]): void {
  if (typeof id !== 'string') return;
  if (seen.has(id)) problems.push(`two ${what}s have the id "${id}"`);
  seen.add(id);
}

function checkText(text: unknown, where: string, problems: string[]): void {
  for (const language of LANGUAGES)
    if (!isFields(text) || typeof text[language] !== 'string' || text[language] === '')
      problems.push(`${where}: the text in "${language}" is missing`);
}
