import type { Activity } from './activity.ts';
import { type Clock, sleepOn, type Timer } from './clock.ts';

interface Pending {
  atMs: number;
  order: number;
  callback: () => void;
}

/**
 * A clock whose time runs at `rate` times the host's and can be advanced in jumps. An advance steps from timer to timer
 * and, before each step, waits until the activity has settled, so that the same events happen in the same order as at
 * rate 1.
 */
export class VirtualClock implements Clock {
  readonly #host: Clock;
  readonly #activity: Activity;
  readonly #pending: Pending[] = [];
  #order = 0;
  #rate: number;
  /** Virtual time at `#hostAnchorMs`; between anchors time is computed. */
  #anchorMs: number;
  #hostAnchorMs: number;
  #hostTimer: Timer | undefined;
  #advancing = false;
  #stopped = false;

  constructor(options: { host: Clock; activity: Activity; startMs?: number; rate?: number }) {
    this.#host = options.host;
    this.#activity = options.activity;
    this.#rate = options.rate ?? 1;
    this.#hostAnchorMs = options.host.nowMs();
    this.#anchorMs = options.startMs ?? this.#hostAnchorMs;
  }

  nowMs(): number {
    if (this.#advancing || this.#rate === 0) return this.#anchorMs;
    return this.#anchorMs + Math.floor((this.#host.nowMs() - this.#hostAnchorMs) * this.#rate);
  }

  get rate(): number {
    return this.#rate;
  }

  /** Changes how fast time runs; 0 stops it (timers then fire only through `advanceTo`). */
  setRate(rate: number): void {
    this.#anchor(this.nowMs());
    this.#rate = rate;
    this.#arm();
  }

  after(delayMs: number, callback: () => void): Timer {
    const entry: Pending = { atMs: this.nowMs() + Math.max(0, delayMs), order: this.#order++, callback };
    const index = this.#pending.findLastIndex((other) => other.atMs <= entry.atMs);
    this.#pending.splice(index + 1, 0, entry);
    if (index < 0) this.#arm();
    return {
      cancel: () => {
        const at = this.#pending.indexOf(entry);
        if (at >= 0) this.#pending.splice(at, 1);
        if (at === 0) this.#arm();
      },
    };
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delayMs, signal);
  }

  /** Jumps to `targetMs`, firing every timer on the way in order. Resolves when that instant has settled. */
  async advanceTo(targetMs: number): Promise<void> {
    if (this.#advancing) throw new Error('The clock is already advancing.');
    this.#anchor(this.nowMs());
    this.#advancing = true;
    this.#hostTimer?.cancel();
    try {
      for (;;) {
        await this.#activity.settled();
        const next = this.#pending[0];
        if (this.#stopped || next === undefined || next.atMs > targetMs) break;
        this.#anchorMs = Math.max(this.#anchorMs, next.atMs);
        this.#pending.shift();
        next.callback();
      }
      this.#anchorMs = Math.max(this.#anchorMs, targetMs);
    } finally {
      this.#advancing = false;
      this.#anchor(this.#anchorMs);
      this.#arm();
    }
  }

  /** Drops every timer: the cluster that lived on this clock has ended. */
  stop(): void {
    this.#stopped = true;
    this.#pending.length = 0;
    this.#hostTimer?.cancel();
  }

  #anchor(nowMs: number): void {
    this.#anchorMs = nowMs;
    this.#hostAnchorMs = this.#host.nowMs();
  }

  #arm(): void {
    this.#hostTimer?.cancel();
    this.#hostTimer = undefined;
    const next = this.#pending[0];
    if (next === undefined || this.#advancing || this.#rate === 0 || this.#stopped) return;
    this.#hostTimer = this.#host.after((next.atMs - this.nowMs()) / this.#rate, () => this.#fireDue());
  }

  #fireDue(): void {
    while (!this.#advancing) {
      const next = this.#pending[0];
      if (next === undefined || next.atMs > this.nowMs()) break;
      this.#pending.shift();
      next.callback();
    }
    this.#arm();
  }
}
