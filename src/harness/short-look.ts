import type { Check, CheckContext, Verdict } from './check.ts';

const MOST_MS = 10_000;

/**
 * What a check says within a short time. On a machine that is busy that may be too short to see anything: then it gets longer,
 * so that "has seen nothing yet" is never taken for "does not hold".
 */
export async function shortLook(check: Check, ctx: CheckContext, timeoutMs: number): Promise<Verdict> {
  for (let withinMs = timeoutMs; ; withinMs *= 4) {
    const verdict = await check.evaluate({ ...ctx, timeoutMs: withinMs });
    if (verdict.holds || verdict.expected !== '' || verdict.observed !== '' || withinMs > MOST_MS) return verdict;
  }
}
