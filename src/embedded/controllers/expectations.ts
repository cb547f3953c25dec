import type { Clock } from '../../base/clock.ts';

/** After this long a missed event no longer holds its owner back (k8s.io/kubernetes controller ExpectationsTimeout). */
const FORGET_AFTER_MS = 5 * 60_000;

interface Pending {
  creations: number;
  deletions: Set<string>;
  sinceMs: number;
}

/**
 * What a controller has done that its cache does not show yet, per owner uid. While anything is pending the owner's
 * dependents must not be counted, or a late cache would make it create the same Pods twice
 * (k8s.io/kubernetes/pkg/controller UIDTrackingControllerExpectations).
 */
export class Expectations {
  readonly #clock: Clock;
  readonly #pending = new Map<string, Pending>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Call before the creations are sent. */
  expectCreations(owner: string, count: number): void {
    const pending = this.#of(owner);
    pending.creations += count;
    pending.sinceMs = this.#clock.nowMs();
  }

  /** Call before the deletions are sent. */
  expectDeletions(owner: string, uids: readonly string[]): void {
    const pending = this.#of(owner);
    for (const uid of uids) pending.deletions.add(uid);
    pending.sinceMs = this.#clock.nowMs();
  }

  /** The cache shows a new dependent, or its creation failed. */
  creationObserved(owner: string): void {
    const pending = this.#pending.get(owner);
    if (pending !== undefined) pending.creations = Math.max(0, pending.creations - 1);
  }

  /** The cache shows a dependent as deleted or terminating, or its deletion failed. */
  deletionObserved(owner: string, uid: string): void {
    this.#pending.get(owner)?.deletions.delete(uid);
  }

  satisfied(owner: string): boolean {
    const pending = this.#pending.get(owner);
    if (pending === undefined) return true;
    if (pending.creations > 0 || pending.deletions.size > 0) return this.#clock.nowMs() - pending.sinceMs >= FORGET_AFTER_MS;
    this.#pending.delete(owner);
    return true;
  }

  /** The owner is gone. */
  forget(owner: string): void {
    this.#pending.delete(owner);
  }

  #of(owner: string): Pending {
    let pending = this.#pending.get(owner);
    if (pending === undefined || this.#clock.nowMs() - pending.sinceMs >= FORGET_AFTER_MS) {
      this.#pending.set(owner, (pending = { creations: 0, deletions: new Set(), sinceMs: this.#clock.nowMs() }));
    }
    return pending;
  }
}
