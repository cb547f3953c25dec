import type { Clock, Timer } from '../../base/clock.ts';
import { untilAborted } from './until-aborted.ts';

/** Changes of the objects that a Pod's volumes and variables come from, for those who wait for one. */
export class SourceChanges {
  readonly #clock: Clock;
  #waiting: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isAwaited(): boolean {
    return this.#waiting.length > 0;
  }

  announce(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Resolves at the next change, or after `mostMs`; rejects with the signal's reason when it aborts. */
  next(signal: AbortSignal, mostMs?: number): Promise<void> {
    let timer: Timer | undefined;
    const changed = new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      if (mostMs === undefined) return;
      timer = this.#clock.after(mostMs, () => {
        this.#waiting = this.#waiting.filter((wake) => wake !== resolve);
        resolve();
      });
    });
    return untilAborted(changed, signal).finally(() => timer?.cancel());
  }
}
