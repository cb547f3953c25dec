import { rfc3339 } from '../../../base/clock.ts';
import { formatLabelSelector } from '../../../kube/label-selector.ts';
import { keyOf } from '../../../kube/object.ts';
import { mergeDifference } from '../../../rollouts/merge-difference.ts';
import { phaseOf } from '../../../rollouts/phase.ts';
import { countsOf, hashOf, sumOf } from '../../../rollouts/replica-set-view.ts';
import { isAtReplicaTargets, isReadyToPromote } from '../../../rollouts/replica-targets.ts';
import { revisionOf } from '../../../rollouts/revision.ts';
import { isWithinRollbackWindow } from '../../../rollouts/rollback-window.ts';
import type { Rollout, RolloutStatus } from '../../../rollouts/rollout.ts';
import { type ConditionFacts, hasTimedOut, nextConditions, progressDeadlineMs } from '../../../rollouts/rollout-conditions.ts';
import { stepHash } from '../../../rollouts/step-hash.ts';
import { applyPauseDecision, isStepComplete, promotionReason } from '../../../rollouts/step-machine.ts';
import { stepText } from '../../../rollouts/step-text.ts';
import { blueGreenOf, canaryOf, stepsOf } from '../../../rollouts/strategy-defaults.ts';
import { allReplicaSets, hasSeparateStable, type Pass, passIsAborted, storedAbortReason } from './pass.ts';
import { asResolved, scaleWorkloadDown, WORKLOAD_GENERATION } from './workload.ts';
import { record, type World } from './world.ts';

/** Stores the difference between the Rollout's status and `next` as one merge patch; does nothing when there is none. */
export async function writeStatus(world: World, rollout: Rollout, next: RolloutStatus): Promise<Rollout> {
  const patch = mergeDifference(rollout.status, compact(next));
  if (patch === undefined) return rollout;
  return asResolved(
    await world.rollouts.patch(keyOf(rollout), { type: 'merge', body: { status: patch } }, { subresource: 'status' }),
    rollout,
  );
}

/** Zero counts, empty texts, false and empty lists are not stored; `canary` and `blueGreen` always are. */
function compact(status: RolloutStatus): RolloutStatus {
  const kept = Object.entries(status).filter(
    ([key, value]) =>
      value !== undefined &&
      value !== null &&
      value !== '' &&
      value !== false &&
      (value !== 0 || key === 'currentStepIndex') &&
      !(Array.isArray(value) && value.length === 0),
  );
  return { canary: {}, blueGreen: {}, ...Object.fromEntries(kept) };
}

/** The status with the counts of now; everything that steps decide is kept. */
function withCounts(pass: Pass): RolloutStatus {
  const { rollout, newRS } = pass;
  const all = allReplicaSets(pass);
  const replicas = sumOf(all, 'replicas');
  const { phase: _, message: __, conditions: ___, ...kept } = structuredClone(rollout.status ?? {}) as RolloutStatus;
  return {
    ...kept,
    canary: { ...kept.canary },
    replicas,
    HPAReplicas: replicas,
    updatedReplicas: newRS?.status?.replicas ?? 0,
    readyReplicas: all.reduce((sum, rs) => sum + (rs.status?.readyReplicas ?? 0), 0),
    availableReplicas: sumOf(all, 'available'),
    selector: formatLabelSelector(rollout.spec.selector),
    observedGeneration: String(rollout.metadata.generation ?? 0),
    ...activeCounts(pass, rollout.status?.blueGreen?.activeSelector),
    ...(rollout.spec.workloadRef === undefined ? {} : { workloadObservedGeneration: rollout.metadata.annotations?.[WORKLOAD_GENERATION] }),
  };
}

/** For blue-green, counts and selector are those of the active version, once there is one. */
export function activeCounts(pass: Pass, activeSelector: string | undefined): Partial<RolloutStatus> {
  const active = activeSelector ? allReplicaSets(pass).find((rs) => hashOf(rs) === activeSelector) : undefined;
  if (active === undefined || blueGreenOf(pass.rollout) === undefined) return {};
  const { replicas, available } = countsOf(active);
  return {
    HPAReplicas: replicas,
    availableReplicas: available,
    readyReplicas: active.status?.readyReplicas ?? 0,
    selector: formatLabelSelector(active.spec.selector),
  };
}

async function finish(pass: Pass, status: RolloutStatus): Promise<void> {
  const { world, rollout, nowMs } = pass;
  const next = nextConditions(factsOf(pass, status));
  status.conditions = next.conditions;
  const { phase, message } = phaseOf(rollout.spec, status);
  pass.rollout = await writeStatus(world, rollout, { ...status, phase, message });
  await scaleWorkloadDown(pass, phase === 'Healthy');
  for (const event of next.events) record(world, rollout, event.type, event.reason, event.message);
  const wasPaused = (rollout.status?.pauseConditions ?? []).length > 0;
  const reason = status.pauseConditions?.[0]?.reason;
  if (!wasPaused && reason !== undefined) record(world, rollout, 'Normal', 'RolloutPaused', `Rollout is paused (${reason})`);
  if (wasPaused && reason === undefined && !status.abort) record(world, rollout, 'Normal', 'RolloutResumed', 'Rollout is resumed');
  const deadlineMs = progressDeadlineMs(factsOf({ ...pass, rollout: pass.rollout }, status));
  if (deadlineMs !== undefined) pass.wakeUpsMs.push(Math.max(1000, deadlineMs - nowMs + 1000));
}

function factsOf(pass: Pass, status: RolloutStatus): ConditionFacts {
  const aborted = status.abort === true;
  return {
    rollout: pass.rollout,
    status,
    newRS: pass.newRS,
    allRSs: allReplicaSets(pass),
    aborted,
    abortReason: pass.decision.abort ?? storedAbortReason(pass.rollout),
    nowMs: pass.nowMs,
  };
}

/** Counts and conditions only: what a pass writes that scaled for a changed `spec.replicas`. */
export async function writeCounts(pass: Pass): Promise<void> {
  await finish(pass, withCounts(pass));
}

/** Starts over for a changed template or step list; going back to a version that still runs skips the steps. */
export async function writeReset(pass: Pass): Promise<void> {
  const { world, rollout, newRS } = pass;
  const steps = stepsOf(rollout).length;
  const status = withCounts(pass);
  const { abort: _, abortedAt: __, pauseConditions: ___, controllerPause: ____, promoteFull: _____, ...kept } = status;
  const {
    currentStepAnalysisRunStatus: ______,
    currentBackgroundAnalysisRunStatus: _______,
    currentExperiment: ________,
    ...canary
  } = kept.canary ?? {};
  const {
    prePromotionAnalysisRunStatus: _1,
    postPromotionAnalysisRunStatus: _2,
    scaleUpPreviewCheckPoint: _3,
    ...blueGreen
  } = kept.blueGreen ?? {};
  const next: RolloutStatus = {
    ...kept,
    canary,
    blueGreen,
    restartedAt: rollout.spec.restartAt,
    currentPodHash: hashOf(newRS),
    currentStepHash: stepHash(canaryOf(rollout).steps),
    currentStepIndex: steps === 0 ? undefined : 0,
  };
  let skip: string | undefined;
  if (next.stableRS && next.stableRS === next.currentPodHash) skip = 'Rollback to stable ReplicaSets';
  else if (isWithinRollbackWindow(rollout, newRS, pass.stableRS, allReplicaSets(pass)) && (newRS?.spec.replicas ?? 0) > 0)
    skip = 'Rollback to active ReplicaSets within RollbackWindow';
  if (skip !== undefined) {
    if (steps > 0) next.currentStepIndex = steps;
    record(world, rollout, 'Normal', 'SkipSteps', skip);
  }
  await finish(pass, next);
}

/** Aborts an update that makes no progress within its deadline, where that is asked for. */
function abortWhenTimedOut(pass: Pass, status: RolloutStatus): void {
  if (pass.rollout.spec.progressDeadlineAbort === true && hasTimedOut({ ...factsOf(pass, status), aborted: passIsAborted(pass) }))
    pass.decision.abort = `ReplicaSet "${pass.newRS?.metadata.name}" has timed out progressing.`;
}

/** Makes the new version the stable one: the update is complete, `reason` says why. */
function becomeStable({ world, rollout, newRS, decision }: Pass, status: RolloutStatus, reason: string): void {
  Object.assign(decision, { clear: true, removeAbort: true });
  delete status.promoteFull;
  if (status.stableRS === status.currentPodHash) return;
  status.stableRS = status.currentPodHash;
  const message = `Rollout completed update to revision ${revisionOf(newRS)} (${hashOf(newRS)}): ${reason}`;
  record(world, rollout, 'Normal', 'RolloutCompleted', message);
}

/** The end of a blue-green pass. `describe` adds what the Services say; `promotion` is why the version becomes stable now. */
export async function writeBlueGreenProgress(
  pass: Pass,
  promotion: string | undefined,
  describe: (status: RolloutStatus) => void,
): Promise<void> {
  const { rollout, newRS, decision, nowMs } = pass;
  const status = withCounts(pass);
  status.currentPodHash = hashOf(newRS);
  status.currentStepHash = stepHash(undefined);
  if (promotion === undefined) abortWhenTimedOut(pass, status);
  if (rollout.status?.promoteFull) Object.assign(decision, { clear: true, removeAbort: true });
  if (promotion !== undefined) becomeStable(pass, status, promotion);
  applyPauseDecision(rollout, status, decision, rfc3339(nowMs));
  describe(status);
  await finish(pass, status);
}

/** The end of a full pass: promotion, abort or step completion, then pauses, conditions and phase. */
export async function writeProgress(pass: Pass): Promise<void> {
  const { world, rollout, newRS, decision, nowMs } = pass;
  const steps = stepsOf(rollout);
  const status = withCounts(pass);
  const now = rfc3339(nowMs);
  status.currentPodHash = hashOf(newRS);
  status.currentStepHash = stepHash(canaryOf(rollout).steps);
  if (pass.weights === null) delete status.canary!.weights;
  else if (pass.weights !== undefined) status.canary!.weights = pass.weights;
  status.canary!.currentStepAnalysisRunStatus = pass.analysis.step;
  status.canary!.currentBackgroundAnalysisRunStatus = pass.analysis.background;
  status.canary!.currentExperiment = pass.experiment?.name;
  let index = steps.length === 0 ? undefined : (rollout.status?.currentStepIndex ?? 0);

  const withinRollbackWindow = isWithinRollbackWindow(rollout, newRS, pass.stableRS, allReplicaSets(pass));
  if (rollout.status?.promoteFull || withinRollbackWindow) {
    Object.assign(decision, { clear: true, removeAbort: true });
    if (steps.length > 0) index = steps.length;
  }
  const reason = promotionReason(rollout, {
    hasStable: pass.stableRS !== undefined,
    isStable: !hasSeparateStable(pass),
    aborted: passIsAborted(pass),
    ready: isReadyToPromote(rollout, newRS),
    withinRollbackWindow,
    index,
  });
  if (reason === undefined) abortWhenTimedOut(pass, { ...status, currentStepIndex: index });
  if (reason !== undefined) {
    becomeStable(pass, status, reason);
    if (steps.length > 0) index = steps.length;
  } else if (passIsAborted(pass)) {
    if (steps.length > 0) index = status.stableRS === status.currentPodHash ? steps.length : 0;
  } else if (
    isStepComplete(rollout, {
      nowMs,
      atTarget: isAtReplicaTargets(rollout, pass),
      stepAnalysisPhase: pass.analysis.step?.status,
      experimentPhase: pass.experiment?.phase,
    })
  ) {
    const step = steps[rollout.status?.currentStepIndex ?? 0]!;
    index = (index ?? 0) + 1;
    delete status.canary!.currentStepAnalysisRunStatus;
    delete status.canary!.currentExperiment;
    decision.remove.push('CanaryPauseStep');
    record(world, rollout, 'Normal', 'RolloutStepCompleted', `Rollout step ${index}/${steps.length} completed (${stepText(step)})`);
  }
  status.currentStepIndex = index;
  applyPauseDecision(rollout, status, decision, now);
  await finish(pass, status);
}
