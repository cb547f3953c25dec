/** What is remembered of a container's crashes. */
export interface RestartBackoff {
  delayMs: number;
  updatedAtMs: number;
}

export const FIRST_RESTART_DELAY_MS = 10_000;
export const LONGEST_RESTART_DELAY_MS = 300_000;

/** A container that ran this long since its last restart starts anew (client-go flowcontrol: twice the longest delay). */
const FORGET_AFTER_MS = 2 * LONGEST_RESTART_DELAY_MS;

/**
 * How long a container that ended at `finishedAtMs` waits before it starts again: not at all the first time, then 10 s doubling
 * to 5 min. Models kubelet/kuberuntime doBackOff.
 */
export function restartDelayMs(backoff: RestartBackoff | undefined, finishedAtMs: number, nowMs: number): number {
  if (backoff === undefined || finishedAtMs - backoff.updatedAtMs > FORGET_AFTER_MS) return 0;
  return Math.max(0, finishedAtMs + backoff.delayMs - nowMs);
}

/** What to remember when the container that ended at `finishedAtMs` is started again. */
export function afterRestart(backoff: RestartBackoff | undefined, finishedAtMs: number, nowMs: number): RestartBackoff {
  const isForgotten = backoff === undefined || finishedAtMs - backoff.updatedAtMs > FORGET_AFTER_MS;
  return { delayMs: isForgotten ? FIRST_RESTART_DELAY_MS : Math.min(backoff.delayMs * 2, LONGEST_RESTART_DELAY_MS), updatedAtMs: nowMs };
}
