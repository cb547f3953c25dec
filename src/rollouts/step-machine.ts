import { durationSeconds } from './pause-duration.ts';
import type { PauseReason, Rollout, RolloutStatus } from './rollout.ts';
import { currentStepOf, stepsOf } from './strategy-defaults.ts';

/** What one pass decided about pausing and aborting, applied when its status is written. */
export interface PauseDecision {
  add: PauseReason[];
  remove: PauseReason[];
  clear: boolean;
  /** `undefined` when the pass does not abort; the text says why, '' for no reason. */
  abort: string | undefined;
  removeAbort: boolean;
}
export const noPauseDecision = (): PauseDecision => ({ add: [], remove: [], clear: false, abort: undefined, removeAbort: false });

export function isAborted(rollout: Rollout, decision: PauseDecision): boolean {
  return !decision.removeAbort && (decision.abort !== undefined || rollout.status?.abort === true);
}

/** Milliseconds until the pause of the current step is over; 0 when it is, `undefined` when only a client can end it. */
export function pauseRemainingMs(rollout: Rollout, nowMs: number): number | undefined {
  const pause = currentStepOf(rollout)?.step.pause;
  const { controllerPause, pauseConditions = [] } = rollout.status ?? {};
  if (controllerPause && pauseConditions.length === 0) return 0;
  const startTime = pauseConditions.find(({ reason }) => reason === 'CanaryPauseStep')?.startTime;
  if (pause?.duration === undefined || startTime === undefined) return undefined;
  return Math.max(0, Date.parse(startTime) + durationSeconds(pause.duration) * 1000 - nowMs);
}

/** Whether the current step has done what it asks for. At most one step completes in a pass, none while `spec.paused`. */
export function isStepComplete(
  rollout: Rollout,
  facts: { nowMs: number; atTarget: boolean; stepAnalysisPhase: string | undefined; experimentPhase?: string | undefined },
): boolean {
  const current = currentStepOf(rollout);
  if (current === undefined || rollout.spec.paused) return false;
  const { step } = current;
  if (step.pause !== undefined) return pauseRemainingMs(rollout, facts.nowMs) === 0;
  if (step.setWeight !== undefined || step.setCanaryScale !== undefined) return facts.atTarget;
  if (step.analysis !== undefined) return facts.stepAnalysisPhase === 'Successful';
  if (step.experiment !== undefined) return facts.experimentPhase === 'Successful';
  return step.setHeaderRoute !== undefined || step.setMirrorRoute !== undefined;
}

/** Why the current version becomes the stable one now, or `undefined` when it does not. */
export function promotionReason(
  rollout: Rollout,
  facts: {
    hasStable: boolean;
    isStable: boolean;
    aborted: boolean;
    ready: boolean;
    withinRollbackWindow: boolean;
    index: number | undefined;
  },
): string | undefined {
  const steps = stepsOf(rollout).length;
  if (!facts.hasStable) return 'Initial deploy';
  if (facts.aborted || !facts.ready) return undefined;
  if (rollout.status?.promoteFull) return 'Full promotion requested';
  if (facts.isStable) return 'Fast rollback';
  if (facts.withinRollbackWindow) return 'Rollback within window';
  if (steps === 0 || facts.index === undefined || facts.index >= steps) return `Completed all ${steps} canary steps`;
  return undefined;
}

/** Writes the pass's decision into the status: abort fields, pause conditions and who paused. */
export function applyPauseDecision(rollout: Rollout, status: RolloutStatus, decision: PauseDecision, now: string): void {
  delete status.abort;
  delete status.abortedAt;
  delete status.controllerPause;
  delete status.pauseConditions;
  if (isAborted(rollout, decision)) {
    status.abort = true;
    status.abortedAt = rollout.status?.abortedAt ?? now;
    return;
  }
  if (decision.clear) return;
  const kept = (rollout.status?.pauseConditions ?? []).filter(({ reason }) => !decision.remove.includes(reason));
  const added = decision.add.filter((reason) => !kept.some((condition) => condition.reason === reason));
  const conditions = [...kept, ...added.map((reason) => ({ reason, startTime: now }))];
  if (conditions.length === 0) {
    // A client that promotes a Rollout which is also paused by hand writes the two wishes one after the other.
    if (rollout.spec.paused && rollout.status?.controllerPause) status.controllerPause = true;
    return;
  }
  status.pauseConditions = conditions;
  if (rollout.status?.controllerPause || added.length > 0) status.controllerPause = true;
}
