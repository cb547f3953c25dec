import { LabError } from '../base/errors.ts';
import { RequestSender } from '../traffic/send-request.ts';
import type { ActionContext } from './action-context.ts';
import type { LabProgram, RanCommand } from './command-runner.ts';

export interface UntilShown {
  shows: RegExp;
  /** The first group of `shows` is a URL that must answer 200. */
  opens: boolean;
  timeoutMs: number;
  onOutput(text: string, stream: 'stdout' | 'stderr'): void;
}

/**
 * Runs a command that goes on until Ctrl-C, and ends it when it has shown what is wanted. Its exit code counts as 0 then, as 124
 * when the time is over, and as its own when it ends by itself.
 */
export async function runUntilShown(
  program: LabProgram,
  args: readonly string[],
  wanted: UntilShown,
  ctx: Pick<ActionContext, 'tools' | 'check'>,
): Promise<RanCommand> {
  const { clock, signal } = ctx.check;
  const shown = new AbortController();
  const startMs = clock.nowMs();
  let output = '';
  let trouble = '';
  let found: RegExpMatchArray | null = null;
  let opening: Promise<void> | undefined;
  const timer = clock.after(wanted.timeoutMs, () => {
    trouble = `did not show ${wanted.shows} within ${wanted.timeoutMs} ms`;
    shown.abort();
  });
  const onOutput = (text: string, stream: 'stdout' | 'stderr'): void => {
    wanted.onOutput(text, stream);
    output += text;
    if (found !== null) return;
    found = output.match(wanted.shows);
    if (found === null) return;
    opening = (wanted.opens ? opened(found[1] ?? '', ctx) : Promise.resolve(undefined)).then((problem) => {
      trouble = problem ?? '';
      shown.abort();
    });
  };
  try {
    const ran = await ctx.tools.run(program, args, { signal: AbortSignal.any([signal, shown.signal]), onOutput });
    return ran;
  } catch (error) {
    if (!shown.signal.aborted || signal.aborted) throw error;
    await opening;
    return {
      argv: [program, ...args],
      exitCode: trouble === '' ? 0 : 124,
      durationMs: Math.round(clock.nowMs() - startMs),
      stdout: output,
      stderr: trouble,
    };
  } finally {
    timer.cancel();
  }
}

const REDIRECTS = 3;

/** What is wrong with the page at `url`; nothing when it, or what it leads to, answers 200. */
async function opened(url: string, ctx: Pick<ActionContext, 'check'>): Promise<string | undefined> {
  if (!URL.canParse(url)) throw new LabError('LAB_INVALID', `"${url}" is no URL; endsWhen must hold one in its first group.`);
  const target = new URL(url);
  const sender = new RequestSender(target, { clock: ctx.check.clock, maxConnections: 1, keepAlive: false });
  try {
    let path = `${target.pathname}${target.search}`;
    for (let hop = 0; ; hop++) {
      const { status, error, headers } = await sender.send({ path }, ctx.check.signal);
      if (status === 200) return undefined;
      const { location } = headers;
      if (status === undefined || status < 300 || status > 399 || typeof location !== 'string' || hop === REDIRECTS)
        return `${url} answers ${status ?? error}`;
      const next = new URL(location, new URL(path, target));
      path = `${next.pathname}${next.search}`;
    }
  } finally {
    sender.close();
  }
}
