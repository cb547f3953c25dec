import type { Activity } from '../../base/activity.ts';
import type { Clock, Timer } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import type { EventRecorder } from '../../kube/event-recorder.ts';
import type { InformerFactory } from '../../kube/informer.ts';
import type { KubeApi } from '../../kube/kube-api.ts';
import { isStatus } from '../../kube/status-error.ts';

/** What a controller is built from. It sees the KubeApi and nothing behind it. */
export interface ControllerDeps {
  api: KubeApi;
  informers: InformerFactory;
  events: EventRecorder;
  clock: Clock;
  random: Random;
  log: Log;
  activity: Activity;
}

/** `requeueAfterMs` asks for another pass on the Clock; nothing asks for none. */
export interface ReconcileResult {
  requeueAfterMs?: number;
}
export const DONE: ReconcileResult = {};

export interface ControllerOptions {
  name: string;
  /** Looks at the world again and moves it one step. Safe to repeat; an error is retried with back-off. */
  reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult>;
  concurrency?: number;
  /** Exponential back-off after errors (client-go workqueue: 5 ms doubling to 1000 s unless given). */
  backoff?: { firstMs: number; lastMs: number };
}

/**
 * A level-triggered controller with one de-duplicating work queue: a key is never processed twice at once, and a key that
 * is added while it is processed runs again afterwards. Queued and running keys count as activity; waiting ones do not.
 */
export class Controller {
  readonly name: string;
  readonly #options: ControllerOptions;
  readonly #deps: Pick<ControllerDeps, 'clock' | 'log' | 'activity'>;
  readonly #queue: string[] = [];
  readonly #dirty = new Map<string, () => void>();
  readonly #processing = new Set<string>();
  readonly #delayed = new Map<string, { timer: Timer; atMs: number }>();
  readonly #failures = new Map<string, number>();
  #signal: AbortSignal | undefined;
  #awaitsRelease = false;

  constructor(options: ControllerOptions, deps: Pick<ControllerDeps, 'clock' | 'log' | 'activity'>) {
    this.name = options.name;
    this.#options = options;
    this.#deps = deps;
  }

  enqueue(key: string): void {
    if (this.#signal?.aborted || this.#dirty.has(key)) return;
    this.#dirty.set(key, this.#deps.activity.begin(`${this.name} ${key}`));
    if (this.#processing.has(key)) return;
    this.#queue.push(key);
    this.#pump();
  }

  /** Adds the key after a delay on the Clock; of several delays for one key the earliest wins. */
  enqueueAfter(key: string, delayMs: number): void {
    const atMs = this.#deps.clock.nowMs() + delayMs;
    const waiting = this.#delayed.get(key);
    if (waiting !== undefined && waiting.atMs <= atMs) return;
    waiting?.timer.cancel();
    const timer = this.#deps.clock.after(delayMs, () => {
      this.#delayed.delete(key);
      this.enqueue(key);
    });
    this.#delayed.set(key, { timer, atMs });
  }

  /** Starts to work on the queue; ends (dropping what is queued) when the signal aborts. */
  start(signal: AbortSignal): void {
    this.#signal = signal;
    signal.addEventListener(
      'abort',
      () => {
        for (const { timer } of this.#delayed.values()) timer.cancel();
        for (const end of this.#dirty.values()) end();
        this.#delayed.clear();
        this.#dirty.clear();
        this.#queue.length = 0;
      },
      { once: true },
    );
    this.#pump();
  }

  #pump(): void {
    const signal = this.#signal;
    if (signal === undefined || signal.aborted) return;
    const { activity } = this.#deps;
    if (activity.isHeld) {
      if (!this.#awaitsRelease) {
        this.#awaitsRelease = true;
        activity.afterHold(() => {
          this.#awaitsRelease = false;
          this.#pump();
        });
      }
      return;
    }
    while (this.#processing.size < (this.#options.concurrency ?? 1)) {
      const key = this.#queue.shift();
      if (key === undefined) return;
      const endQueued = this.#dirty.get(key);
      const endRunning = activity.beginReconcile(`${this.name} ${key} running`);
      this.#dirty.delete(key);
      endQueued?.();
      this.#processing.add(key);
      void this.#process(key, signal).finally(() => {
        this.#processing.delete(key);
        if (this.#dirty.has(key)) this.#queue.push(key);
        this.#pump();
        endRunning();
      });
    }
  }

  async #process(key: string, signal: AbortSignal): Promise<void> {
    try {
      const { requeueAfterMs } = await this.#options.reconcile(key, signal);
      this.#failures.delete(key);
      if (requeueAfterMs !== undefined && !signal.aborted) {
        if (requeueAfterMs <= 0) this.enqueue(key);
        else this.enqueueAfter(key, requeueAfterMs);
      }
    } catch (error) {
      if (signal.aborted) return;
      const failures = (this.#failures.get(key) ?? 0) + 1;
      this.#failures.set(key, failures);
      const { firstMs, lastMs } = this.#options.backoff ?? { firstMs: 5, lastMs: 1_000_000 };
      const delayMs = Math.min(firstMs * 2 ** (failures - 1), lastMs);
      // Somebody else wrote first, or the object went meanwhile; the next pass reads again.
      if (isStatus(error, 'Conflict', 'NotFound')) this.#deps.log.debug(`${this.name} ${key}: ${error.message}`);
      // The server's own words say enough; where they came from in here helps nobody.
      else
        this.#deps.log.warn(
          `${this.name} ${key}: ${isStatus(error) ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        );
      this.enqueueAfter(key, delayMs);
    }
  }
}
