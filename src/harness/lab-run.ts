import type { ActionContext, TimeMode } from './action-context.ts';
import type { CheckContext } from './check.ts';
import type { OnLabEvent } from './events.ts';
import type { Lab, Step, Variables } from './lab.ts';
import type { LabReport } from './report.ts';
import type { RunLabOptions } from './run-lab-options.ts';
import type { StepSnapshots } from './step-snapshots.ts';
import type { WatchedWalk } from './watched-walk.ts';

/** One run of a lab under way: what all of its parts share. */
export interface LabRun {
  readonly lab: Lab;
  readonly options: RunLabOptions;
  readonly variables: Variables;
  readonly time: TimeMode;
  readonly walk: WatchedWalk;
  /** Absent on a cluster that cannot keep the starts of steps. */
  readonly starts: StepSnapshots | undefined;
  /** Grows as the run goes on. */
  readonly report: LabReport;
}

const CHECK_TIMEOUT_MS = 60_000;

/** What a check of the step that began last may use. */
export function checkContextOf(run: LabRun): CheckContext {
  const { api, cluster, ctx, checkTimeoutMs } = run.options;
  return {
    api,
    ingressUrl: cluster.ingressUrl,
    clock: ctx.clock,
    signal: ctx.signal,
    timeoutMs: checkTimeoutMs ?? CHECK_TIMEOUT_MS,
    probe: run.walk.probe,
    history: run.walk.history(),
  };
}

/** What an action of the step may use; `emit` is told what it does. */
export function actionContextOf(step: Step, run: LabRun, check: CheckContext, emit: OnLabEvent): ActionContext {
  const { tools, ctx, commandTimeoutMs } = run.options;
  return {
    tools,
    variables: run.variables,
    workingDirectory: ctx.workingDirectory,
    time: run.time,
    step: step.id,
    check,
    commandTimeoutMs,
    emit,
    skipped: (ms) => run.walk.skipTime(ms),
  };
}
