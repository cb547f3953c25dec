import { messageOf } from './errors.ts';

type Undo = (signal: AbortSignal) => Promise<void> | void;

/** Undo steps, registered as things are made and run in reverse. Every one is tried; failures are reported together. */
export class Cleanup {
  readonly #steps: { what: string; undo: Undo }[] = [];

  add(what: string, undo: Undo): void {
    this.#steps.push({ what, undo });
  }

  /** Runs and forgets every step under a fresh signal. Rejects with an AggregateError that names each step that failed. */
  async run(timeoutMs = 30_000): Promise<void> {
    const failures: Error[] = [];
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step.undo(AbortSignal.timeout(timeoutMs));
      } catch (error) {
        failures.push(new Error(`Could not undo "${step.what}": ${messageOf(error)}`, { cause: error }));
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, failures.map((failure) => failure.message).join('\n'));
  }
}
