import type { RunContext } from '../base/run-context.ts';
import type { Cluster } from '../cluster/provider.ts';
import type { KubeApi } from '../kube/kube-api.ts';
import type { TimeMode } from './action-context.ts';
import type { Check, CheckContext } from './check.ts';
import type { CommandRunner } from './command-runner.ts';
import type { OnLabEvent } from './events.ts';
import type { Learner } from './hands-on.ts';
import type { Step } from './lab.ts';
import type { LabSettings } from './lab-settings.ts';
import type { LiveSource } from './live-source.ts';
import type { PauseAt } from './pause.ts';
import type { LabReport } from './report.ts';
import type { Language } from './text.ts';

/** What a run of a lab is given: the cluster, the programs, and who looks on or takes part. */
export interface RunLabOptions {
  cluster: Cluster;
  api: KubeApi;
  tools: CommandRunner;
  ctx: RunContext;
  lang: Language;
  /** Default: virtual where the cluster can, else real. `virtual` on a cluster that cannot becomes real. */
  time?: TimeMode | undefined;
  /** First step to run, by id; the lab itself does the steps before it. */
  from?: string | undefined;
  /** First step to run on a cluster on which the steps before it are done. */
  resumeAt?: string | undefined;
  /** Last step to run, by id. */
  until?: string | undefined;
  /** Where diagnostics go when a check fails. Reports themselves are written by the renderers. */
  reportDirectory?: string | undefined;
  seed: number;
  settings?: LabSettings | undefined;
  onEvent: OnLabEvent;
  /** Awaited before each step, after `step-started`. */
  confirmStep?: ((step: Step) => Promise<void>) | undefined;
  /** Awaited wherever a presenter goes on by hand. */
  pause?: ((moment: PauseAt) => Promise<void>) | undefined;
  /** Who does the steps in another terminal; without a learner the lab does them. */
  learner?: Learner | undefined;
  /** Handed what to look at while the walk goes on, and nothing when it is over. */
  onLive?: ((source: LiveSource | undefined) => void) | undefined;
  /**
   * Whether the cluster keeps the start of each step, where it can: for a learner who goes back, and for a later run with `from`. What
   * was kept goes at the end unless `staysFor` says that somebody goes on with this cluster.
   */
  keepStarts?: { staysFor(outcome: LabReport['outcome']): boolean } | undefined;
  /** How long a command may take, in host milliseconds; default 10 minutes. */
  commandTimeoutMs?: number | undefined;
  /** Awaited before a step's first command: proofs of checks look here whether they fail. */
  beforeRun?: ((step: Step, ctx: CheckContext) => Promise<void>) | undefined;
  /** Called when all checks of a step have held: proofs of checks change the cluster here. */
  afterChecks?: ((step: Step, checks: readonly Check[], ctx: CheckContext) => Promise<void>) | undefined;
  /** How long a check waits, in host milliseconds; default 60 s. */
  checkTimeoutMs?: number | undefined;
}
