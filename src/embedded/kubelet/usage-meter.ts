import type { Clock } from '../../base/clock.ts';
import type { UsageReport } from '../images/image-program.ts';

/** What one container used on average over the last whole window, and the memory it holds. */
export interface UsageSample {
  /** End of the window. */
  atMs: number;
  windowMs: number;
  cpuMillicores: number;
  memoryBytes: number;
}

/** metrics-server --metric-resolution. */
export const WINDOW_MS = 15_000;
/** What a program counts for that tells nothing. */
const IDLE = { cpuMillicores: 1, memoryBytes: 10 * 1024 ** 2 };

/** Sums up what a program says it uses, by windows that all containers share: a reading does not depend on when it is taken. */
export class UsageMeter {
  readonly #clock: Clock;
  readonly #startedAtMs: number;
  /** CPU time in ms by number of window; the last few only. */
  readonly #spentMs = new Map<number, number>();
  #rate = IDLE.cpuMillicores;
  #summedToMs: number;
  #memoryBytes = IDLE.memoryBytes;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedAtMs = this.#summedToMs = clock.nowMs();
  }

  get memoryBytes(): number {
    return this.#memoryBytes;
  }

  report({ cpuMillicores, cpuMs = 0, memoryBytes }: UsageReport): void {
    this.#sum();
    if (cpuMillicores !== undefined) this.#rate = Math.max(0, cpuMillicores);
    if (memoryBytes !== undefined) this.#memoryBytes = Math.max(0, memoryBytes);
    if (cpuMs > 0) this.#add(windowOf(this.#summedToMs), cpuMs);
  }

  /** `undefined` until the container has run for a whole window. */
  read(): UsageSample | undefined {
    this.#sum();
    const last = windowOf(this.#clock.nowMs()) - 1;
    if (last * WINDOW_MS < this.#startedAtMs) return undefined;
    return {
      atMs: (last + 1) * WINDOW_MS,
      windowMs: WINDOW_MS,
      cpuMillicores: ((this.#spentMs.get(last) ?? 0) * 1000) / WINDOW_MS,
      memoryBytes: this.#memoryBytes,
    };
  }

  /** Spreads the steady rate over the windows up to now. */
  #sum(): void {
    const nowMs = this.#clock.nowMs();
    // What is older than the last whole window is asked for by nobody.
    let fromMs = Math.max(this.#summedToMs, (windowOf(nowMs) - 1) * WINDOW_MS);
    while (fromMs < nowMs) {
      const window = windowOf(fromMs);
      const toMs = Math.min(nowMs, (window + 1) * WINDOW_MS);
      this.#add(window, (this.#rate * (toMs - fromMs)) / 1000);
      fromMs = toMs;
    }
    this.#summedToMs = nowMs;
    for (const window of this.#spentMs.keys()) if (window < windowOf(nowMs) - 1) this.#spentMs.delete(window);
  }

  #add(window: number, cpuMs: number): void {
    this.#spentMs.set(window, (this.#spentMs.get(window) ?? 0) + cpuMs);
  }
}

function windowOf(atMs: number): number {
  return Math.floor(atMs / WINDOW_MS);
}
