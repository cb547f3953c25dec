/**
 * Runs `work` for 0..count-1 in batches of 1, 2, 4 … so that a call which always fails is not made `count` times
 * (k8s.io/kubernetes slowStartBatch). Resolves with how many succeeded and the first error; later batches are skipped then.
 */
export async function slowStart(count: number, work: (index: number) => Promise<void>): Promise<{ succeeded: number; error?: unknown }> {
  let succeeded = 0;
  for (let size = 1, next = 0; next < count; size *= 2) {
    const batch = Array.from({ length: Math.min(size, count - next) }, (_, offset) => next + offset);
    const outcomes = await Promise.allSettled(batch.map((index) => work(index)));
    next += batch.length;
    succeeded += outcomes.filter((outcome) => outcome.status === 'fulfilled').length;
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) return { succeeded, error: failed.reason };
  }
  return { succeeded };
}
