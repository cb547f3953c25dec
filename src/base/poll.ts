import type { Clock } from './clock.ts';
import { LabError } from './errors.ts';

export interface PollOptions<T> {
  until: (value: T) => boolean;
  everyMs: number;
  timeoutMs: number;
  /** Named in the timeout's message: `Timed out after 30 s waiting for WHAT`. */
  what: string;
}

/** Calls `read` until `until` holds. Rejects with `TIMEOUT` (cause: the last error of `read`), or with the signal's reason. */
export async function poll<T>(
  read: () => Promise<T> | T,
  options: PollOptions<T>,
  deps: { clock: Clock; signal?: AbortSignal },
): Promise<T> {
  const deadlineMs = deps.clock.nowMs() + options.timeoutMs;
  for (;;) {
    deps.signal?.throwIfAborted();
    let lastError: unknown;
    try {
      const value = await read();
      if (options.until(value)) return value;
    } catch (error) {
      lastError = error;
    }
    if (deps.clock.nowMs() >= deadlineMs) {
      throw new LabError('TIMEOUT', `Timed out after ${options.timeoutMs / 1000} s waiting for ${options.what}.`, { cause: lastError });
    }
    await deps.clock.sleep(options.everyMs, deps.signal);
  }
}
