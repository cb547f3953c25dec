import { parseDuration } from '../../base/duration.ts';
import type { Check, CheckTexts } from '../check.ts';

/** The check holds at some moment within `duration` of host time, watched from now on. */
export function becomesWithin(duration: string, check: Check): Check {
  const withinMs = parseDuration(duration) ?? 0;
  return {
    ...check,
    async evaluate(ctx) {
      const verdict = await check.evaluate({ ...ctx, timeoutMs: Math.min(ctx.timeoutMs, withinMs) });
      return { ...verdict, expected: `${verdict.expected} within ${duration}` };
    },
  };
}

const EVERY_MS = 50;

/** The check holds now and at every look during `duration` of host time; it says after how long it stopped to hold. */
export function staysFor(texts: CheckTexts, duration: string, check: Check): Check {
  const forMs = parseDuration(duration) ?? 0;
  return {
    ...check,
    id: texts.id,
    title: texts.title,
    next: texts.next ?? check.next,
    async evaluate(ctx) {
      let verdict = await check.evaluate(ctx);
      const startMs = ctx.clock.nowMs();
      let sinceMs = 0;
      while (verdict.holds && sinceMs < forMs) {
        await ctx.clock.sleep(EVERY_MS, ctx.signal);
        verdict = await check.evaluate({ ...ctx, timeoutMs: EVERY_MS });
        sinceMs = ctx.clock.nowMs() - startMs;
      }
      return {
        ...verdict,
        expected: `${verdict.expected} for ${duration}`,
        observed: verdict.holds ? verdict.observed : `${verdict.observed} after ${Math.round(sinceMs)} ms`,
      };
    },
  };
}
