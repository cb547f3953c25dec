import { nextTurn } from './clock.ts';

/**
 * Counts the work in flight that must end before virtual time may move: queued and running reconciles, mutating API
 * calls, webhooks, probes. Work that waits on the Clock, open watches, streams and ingress traffic are not counted.
 */
export class Activity {
  readonly #running = new Map<symbol, string>();
  #waiters: (() => void)[] = [];
  #reconciles = 0;
  #reconcileWaiters: (() => void)[] = [];
  #holds = 0;
  #releaseWaiters: (() => void)[] = [];

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

  /** As `begin`, for a pass of a controller: those that may start only while nothing holds them. */
  beginReconcile(what: string): () => void {
    const end = this.begin(what);
    this.#reconciles += 1;
    return () => {
      this.#reconciles -= 1;
      if (this.#reconciles === 0) for (const wake of this.#reconcileWaiters.splice(0)) wake();
      end();
    };
  }

  /** Lets no pass of a controller start until the returned function is called. Those that run go on. */
  hold(): () => void {
    this.#holds += 1;
    return () => {
      this.#holds -= 1;
      if (this.#holds === 0) for (const wake of this.#releaseWaiters.splice(0)) wake();
    };
  }

  get isHeld(): boolean {
    return this.#holds > 0;
  }

  /** Calls back once, when the hold ends. */
  afterHold(callback: () => void): void {
    this.#releaseWaiters.push(callback);
  }

  /** Resolves when no pass of a controller runs. */
  reconcilesEnded(): Promise<void> {
    return this.#reconciles === 0
      ? Promise.resolve()
      : new Promise((resolve) => {
          this.#reconcileWaiters.push(resolve);
        });
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
