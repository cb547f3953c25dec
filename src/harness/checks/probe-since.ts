import type { CheckContext } from '../check.ts';

const EVERY_MS = 25;

/**
 * The background requests since the step began, as soon as there are `atLeast` of them and some were sent after this call, or
 * the time is over. Without a probe there are none.
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
  const first = probe.snapshot();
  const deadlineMs = clock.nowMs() + timeoutMs;
  let now = first;
  const isEnough = (): boolean => now.requests - first.requests >= Math.min(3, atLeast) && now.requests - before.requests >= atLeast;
  while (!isEnough() && !isOver(now.failures - before.failures, now.requests - before.requests) && clock.nowMs() < deadlineMs) {
    await clock.sleep(EVERY_MS, ctx.signal);
    now = probe.snapshot();
  }
  return { requests: now.requests - before.requests, failures: now.failures - before.failures, firstFailures: now.firstFailures };
}
