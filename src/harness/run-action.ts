import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { parseDuration } from '../base/duration.ts';
import { LabError, messageOf } from '../base/errors.ts';
import type { CheckContext } from './check.ts';
import { advanceClusterTime } from './cluster-clock.ts';
import type { CommandRunner, RanCommand } from './command-runner.ts';
import type { OnLabEvent } from './events.ts';
import type { Action, CommandAction, ListFilesAction, TimePassesAction, Variables } from './lab.ts';
import { quoteCommand } from './shell-quote.ts';

/** How the cluster's time passes in this run: jumps, in step with the host, or a number of times as fast. */
export type TimeMode = 'virtual' | 'real' | number;

export interface ActionContext {
  tools: CommandRunner;
  variables: Variables;
  workingDirectory: string;
  time: TimeMode;
  step: string;
  emit: OnLabEvent;
  check: CheckContext;
  /** Adds skipped time to the lab's own. */
  skipped(durationMs: number): void;
}

/** What went wrong in an action, in the form of a check's verdict; `command` is the command that ran, if any. */
export interface ActionOutcome { command: RanCommand | undefined; failure: { expected: string; observed: string; detail: string } | undefined }

/** Host time that a wait for passing time has on top of the time itself. */
const MARGIN_MS = 60_000;
/** A command that takes longer than this hangs. */
const COMMAND_TIMEOUT_MS = 600_000;

export async function runAction(action: Action, ctx: ActionContext): Promise<ActionOutcome> {
  switch (action.do) {
    case 'command': return runCommand(action, ctx);
    case 'list-files': return listFolder(action, ctx);
    case 'time-passes': return passTime(action, ctx);
  }
}

async function runCommand(action: CommandAction, ctx: ActionContext): Promise<ActionOutcome> {
  const args = wordsOf(action, ctx.variables);
  const line = quoteCommand([action.program, ...args]);
  ctx.emit({ type: 'command-started', step: ctx.step, command: line, argv: [action.program, ...args] });
  const ran = await ctx.tools.run(action.program, args, {
    signal: ctx.check.signal, timeoutMs: COMMAND_TIMEOUT_MS,
    onOutput: (text, stream) => ctx.emit({ type: 'command-output', step: ctx.step, stream, text }),
  });
  ctx.emit({ type: 'command-finished', step: ctx.step, command: line, exitCode: ran.exitCode, durationMs: ran.durationMs });
  const command = { argv: ran.argv, exitCode: ran.exitCode, durationMs: ran.durationMs, stdout: ran.stdout, stderr: ran.stderr };
  if (ran.exitCode === action.exitCode) return { command, failure: undefined };
  return { command, failure: { expected: `exit code ${action.exitCode}`, observed: `exit code ${ran.exitCode}`, detail: `${line}\n${(ran.stderr || ran.stdout).trim()}` } };
}

/** The words of a command. Throws `VARIABLE_MISSING` when the cluster does not give one of them. */
export function wordsOf(action: CommandAction, variables: Variables): string[] {
  const words = typeof action.words === 'function' ? action.words(variables) : action.words;
  return words.map((word, index) => {
    if (word !== undefined) return word;
    const before = [action.program, ...words.slice(0, index).filter((other) => other !== undefined)].join(' ');
    throw new LabError('VARIABLE_MISSING', `This cluster does not say what comes after "${before}".`, { next: 'Give the cluster its chart repositories in ConfigMap kube-public/canary-lab, or use another cluster.' });
  });
}

async function listFolder(action: ListFilesAction, ctx: ActionContext): Promise<ActionOutcome> {
  const folder = action.folder(ctx.variables) ?? '.';
  const argv = ['ls', '-1', folder];
  const line = quoteCommand(argv);
  const startMs = ctx.check.clock.nowMs();
  ctx.emit({ type: 'command-started', step: ctx.step, command: line, argv });
  const found = await readdir(path.resolve(ctx.workingDirectory, folder)).then((names) => ({ stdout: [...names].sort().map((name) => `${name}\n`).join(''), stderr: '' }), (error: unknown) => ({ stdout: '', stderr: `${messageOf(error)}\n` }));
  const exitCode = found.stderr === '' ? 0 : 2;
  const durationMs = Math.round(ctx.check.clock.nowMs() - startMs);
  if (found.stdout !== '') ctx.emit({ type: 'command-output', step: ctx.step, stream: 'stdout', text: found.stdout });
  ctx.emit({ type: 'command-finished', step: ctx.step, command: line, exitCode, durationMs });
  return { command: { argv, exitCode, durationMs, ...found }, failure: exitCode === 0 ? undefined : { expected: 'exit code 0', observed: 'exit code 2', detail: found.stderr.trim() } };
}

async function passTime(action: TimePassesAction, ctx: ActionContext): Promise<ActionOutcome> {
  const durationMs = parseDuration(action.duration) ?? 0;
  const jumps = ctx.time === 'virtual';
  ctx.emit({ type: 'time-passes', step: ctx.step, duration: action.duration, how: jumps ? 'jump' : 'wait' });
  if (jumps) {
    await advanceClusterTime(ctx.check.api, durationMs, ctx.check);
    ctx.skipped(durationMs);
  } else {
    const hostMs = durationMs / (typeof ctx.time === 'number' ? ctx.time : 1);
    const verdict = await action.until.evaluate({ ...ctx.check, timeoutMs: hostMs + MARGIN_MS });
    if (!verdict.holds) return { command: undefined, failure: { expected: verdict.expected, observed: verdict.observed, detail: `after ${action.duration}` } };
    ctx.skipped(durationMs - hostMs);
  }
  ctx.emit({ type: 'time-passed', step: ctx.step, duration: action.duration });
  return { command: undefined, failure: undefined };
}
