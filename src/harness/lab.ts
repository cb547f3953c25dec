import type { Capabilities } from '../cluster/provider.ts';
import type { Check } from './check.ts';
import type { AppRequest } from './checks/answer-counts.ts';
import type { LabProgram } from './command-runner.ts';
import type { LabSettings } from './lab-settings.ts';
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
  /** What the person who runs the lab has chosen instead of the lab's default. A lab that asks for it obeys it. */
  setting?(name: keyof LabSettings): string | undefined;
}

/** Words of a command after the program's name. A word that is `undefined` stands for a variable that the cluster lacks. */
export type Words = readonly string[] | ((variables: Variables) => readonly (string | undefined)[]);

export interface CommandAction {
  do: 'command';
  program: LabProgram;
  words: Words;
  exitCode: number;
  endsWhen?: RegExp | undefined;
  opens?: boolean | undefined;
}
export interface ListFilesAction {
  do: 'list-files';
  folder: (variables: Variables) => string | undefined;
}
export interface TimePassesAction {
  do: 'time-passes';
  /** As a Go duration: `5m`. */
  duration: string;
  /** What shows, on a cluster whose time cannot be moved, that the time has passed. */
  until: Check;
}
/** One request through the ingress; the harness sends it itself and shows it as curl. */
export interface RequestAction {
  do: 'request';
  request: AppRequest;
  times: number;
}
export type Action = CommandAction | ListFilesAction | TimePassesAction | RequestAction;

/** A place where the tutorial as printed no longer works, or needs a word of warning. */
export interface Note {
  id: string;
  text: Text;
}

export interface Step {
  id: string;
  title: Text;
  /** What the learner reads before the commands. */
  say: Text;
  run: readonly Action[];
  checks: readonly Check[];
  notes: readonly Note[];
  /** A nudge for a learner who types the commands, without giving them away. */
  hint: Text | undefined;
  /** What the controllers did and why; shown when the step is done. */
  why: Text | undefined;
  /** What does the step for a learner who is stuck; default: `run`. */
  solve: readonly Action[] | undefined;
  /** `changes`: at least one check does not hold before the step. `invariant`: the step only looks. */
  kind: 'changes' | 'invariant';
  /** How long a reader needs, in minutes. */
  minutes: number;
}

/** What is watched and probed from one step on: the Rollout, its canary ingress (where there are any) and the traffic through the ingress. */
export interface Walk {
  from: string;
  namespace: string;
  rollout?: string | undefined;
  canaryIngress?: string | undefined;
  probe: { host: string; path: string; ratePerSecond: number };
}

/** A program, or what a cluster offers beyond the Kubernetes API. */
export type Need = LabProgram | keyof Capabilities;

export interface Lab {
  id: string;
  title: Text;
  summary: Text;
  /** Client programs and capabilities of the cluster without which the lab cannot run. */
  needs: readonly Need[];
  variables: (ctx: VariablesContext) => Variables;
  walk: Walk | undefined;
  steps: readonly Step[];
}

export type LabInput = Pick<Lab, 'id' | 'title' | 'summary' | 'steps'> & Partial<Pick<Lab, 'needs' | 'variables' | 'walk'>>;
export type StepInput = Pick<Step, 'id' | 'title' | 'say' | 'run' | 'checks'> &
  Partial<Pick<Step, 'notes' | 'kind' | 'minutes' | 'hint' | 'why' | 'solve'>>;

/** Defines a lab. Throws `LAB_INVALID`, naming every problem: missing texts, ids used twice, fields it does not know. */
export function defineLab(input: LabInput): Lab {
  validateLab(input);
  return { needs: ['kubectl', 'helm'], variables: () => ({}), walk: undefined, ...input };
}

/** Defines a step; it is checked together with its lab. */
export function step(input: StepInput): Step {
  return { notes: [], kind: 'changes', minutes: 1, hint: undefined, why: undefined, solve: undefined, ...input };
}

export interface CommandSettings {
  /** The exit code that the command must end with; default 0. */
  exitCode?: number;
  /** For a command that goes on until Ctrl-C: what it must show before the lab ends it. */
  endsWhen?: RegExp;
  /** With `endsWhen`: its first group is a URL on this machine that must answer 200 before the command is ended. */
  opens?: boolean;
}

/** A client program to run. */
export function cmd(program: LabProgram, words: Words, settings: CommandSettings = {}): CommandAction {
  return { do: 'command', program, words, exitCode: settings.exitCode ?? 0, endsWhen: settings.endsWhen, opens: settings.opens };
}

/** Shows the names in a folder, as `ls -1` does; the harness does it itself, on every system. */
export function listFiles(folder: (variables: Variables) => string | undefined): ListFilesAction {
  return { do: 'list-files', folder };
}

/** Sends a request through the ingress, `times` times (default 1), and shows the answers. Any answer will do: checks judge. */
export function request(wanted: AppRequest, options: { times?: number } = {}): RequestAction {
  return { do: 'request', request: wanted, times: options.times ?? 1 };
}

/** Lets the cluster's time pass: a jump where time is virtual, else a wait until `until` holds. */
export function timePasses(duration: string, options: { until: Check }): TimePassesAction {
  return { do: 'time-passes', duration, until: options.until };
}
