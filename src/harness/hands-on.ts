import { quoteCommand } from '../base/shell-quote.ts';
import type { Check, CheckContext, Verdict } from './check.ts';
import type { OnLabEvent } from './events.ts';
import type { Step } from './lab.ts';

export type LearnerKey = 'hint' | 'solve' | 'back' | 'quit' | 'go-on';

/** A person who types the commands in another terminal; keys tell the lab what else they want. */
export interface Learner {
  /** The next key. Rejects with the signal's reason when it aborts. */
  nextKey(signal: AbortSignal): Promise<LearnerKey>;
}

export interface TurnContext {
  learner: Learner;
  check: CheckContext;
  /** The step's commands as one types them. */
  commands: readonly string[];
  emit: OnLabEvent;
}

interface Unmet {
  check: Check;
  verdict: Verdict;
}

/** How long one look at a check watches before the others are looked at again. */
const LOOK_MS = 3000;
/** A check that answers at once is not asked again before this has passed. */
const PACE_MS = 250;

/**
 * The learner's turn at a step: resolves with `done` as soon as all its checks hold (a step that only looks: when the learner
 * goes on), with `solve` when the lab shall do it, with `back` when they want to begin it again, with `quit` when they stop. What is
 * unmet is told when it changes.
 */
export async function takeTurn(step: Step, ctx: TurnContext): Promise<'done' | 'solve' | 'back' | 'quit'> {
  const over = new AbortController();
  const signal = AbortSignal.any([ctx.check.signal, over.signal]);
  let unmet: Unmet | undefined;
  ctx.emit({ type: 'turn-started', step: step.id, commands: [...ctx.commands], waitsFor: step.kind === 'invariant' ? 'key' : 'checks' });
  const onUnmet = (now: Unmet): void => {
    if (now.check.id !== unmet?.check.id)
      ctx.emit({
        type: 'unmet',
        step: step.id,
        check: now.check.id,
        title: now.check.title,
        expected: now.verdict.expected,
        observed: now.verdict.observed,
        look: quoteCommand(now.check.look),
      });
    unmet = now;
  };
  const watched =
    step.kind === 'invariant'
      ? new Promise<never>(() => {})
      : allHold(step.checks, { ...ctx.check, signal }, onUnmet).then(() => 'done' as const);
  watched.catch(() => {
    /* the turn is over */
  });
  try {
    for (;;) {
      const key = await Promise.race([watched, ctx.learner.nextKey(signal)]);
      switch (key) {
        case 'done':
          return 'done';
        case 'solve':
        case 'back':
        case 'quit':
          return key;
        case 'go-on':
          if (step.kind === 'invariant') return 'done';
          break;
        case 'hint':
          ctx.emit({
            type: 'hint',
            step: step.id,
            text: step.hint,
            unmet:
              unmet === undefined
                ? undefined
                : {
                    title: unmet.check.title,
                    expected: unmet.verdict.expected,
                    observed: unmet.verdict.observed,
                    look: quoteCommand(unmet.check.look),
                    next: unmet.check.next,
                  },
          });
          break;
      }
    }
  } finally {
    over.abort();
  }
}

/** Resolves when every check about the present holds, one after the other; what has happened cannot be done again and is left out. */
async function allHold(checks: readonly Check[], ctx: CheckContext, onUnmet: (unmet: Unmet) => void): Promise<void> {
  const current = checks.filter(({ historic }) => historic !== true);
  for (;;) {
    const unmet = await firstUnmet(current, ctx, onUnmet);
    if (unmet === undefined) return;
    await ctx.clock.sleep(PACE_MS, ctx.signal);
  }
}

/** Watches the first check that does not hold for a while; tells what it sees at first sight. */
async function firstUnmet(checks: readonly Check[], ctx: CheckContext, onUnmet: (unmet: Unmet) => void): Promise<Unmet | undefined> {
  for (const check of checks) {
    const glance = await check.evaluate({ ...ctx, timeoutMs: PACE_MS });
    ctx.signal.throwIfAborted();
    if (glance.holds) continue;
    onUnmet({ check, verdict: glance });
    const verdict = await check.evaluate({ ...ctx, timeoutMs: LOOK_MS });
    if (!verdict.holds) return { check, verdict };
  }
  return undefined;
}
