import type { Activity } from './activity.ts';
import { type Clock, sleepOn, type Timer } from './clock.ts';

interface Pending {
  atMs: number;
  order: number;
  callback: () => void;
}

/** How long a timer of a clock that runs fast lets the work of the one before it end, in ms of the host. */
const HOLD_MS = 250;

/**
 * A clock whose time runs at `rate` times the host's and can be advanced in jumps. An advance steps from timer to timer
 * and, before each step, waits until the activity has settled, so that the same events happen in the same order as at
 * rate 1. At a rate above 1 the timers that are due fire in steps, too: what takes the host a moment must not take the cluster
 * minutes. Time stands still for a step, though not for long, and then catches up.
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
  /** Set while a fast clock steps through what is due: the instant that it has come to. */
  #walk: { atMs: number } | undefined;
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
    if (this.#walk !== undefined) return this.#walk.atMs;
    // A fast clock waits for its timers: what comes late must not find that its time has passed.
    return this.#rate > 1 ? Math.min(this.#targetMs(), this.#pending[0]?.atMs ?? Number.POSITIVE_INFINITY) : this.#targetMs();
  }

  /** Where time would be if no step held it. */
  #targetMs(): number {
    return this.#anchorMs + Math.floor((this.#host.nowMs() - this.#hostAnchorMs) * this.#rate);
  }

  get rate(): number {
    return this.#rate;
  }

  /** Changes how fast time runs; 0 stops it (timers then fire only through `advanceTo`). */
  setRate(rate: number): void {
    this.#anchor(this.nowMs());
    this.#walk = undefined;
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
    this.#walk = undefined;
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
    if (next === undefined || this.#advancing || this.#walk !== undefined || this.#rate === 0 || this.#stopped) return;
    this.#hostTimer = this.#host.after((next.atMs - this.nowMs()) / this.#rate, () => this.#fireDue());
  }

  #fireDue(): void {
    if (this.#rate > 1) {
      void this.#step((this.#walk = { atMs: this.nowMs() }));
      return;
    }
    while (!this.#advancing) {
      const next = this.#pending[0];
      if (next === undefined || next.atMs > this.nowMs()) break;
      this.#pending.shift();
      next.callback();
    }
    this.#arm();
  }

  /** Fires what is due, one timer after the other, each at its own instant and once the work of the one before has ended. */
  async #step(walk: { atMs: number }): Promise<void> {
    for (;;) {
      const next = this.#pending[0];
      if (next === undefined || next.atMs > this.#targetMs()) break;
      walk.atMs = Math.max(walk.atMs, next.atMs);
      this.#pending.shift();
      next.callback();
      await this.#settledSoon();
      // Whoever set another rate or jumped meanwhile has taken over.
      if (this.#walk !== walk || this.#stopped) return;
    }
    this.#walk = undefined;
    this.#arm();
  }

  /** Resolves when the activity has settled, or after the longest hold. */
  async #settledSoon(): Promise<void> {
    let timer: Timer | undefined;
    const held = new Promise<void>((resolve) => {
      timer = this.#host.after(HOLD_MS, resolve);
    });
    await Promise.race([this.#activity.settled(), held]);
    timer?.cancel();
  }
}
