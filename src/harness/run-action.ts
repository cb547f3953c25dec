import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { parseDuration } from '../base/duration.ts';
import { LabError, messageOf } from '../base/errors.ts';
import { quoteCommand } from '../base/shell-quote.ts';
import { explainFailure } from '../cluster/explain-failure.ts';
import { RequestSender } from '../traffic/send-request.ts';
import type { ActionContext } from './action-context.ts';
import { advanceClusterTime } from './cluster-clock.ts';
import type { RanCommand } from './command-runner.ts';
import { curlWords } from './curl-words.ts';
import type { Action, CommandAction, ListFilesAction, RequestAction, TimePassesAction, Variables } from './lab.ts';
import { runUntilShown } from './run-until-shown.ts';

/** What went wrong in an action, in the form of a check's verdict; `command` is the command that ran, if any. */
export interface ActionOutcome {
  command: RanCommand | undefined;
  failure: { expected: string; observed: string; detail: string } | undefined;
}

/** Host time that a wait for passing time has on top of the time itself. */
const MARGIN_MS = 60_000;
const COMMAND_TIMEOUT_MS = 600_000;

export async function runAction(action: Action, ctx: ActionContext): Promise<ActionOutcome> {
  switch (action.do) {
    case 'command':
      return runCommand(action, ctx);
    case 'list-files':
      return listFolder(action, ctx);
    case 'time-passes':
      return passTime(action, ctx);
    case 'request':
      return sendRequests(action, ctx);
  }
}

/** The action as a person types it, or in words. */
export function shownAction(action: Action, ctx: { variables: Variables; check: { ingressUrl: string } }): string {
  switch (action.do) {
    case 'command':
      return quoteCommand([action.program, ...wordsOf(action, ctx.variables)]);
    case 'list-files':
      return quoteCommand(['ls', '-1', action.folder(ctx.variables) ?? '.']);
    case 'request':
      return quoteCommand(curlWords(action.request, ctx.check.ingressUrl));
    case 'time-passes':
      return `… ${action.duration}`;
  }
}

async function runCommand(action: CommandAction, ctx: ActionContext): Promise<ActionOutcome> {
  const args = wordsOf(action, ctx.variables);
  const line = quoteCommand([action.program, ...args]);
  ctx.emit({ type: 'command-started', step: ctx.step, command: line, argv: [action.program, ...args] });
  const timeoutMs = ctx.commandTimeoutMs ?? COMMAND_TIMEOUT_MS;
  const lines = wholeLines((text, stream) => ctx.emit({ type: 'command-output', step: ctx.step, stream, text }));
  const { onOutput } = lines;
  const ran =
    action.endsWhen === undefined
      ? await ctx.tools.run(action.program, args, { signal: ctx.check.signal, timeoutMs, onOutput })
      : await runUntilShown(action.program, args, { shows: action.endsWhen, opens: action.opens === true, timeoutMs, onOutput }, ctx);
  lines.end();
  ctx.emit({ type: 'command-finished', step: ctx.step, command: line, exitCode: ran.exitCode, durationMs: ran.durationMs });
  const command = { argv: ran.argv, exitCode: ran.exitCode, durationMs: ran.durationMs, stdout: ran.stdout, stderr: ran.stderr };
  if (ran.exitCode === action.exitCode) return { command, failure: undefined };
  return {
    command,
    failure: {
      expected: `exit code ${action.exitCode}`,
      observed: `exit code ${ran.exitCode}`,
      detail: `${line}\n${(ran.stderr || ran.stdout).trim()}${adviceOn(action.program, ran.stderr)}`,
    },
  };
}

/** What a failure of helm means and what to type, where it is one that is known. */
function adviceOn(program: string, stderr: string): string {
  if (program !== 'helm') return '';
  const { code, message, next } = explainFailure('helm', stderr, { name: '', engine: '' });
  return code === 'HELM_FAILED' ? '' : `\n${message}\nNext: ${next}`;
}

/** Hands on output as whole lines: programs write tables in pieces. `end` hands on what is left. */
function wholeLines(emit: (text: string, stream: 'stdout' | 'stderr') => void): {
  onOutput(text: string, stream: 'stdout' | 'stderr'): void;
  end(): void;
} {
  const rest = { stdout: '', stderr: '' };
  return {
    onOutput(text, stream) {
      const all = rest[stream] + text;
      const end = all.lastIndexOf('\n') + 1;
      rest[stream] = all.slice(end);
      if (end > 0) emit(all.slice(0, end), stream);
    },
    end() {
      for (const stream of ['stdout', 'stderr'] as const) if (rest[stream] !== '') emit(rest[stream], stream);
    },
  };
}

/** The words of a command. Throws `VARIABLE_MISSING` when the cluster does not give one of them. */
export function wordsOf(action: CommandAction, variables: Variables): string[] {
  const words = typeof action.words === 'function' ? action.words(variables) : action.words;
  return words.map((word, index) => {
    if (word !== undefined) return word;
    const before = [action.program, ...words.slice(0, index).filter((other) => other !== undefined)].join(' ');
    throw new LabError('VARIABLE_MISSING', `This cluster does not say what comes after "${before}".`, {
      next: 'Give the cluster its chart repositories in ConfigMap kube-public/canary-lab, or use another cluster.',
    });
  });
}

async function listFolder(action: ListFilesAction, ctx: ActionContext): Promise<ActionOutcome> {
  const folder = action.folder(ctx.variables) ?? '.';
  const argv = ['ls', '-1', folder];
  const line = quoteCommand(argv);
  const startMs = ctx.check.clock.nowMs();
  ctx.emit({ type: 'command-started', step: ctx.step, command: line, argv });
  const found = await readdir(path.resolve(ctx.workingDirectory, folder)).then(
    (names) => ({
      stdout: [...names]
        .sort()
        .map((name) => `${name}\n`)
        .join(''),
      stderr: '',
    }),
    (error: unknown) => ({ stdout: '', stderr: `${messageOf(error)}\n` }),
  );
  const exitCode = found.stderr === '' ? 0 : 2;
  const durationMs = Math.round(ctx.check.clock.nowMs() - startMs);
  if (found.stdout !== '') ctx.emit({ type: 'command-output', step: ctx.step, stream: 'stdout', text: found.stdout });
  ctx.emit({ type: 'command-finished', step: ctx.step, command: line, exitCode, durationMs });
  return {
    command: { argv, exitCode, durationMs, ...found },
    failure: exitCode === 0 ? undefined : { expected: 'exit code 0', observed: 'exit code 2', detail: found.stderr.trim() },
  };
}

async function sendRequests(action: RequestAction, ctx: ActionContext): Promise<ActionOutcome> {
  const { clock, ingressUrl, signal } = ctx.check;
  const argv = curlWords(action.request, ingressUrl);
  const line = quoteCommand(argv);
  const startMs = clock.nowMs();
  const sender = new RequestSender(new URL(ingressUrl), { clock, maxConnections: 1 });
  let stdout = '';
  ctx.emit({ type: 'command-started', step: ctx.step, command: line, argv });
  try {
    for (let sent = 0; sent < action.times; sent++) {
      const answer = await sender.send(action.request, signal);
      signal.throwIfAborted();
      const text =
        answer.status === undefined
          ? `(${answer.error})\n`
          : `${answer.status === 200 ? '' : `HTTP ${answer.status} `}${answer.body.trim()}\n`;
      stdout += text;
      ctx.emit({ type: 'command-output', step: ctx.step, stream: 'stdout', text });
    }
  } finally {
    sender.close();
  }
  const durationMs = Math.round(clock.nowMs() - startMs);
  ctx.emit({ type: 'command-finished', step: ctx.step, command: line, exitCode: 0, durationMs });
  return { command: { argv, exitCode: 0, durationMs, stdout, stderr: '' }, failure: undefined };
}

async function passTime(action: TimePassesAction, ctx: ActionContext): Promise<ActionOutcome> {
  const durationMs = parseDuration(action.duration) ?? 0;
  const jumps = ctx.time === 'virtual';
  ctx.emit({ type: 'time-passes', step: ctx.step, duration: action.duration, how: jumps ? 'jump' : 'wait' });
  if (jumps) {
    // What happens during the jump is drawn at its end, where timed pauses end.
    ctx.skipped(durationMs);
    await advanceClusterTime(ctx.check.api, durationMs, ctx.check);
  } else {
    const hostMs = durationMs / (typeof ctx.time === 'number' ? ctx.time : 1);
    const verdict = await action.until.evaluate({ ...ctx.check, timeoutMs: hostMs + MARGIN_MS });
    if (!verdict.holds)
      return {
        command: undefined,
        failure: { expected: verdict.expected, observed: verdict.observed, detail: `after ${action.duration}` },
      };
    ctx.skipped(durationMs - hostMs);
  }
  ctx.emit({ type: 'time-passed', step: ctx.step, duration: action.duration });
  return { command: undefined, failure: undefined };
}
