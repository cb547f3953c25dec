import type { ObjectKey } from '../kube/object.ts';
import type { Check } from './check.ts';
import type { LabProgram } from './command-runner.ts';
import type { Text } from './text.ts';
import { validateLab } from './validate-lab.ts';

/** Values that a lab computes from the cluster it runs on, by name. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** What a lab may ask when it computes its variables. */
export interface VariablesContext {
  /** Chart repository URLs by name. */
  chartRepositories: Readonly<Record<string, string>>;
  ingressUrl: string;
  kubernetesVersion: string;
  /** The path of a file or folder that ships with canary-lab, as it is typed in the working directory of the run. */
  shipped(file: string): string;
}

/** Words of a command after the program's name. A word that is `undefined` stands for a variable that the cluster lacks. */
export type Words = readonly string[] | ((variables: Variables) => readonly (string | undefined)[]);

export interface CommandAction { do: 'command'; program: LabProgram; words: Words; exitCode: number }
export interface ListFilesAction { do: 'list-files'; folder: (variables: Variables) => string | undefined }
export interface TimePassesAction {
  do: 'time-passes';
  /** As a Go duration: `5m`. */
  duration: string;
  /** What shows, on a cluster whose time cannot be moved, that the time has passed. */
  until: Check;
}
export type Action = CommandAction | ListFilesAction | TimePassesAction;

/** A place where the tutorial as printed no longer works, or needs a word of warning. */
export interface Note { id: string; text: Text }

export interface Step {
  id: string;
  title: Text;
  /** What the learner reads before the commands. */
  say: Text;
  run: readonly Action[];
  checks: readonly Check[];
  notes: readonly Note[];
  /** `changes`: at least one check does not hold before the step. `invariant`: the step only looks. */
  kind: 'changes' | 'invariant';
  /** How long a reader needs, in minutes. */
  minutes: number;
}

/** What is watched and probed from one step on: the Rollout, its canary ingress and the traffic through the ingress. */
export interface Walk {
  from: string;
  rollout: Required<ObjectKey>;
  canaryIngress: string;
  probe: { host: string; path: string; ratePerSecond: number };
}

export interface Lab {
  id: string;
  title: Text;
  summary: Text;
  /** Client programs without which the lab cannot run. */
  needs: readonly LabProgram[];
  variables: (ctx: VariablesContext) => Variables;
  walk: Walk | undefined;
  steps: readonly Step[];
}

export type LabInput = Pick<Lab, 'id' | 'title' | 'summary' | 'steps'> & Partial<Pick<Lab, 'needs' | 'variables' | 'walk'>>;
export type StepInput = Pick<Step, 'id' | 'title' | 'say' | 'run' | 'checks'> & Partial<Pick<Step, 'notes' | 'kind' | 'minutes'>>;

/** Defines a lab. Throws `LAB_INVALID`, naming every problem: missing texts, ids used twice, fields it does not know. */
export function defineLab(input: LabInput): Lab {
  validateLab(input);
  return { needs: ['kubectl', 'helm'], variables: () => ({}), walk: undefined, ...input };
}

/** Defines a step; it is checked together with its lab. */
export function step(input: StepInput): Step {
  return { notes: [], kind: 'changes', minutes: 1, ...input };
}

/** A client program to run. It must end with `exitCode` (default 0). */
export function cmd(program: LabProgram, words: Words, options: { exitCode?: number } = {}): CommandAction {
  return { do: 'command', program, words, exitCode: options.exitCode ?? 0 };
}

/** Shows the names in a folder, as `ls -1` does; the harness does it itself, on every system. */
export function listFiles(folder: (variables: Variables) => string | undefined): ListFilesAction {
  return { do: 'list-files', folder };
}

/** Lets the cluster's time pass: a jump where time is virtual, else a wait until `until` holds. */
export function timePasses(duration: string, options: { until: Check }): TimePassesAction {
  return { do: 'time-passes', duration, until: options.until };
}
