import type { Writable } from 'node:stream';
import type { Cleanup } from '../base/cleanup.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Toolbox } from '../tools/toolbox.ts';
import type { WorkingFolder } from './working-folder.ts';

/** What every command is built from; `main.ts` makes the one real instance. */
export interface App {
  env: Readonly<Record<string, string | undefined>>;
  stdin: NodeJS.ReadStream;
  stdout: Writable & { isTTY?: boolean; columns?: number };
  stderr: Writable & { isTTY?: boolean; columns?: number };
  clock: Clock;
  log: Log;
  signal: AbortSignal;
  /** What Ctrl-C does, for a terminal in raw mode. */
  interrupt(): void;
  /** From now on a reader of the output that goes away (`| head`) ends the program as Ctrl-C does, with exit code 141. */
  endWithReader(): void;
  cleanup: Cleanup;
  tools: Toolbox;
  folder: WorkingFolder;
  workingDirectory: string;
  /** Root of the project: `labs/`, `charts/`, `kind/`. */
  projectRoot: string;
  /** How to start this program again: node and the path of main. */
  selfCommand: readonly string[];
  pluginProgram: string;
}

/** Exit codes of every command. */
export const EXIT = { ok: 0, checkFailed: 1, misused: 2, interrupted: 130, pipeClosed: 141 } as const;
