import type { Cleanup } from '../base/cleanup.ts';
import type { Clock } from '../base/clock.ts';
import { LabError } from '../base/errors.ts';

/** npm and a terminal both pass Ctrl-C on: what comes within this time of the one before is the same press. */
const SAME_PRESS_MS = 300;
const NAMED = 6;

export interface InterruptsOptions {
  clock: Clock;
  cleanup: Pick<Cleanup, 'pending'>;
  stderr: (text: string) => void;
  /** Ends the program at once. */
  leave: () => void;
}

/**
 * What Ctrl-C (and SIGTERM, SIGHUP) does. The first one ends the run, and what it made is taken back. The second says what is still to go. The third leaves
 * at once and says what may be left.
 */
export class Interrupts {
  readonly #options: InterruptsOptions;
  readonly #controller = new AbortController();
  #presses = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(options: InterruptsOptions) {
    this.#options = options;
  }

  /** Aborts at the first one. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The reader of the output has gone away: ends the run as Ctrl-C does, and is no press. */
  readerGone(): void {
    this.#controller.abort(new LabError('READER_GONE', 'The reader of the output has gone away.'));
  }

  /** Counts one signal. */
  note(signal: string): void {
    const { clock, cleanup, stderr, leave } = this.#options;
    const nowMs = clock.nowMs();
    const isSamePress = nowMs - this.#lastMs < SAME_PRESS_MS;
    this.#lastMs = nowMs;
    if (isSamePress) return;
    this.#presses += 1;
    const left = listed(cleanup.pending);
    if (this.#presses === 1) this.#controller.abort(new LabError('INTERRUPTED', `Interrupted by ${signal}.`));
    else if (this.#presses === 2) {
      stderr(`Still taking back what the run made: ${left}. Ctrl-C once more leaves at once.\n`);
    } else {
      stderr(`Left at once; this may still be there: ${left}.\nNext: npm run doctor -- --leftovers\n`);
      leave();
    }
  }
}

function listed(pending: readonly string[]): string {
  if (pending.length === 0) return 'nothing that is known';
  const more = pending.length - NAMED;
  return `${pending.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
