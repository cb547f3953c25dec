import { nextTurn } from './clock.ts';

/**
 * Counts the work in flight that must end before virtual time may move: queued and running reconciles, mutating API
 * calls, webhooks, probes. Work that waits on the Clock, open watches, streams and ingress traffic are not counted.
 */
export class Activity {
  readonly #running = new Map<symbol, string>();
  #waiters: (() => void)[] = [];

  /** Marks the start of a piece of work; call the returned function exactly once at its end. */
  begin(what: string): () => void {
    const id = Symbol(what);
    this.#running.set(id, what);
    return () => {
      if (!this.#running.delete(id) || this.#running.size > 0) return;
      const waiters = this.#waiters;
      this.#waiters = [];
      for (const wake of waiters) wake();
    };
  }

  /** Runs `work` as one piece of activity. */
  async during<T>(what: string, work: () => Promise<T>): Promise<T> {
    const end = this.begin(what);
    try {
      return await work();
    } finally {
      end();
    }
  }

  /** What is in flight, for messages. */
  get inFlight(): string[] {
    return [...this.#running.values()];
  }

  /** Resolves when nothing is in flight and a few turns of the event loop have started nothing new. */
  async settled(): Promise<void> {
    for (let quietTurns = 0; quietTurns < 4; ) {
      if (this.#running.size > 0) {
        quietTurns = 0;
        await new Promise<void>((resolve) => {
          this.#waiters.push(resolve);
        });
      }
      await nextTurn();
      if (this.#running.size === 0) quietTurns += 1;
    }
  }
}
