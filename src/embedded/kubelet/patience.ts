import type { Activity } from '../../base/activity.ts';
import type { Clock } from '../../base/clock.ts';

/**
 * Counts `work` as activity until it settles, or for at most `hostMs` of host time: what takes longer is taken to wait on the
 * Clock, which must then be free to move.
 */
export async function duringWithPatience<T>(
  what: string,
  hostMs: number,
  work: () => Promise<T>,
  deps: { activity: Activity; hostClock: Clock },
): Promise<T> {
  const end = deps.activity.begin(what);
  const patience = deps.hostClock.after(hostMs, end);
  try {
    return await work();
  } finally {
    patience.cancel();
    // The caller's next step begins its own activity first.
    queueMicrotask(end);
  }
}
