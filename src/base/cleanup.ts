import { messageOf } from './errors.ts';

type Undo = (signal: AbortSignal) => Promise<void> | void;

interface Step {
  what: string;
  undo: Undo;
  timeoutMs: number;
}

const TIMEOUT_MS = 30_000;

/** Undo steps, registered as things are made and run in reverse. Every one is tried; failures are reported together. */
export class Cleanup {
  readonly #steps: Step[] = [];
  #running: Step | undefined;

  /** `timeoutMs`: how long the step may take, 30 s unless it is known to need more. */
  add(what: string, undo: Undo, { timeoutMs = TIMEOUT_MS }: { timeoutMs?: number } = {}): void {
    this.#steps.push({ what, undo, timeoutMs });
  }

  /** What has not been undone so far, the step that is being undone first. */
  get pending(): string[] {
    return [...(this.#running === undefined ? [] : [this.#running]), ...this.#steps.toReversed()].map(({ what }) => what);
  }

  /** Runs and forgets every step under a fresh signal. Rejects with an AggregateError that names each step that failed. */
  async run(): Promise<void> {
    const failures: Error[] = [];
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      this.#running = step;
      try {
        await step.undo(AbortSignal.timeout(step.timeoutMs));
      } catch (error) {
        failures.push(new Error(`Could not undo "${step.what}": ${messageOf(error)}`, { cause: error }));
      } finally {
        this.#running = undefined;
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, failures.map((failure) => failure.message).join('\n'));
  }
}
