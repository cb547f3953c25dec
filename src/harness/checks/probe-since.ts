import type { CheckContext } from '../check.ts';

const EVERY_MS = 25;

/**
 * The background requests since the step began, as soon as there are `atLeast` of them, all that were under way have been answered and
 * one was sent after this call; or when the time is over. Without a probe there are none.
 */
export async function probeSince(
  ctx: CheckContext,
  atLeast: number,
  timeoutMs: number,
  isOver: (failures: number, requests: number) => boolean = () => false,
): Promise<{ requests: number; failures: number; firstFailures: readonly string[] }> {
  const { probe, clock } = ctx;
  if (probe === undefined) return { requests: 0, failures: 0, firstFailures: [] };
  const before = ctx.history.probeAtStepStart;
  const deadlineMs = clock.nowMs() + timeoutMs;
  const waiting = new AbortController();
  const signal = AbortSignal.any([ctx.signal, waiting.signal]);
  await Promise.race([probe.catchUp(), clock.sleep(timeoutMs, signal)]).finally(() => waiting.abort());
  let now = probe.snapshot();
  const isEnough = (): boolean => now.requests - before.requests >= atLeast;
  while (!isEnough() && !isOver(now.failures - before.failures, now.requests - before.requests) && clock.nowMs() < deadlineMs) {
    await clock.sleep(EVERY_MS, ctx.signal);
    now = probe.snapshot();
  }
  return { requests: now.requests - before.requests, failures: now.failures - before.failures, firstFailures: now.firstFailures };
}
