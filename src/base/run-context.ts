import type { Cleanup } from './cleanup.ts';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import type { Random } from './random.ts';

/** What every operation of a run is handed: time, chance, a log, the signal that ends it, and where undo steps go. */
export interface RunContext {
  clock: Clock;
  random: Random;
  log: Log;
  signal: AbortSignal;
  cleanup: Cleanup;
  /** The environment of the program, read once in `cli/main.ts`. */
  env: Readonly<Record<string, string | undefined>>;
  /** Absolute path of the folder in which `.canary-lab/` lives. */
  workingDirectory: string;
}
