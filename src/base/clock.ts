/** A pending callback. */
export interface Timer {
  cancel(): void;
}

/** The only source of time. Everything that waits or reads the time takes one of these. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  nowMs(): number;
  /** Runs `callback` once, `delayMs` from now (at once, but not synchronously, when 0 or less). */
  after(delayMs: number, callback: () => void): Timer;
  /** Resolves after `delayMs`; rejects with the signal's reason as soon as it aborts. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

/** The sleep of any clock that has timers. */
export function sleepOn(clock: Pick<Clock, 'after'>, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** The machine's own clock. Socket timeouts, TLS and token expiry use it even where time is virtual. */
export const hostClock: Clock = {
  nowMs: () => Date.now(),
  after(delayMs, callback) {
    const handle = setTimeout(callback, Math.min(Math.max(0, delayMs), 2 ** 31 - 1));
    return { cancel: () => clearTimeout(handle) };
  },
  sleep(delayMs, signal) {
    return sleepOn(hostClock, delayMs, signal);
  },
};

/** RFC 3339 in UTC with whole seconds, the form of `metav1.Time`. */
export function rfc3339(ms: number): string {
  // Joined rather than concatenated: objects keep these texts, and a concatenation keeps the pieces it was made of.
  return [new Date(ms).toISOString().slice(0, 19), 'Z'].join('');
}

/** RFC 3339 in UTC with six fraction digits, the form of `metav1.MicroTime`. */
export function rfc3339Micro(ms: number): string {
  return [new Date(ms).toISOString().slice(0, 23), '000Z'].join('');
}

/** One turn of the event loop: everything that was ready to run has run. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Calls back once everything that is ready now has run, before the event loop waits again. */
export function atEndOfTurn(callback: () => void): void {
  setImmediate(callback);
}
