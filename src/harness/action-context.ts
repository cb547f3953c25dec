import type { CheckContext } from './check.ts';
import type { CommandRunner } from './command-runner.ts';
import type { OnLabEvent } from './events.ts';
import type { Variables } from './lab.ts';

/** How the cluster's time passes in this run: jumps, in step with the host, or a number of times as fast. */
export type TimeMode = 'virtual' | 'real' | number;

export interface ActionContext {
  tools: CommandRunner;
  variables: Variables;
  workingDirectory: string;
  time: TimeMode;
  step: string;
  emit: OnLabEvent;
  check: CheckContext;
  /** A command that takes longer than this hangs. */
  commandTimeoutMs?: number | undefined;
  /** Adds skipped time to the lab's own. */
  skipped(durationMs: number): void;
}
