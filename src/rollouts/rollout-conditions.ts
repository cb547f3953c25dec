import { findCondition } from '../kube/conditions.ts';
import type { ReplicaSet } from '../kube/generated/types.ts';
import { aCondition, replaceCondition, setCondition } from './conditions.ts';
import { hashOf, sumOf } from './replica-set-view.ts';
import { revisionOf } from './revision.ts';
import { type Rollout, type RolloutCondition, type RolloutStatus, SCALE_DOWN_DEADLINE } from './rollout.ts';
import { currentStepOf, replicasOf, stepsOf } from './strategy-defaults.ts';

export interface ConditionFacts {
  rollout: Rollout;
  /** The status being written, without its conditions and phase. */
  status: RolloutStatus;
  newRS: ReplicaSet | undefined;
  allRSs: readonly ReplicaSet[];
  aborted: boolean;
  /** Why it was aborted; '' when nobody said. */
  abortReason: string;
  nowMs: number;
}
export interface RolloutEvent {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

export function isHealthy(rollout: Rollout, status: RolloutStatus): boolean {
  const replicas = replicasOf(rollout);
  const paused = rollout.spec.paused === true || (status.pauseConditions ?? []).length > 0;
  const counts = [status.updatedReplicas, status.availableReplicas, status.replicas].every((count) => (count ?? 0) === replicas);
  const active = rollout.spec.strategy.blueGreen === undefined || status.blueGreen?.activeSelector === status.currentPodHash;
  return (
    !paused && active && counts && (status.currentStepIndex ?? stepsOf(rollout).length) === stepsOf(rollout).length && isComplete(status)
  );
}

export function isComplete(status: RolloutStatus): boolean {
  return status.stableRS !== undefined && status.stableRS !== '' && status.stableRS === status.currentPodHash;
}

/** Whether the status to be written is further than the stored one. */
function hasProgressed({ rollout, status }: ConditionFacts): boolean {
  const before = rollout.status ?? {};
  const old = (s: RolloutStatus): number => (s.replicas ?? 0) - (s.updatedReplicas ?? 0);
  return (
    (status.updatedReplicas ?? 0) !== (before.updatedReplicas ?? 0) ||
    old(status) < old(before) ||
    (status.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (status.availableReplicas ?? 0) > (before.availableReplicas ?? 0) ||
    status.currentStepIndex !== before.currentStepIndex ||
    status.currentStepHash !== before.currentStepHash ||
    status.stableRS !== before.stableRS
  );
}

/** When the progress deadline passes, or `undefined` while it does not run (pauses, analyses, aborts, delayed scale-downs). */
export function progressDeadlineMs({ rollout, status, allRSs, aborted }: ConditionFacts): number | undefined {
  const progressing = findCondition(rollout.status?.conditions, 'Progressing');
  const step = currentStepOf(rollout)?.step;
  const { prePromotionAnalysisRunStatus: pre, postPromotionAnalysisRunStatus: post } = status.blueGreen ?? {};
  const waits =
    step?.pause !== undefined ||
    step?.analysis !== undefined ||
    step?.experiment !== undefined ||
    [pre, post].some((run) => run?.status === 'Running' || run?.status === 'Pending');
  const paused =
    findCondition(rollout.status?.conditions, 'Paused')?.status === 'True' ||
    rollout.spec.paused === true ||
    (status.pauseConditions ?? []).length > 0;
  const draining = allRSs.some(
    (rs) =>
      hashOf(rs) !== status.currentPodHash && (rs.spec.replicas ?? 0) > 0 && rs.metadata.annotations?.[SCALE_DOWN_DEADLINE] !== undefined,
  );
  if (progressing === undefined || waits || paused || aborted || draining || isHealthy(rollout, status)) return undefined;
  if (progressing.reason === 'NewReplicaSetAvailable' || progressing.reason === 'ProgressDeadlineExceeded') return undefined;
  return Date.parse(progressing.lastUpdateTime) + (rollout.spec.progressDeadlineSeconds ?? 600) * 1000;
}

export function hasTimedOut(facts: ConditionFacts): boolean {
  const deadlineMs = progressDeadlineMs(facts);
  return deadlineMs !== undefined && facts.nowMs > deadlineMs && !hasProgressed(facts);
}

/** The conditions of the status to be written, and the events that their changes make. */
export function nextConditions(facts: ConditionFacts): { conditions: RolloutCondition[]; events: RolloutEvent[] } {
  const { rollout, status, newRS, allRSs, nowMs } = facts;
  let conditions = [...(rollout.status?.conditions ?? [])].filter(({ type }) => type !== 'InvalidSpec');
  const events: RolloutEvent[] = [];
  const set = (type: string, value: RolloutCondition['status'], reason: string, message: string): boolean => {
    const result = setCondition(conditions, aCondition(nowMs, type, value, reason, message));
    conditions = result.conditions;
    return result.changed;
  };
  const paused =
    rollout.spec.paused === true || (rollout.status?.pauseConditions ?? []).length > 0 || (status.pauseConditions ?? []).length > 0;
  const healthy = isHealthy(rollout, status);
  const wasHealthy = findCondition(conditions, 'Healthy');
  if (healthy) set('Healthy', 'True', 'RolloutHealthy', 'Rollout is healthy');
  else if (wasHealthy !== undefined) set('Healthy', 'False', 'RolloutHealthy', 'Rollout is not healthy');
  const becameUnhealthy = !healthy && wasHealthy?.status === 'True';

  if (isComplete(status)) set('Completed', 'True', 'RolloutCompleted', 'RolloutCompleted');
  else if (set('Completed', 'False', 'RolloutCompleted', 'RolloutCompleted') && newRS !== undefined) {
    events.push({
      type: 'Normal',
      reason: 'RolloutNotCompleted',
      message: `Rollout not completed, started update to revision ${revisionOf(newRS)} (${hashOf(newRS)})`,
    });
  }

  const name = newRS?.metadata.name ?? rollout.metadata.name;
  if (facts.aborted) {
    const message = `Rollout aborted update to revision ${revisionOf(rollout)}${facts.abortReason ? `: ${facts.abortReason}` : ''}`;
    if (set('Progressing', 'False', 'RolloutAborted', message)) events.push({ type: 'Warning', reason: 'RolloutAborted', message });
  } else if (healthy) set('Progressing', 'True', 'NewReplicaSetAvailable', `ReplicaSet "${name}" has successfully progressed.`);
  else if (!paused && becameUnhealthy && isComplete(status)) {
    conditions = replaceCondition(
      conditions,
      aCondition(nowMs, 'Progressing', 'True', 'ReplicaSetNotAvailable', 'Rollout does not have minimum availability'),
    );
  } else if (!paused && (hasProgressed(facts) || becameUnhealthy)) {
    conditions = replaceCondition(
      conditions,
      aCondition(nowMs, 'Progressing', 'True', 'ReplicaSetUpdated', `ReplicaSet "${name}" is progressing.`),
    );
  } else if (hasTimedOut(facts)) set('Progressing', 'False', 'ProgressDeadlineExceeded', `ReplicaSet "${name}" has timed out progressing.`);

  const failure = [newRS, ...allRSs]
    .map((rs) => findCondition(rs?.status?.conditions, 'ReplicaFailure'))
    .find((condition) => condition !== undefined);
  if (failure === undefined) conditions = conditions.filter(({ type }) => type !== 'ReplicaFailure');
  else set('ReplicaFailure', failure.status as 'True', failure.reason ?? '', failure.message ?? '');

  const available = sumOf(allRSs, 'available') >= replicasOf(rollout);
  set(
    'Available',
    available ? 'True' : 'False',
    'AvailableReason',
    available ? 'Rollout has minimum availability' : 'Rollout does not have minimum availability',
  );
  return { conditions, events };
}

/** Changes of the Progressing and Paused conditions when a pause or an abort begins or ends; a pass that has some does no more. */
export function pauseConditionChanges(rollout: Rollout, nowMs: number): RolloutCondition[] {
  const { conditions = [], pauseConditions = [], abort } = rollout.status ?? {};
  const progressing = findCondition(conditions, 'Progressing');
  const paused = rollout.spec.paused === true || pauseConditions.length > 0;
  const aborted = progressing?.reason === 'RolloutAborted';
  const changes: RolloutCondition[] = [];
  const promoted = findCondition(conditions, 'Completed')?.status === 'True';
  if (!promoted && !aborted && paused !== (progressing?.reason === 'RolloutPaused')) {
    changes.push(
      paused
        ? aCondition(nowMs, 'Progressing', 'Unknown', 'RolloutPaused', 'Rollout is paused')
        : aCondition(nowMs, 'Progressing', 'Unknown', 'RolloutResumed', 'Rollout is resumed'),
    );
  }
  if (!abort && aborted) changes.push(aCondition(nowMs, 'Progressing', 'Unknown', 'RolloutRetry', 'Retrying Rollout after abort'));
  if (!aborted && paused !== (findCondition(conditions, 'Paused')?.status === 'True'))
    changes.push(aCondition(nowMs, 'Paused', paused ? 'True' : 'False', 'RolloutPaused', 'Rollout is paused'));
  return changes;
}
