import { access, constants, mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { parseDuration } from '../base/duration.ts';
import { LabError, messageOf } from '../base/errors.ts';
import { freshSeed } from '../base/random.ts';
import type { TimeMode } from '../harness/action-context.ts';
import type { LabSettings } from '../harness/lab-settings.ts';
import type { Language } from '../harness/text.ts';
import type { App } from './app.ts';
import { BUILT_HERE } from './lab-session.ts';
import { languageOf } from './language.ts';

/** The options of `canary-lab lab` as they were given. */
export interface LabOptions {
  cluster: string;
  context?: string;
  lang?: string;
  step?: boolean;
  present?: boolean;
  from?: string;
  until?: string;
  keep?: boolean;
  handsOn?: boolean;
  resume?: boolean;
  commandTimeout?: string;
  time?: string;
  report?: string;
  json?: boolean;
  seed?: string;
  timeout?: string;
  yes?: boolean;
  dashboard?: boolean;
  image?: string;
  kubernetes?: string;
  argoRollouts?: string;
  chart?: string;
}

/** What the options mean for every lab of the run. */
export interface RunSettings {
  lang: Language;
  seed: number;
  time: TimeMode | undefined;
  checkTimeoutMs: number | undefined;
  commandTimeoutMs: number | undefined;
}

/** Reads the options. Throws `BAD_OPTION` or `TERMINAL_NEEDED`. */
export function readSettings(options: LabOptions, app: App): RunSettings {
  const seed = options.seed === undefined ? freshSeed() : Number(options.seed);
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new LabError('BAD_OPTION', `--seed is "${options.seed}", which is not a whole number.`, {
      next: 'Give --seed the number that an earlier run printed.',
    });
  const checkTimeoutMs = durationOption('--timeout', options.timeout);
  const commandTimeoutMs = durationOption('--command-timeout', options.commandTimeout);
  if (options.handsOn === true && options.step === true)
    throw new LabError('BAD_OPTION', '--hands-on and --step do not go together.', { next: 'Leave one of them out.' });
  const others = { '--hands-on': options.handsOn, '--step': options.step, '--resume': options.resume, '--json': options.json };
  for (const [name, isGiven] of Object.entries(others))
    if (options.present === true && isGiven === true)
      throw new LabError('BAD_OPTION', `--present and ${name} do not go together.`, { next: 'Leave one of them out.' });
  if (options.present === true && !(app.stdin.isTTY === true && app.stderr.isTTY === true))
    throw new LabError('TERMINAL_NEEDED', '--present needs a terminal: it draws slides there and waits for keys.', {
      next: 'Run it in a terminal without pipes, or use "--step".',
    });
  if (options.context !== undefined && options.cluster !== 'existing')
    throw new LabError('BAD_OPTION', '--context goes with --cluster existing only.', { next: 'Add "--cluster existing".' });
  if (options.kubernetes !== undefined && !BUILT_HERE.includes(options.cluster))
    throw new LabError('BAD_OPTION', `--kubernetes goes with --cluster ${BUILT_HERE.join(', ')} only.`, {
      next: 'Leave it out, or choose one of these.',
    });
  if (options.kubernetes !== undefined && !/^v\d+\.\d+\.\d+([-+][\w.]+)?$/.test(options.kubernetes))
    throw new LabError('BAD_OPTION', `--kubernetes is "${options.kubernetes}", which is not a version.`, {
      next: 'Give it a version such as v1.34.0.',
    });
  return { lang: languageOf(options.lang, app), seed, time: timeMode(options.time), checkTimeoutMs, commandTimeoutMs };
}

function durationOption(name: string, text: string | undefined): number | undefined {
  const durationMs = text === undefined ? undefined : parseDuration(text);
  if (text !== undefined && (durationMs === undefined || durationMs <= 0))
    throw new LabError('BAD_OPTION', `${name} is "${text}", which is not a duration.`, {
      next: `Give ${name} a duration such as 30s or 2m.`,
    });
  return durationMs;
}

/** What a lab may be told about the sample app and the charts. */
export function labSettings(options: LabOptions, app: App): LabSettings {
  return {
    sampleAppImage: options.image,
    argoRolloutsChart: options.argoRollouts,
    chart: options.chart === undefined ? undefined : path.resolve(app.workingDirectory, options.chart),
  };
}

function timeMode(text: string | undefined): TimeMode | undefined {
  if (text === undefined || text === 'virtual' || text === 'real') return text;
  const rate = Number(text.match(/^x(\d+(?:\.\d+)?)$/)?.[1]);
  if (!(rate > 0))
    throw new LabError('BAD_OPTION', `--time is "${text}", which is not one of: virtual, real, xN.`, {
      next: 'Give --time one of these values, such as x60.',
    });
  return rate;
}

/** Makes the folder now: a run of minutes must not end in a report that cannot be written. Throws `BAD_OPTION`. */
export async function prepareReportFolder(folder: string, given: string): Promise<void> {
  const next = 'Give --report the name of a folder that can be made and written.';
  if (given === '') throw new LabError('BAD_OPTION', '--report is empty.', { next });
  try {
    // Not recursively at first: in some places (/proc) that never ends.
    await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return mkdir(folder, { recursive: true });
      if (error.code !== 'EEXIST') throw error;
      return undefined;
    });
    await access(folder, constants.W_OK);
    if (!(await stat(folder)).isDirectory()) throw new Error('it is not a folder');
  } catch (error) {
    throw new LabError('BAD_OPTION', `--report is "${given}", where no report can be written: ${messageOf(error)}.`, {
      cause: error,
      next,
    });
  }
}
