import { findCondition } from '../../../kube/conditions.ts';
import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from '../../../kube/generated/types.ts';
import { fencepostsOf, specReplicas } from './rolling-update.ts';

type Conditions = readonly DeploymentCondition[] | undefined;

const sum = (sets: readonly ReplicaSet[], field: 'replicas' | 'readyReplicas' | 'availableReplicas'): number =>
  sets.reduce((total, set) => total + (set.status?.[field] ?? 0), 0);

/** `set` replaces the condition of its type unless status and reason say the same already (deployment/util SetDeploymentCondition). */
export function setCondition(
  conditions: Conditions,
  condition: Pick<DeploymentCondition, 'type' | 'status' | 'reason' | 'message'>,
  now: string,
  refresh = false,
): DeploymentCondition[] {
  const before = findCondition(conditions, condition.type);
  if (!refresh && before !== undefined && before.status === condition.status && before.reason === condition.reason)
    return [...(conditions ?? [])];
  const lastTransitionTime = before?.status === condition.status ? before.lastTransitionTime : now;
  return [
    ...(conditions ?? []).filter((other) => other.type !== condition.type),
    { ...condition, lastUpdateTime: now, lastTransitionTime },
  ];
}

export function removeCondition(conditions: Conditions, type: string): DeploymentCondition[] {
  return (conditions ?? []).filter((condition) => condition.type !== type);
}

/** Counts and the Available condition (deployment/sync.go calculateStatus); the other conditions are carried over. */
export function countReplicas(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
  now: string,
): DeploymentStatus {
  const availableReplicas = sum(sets, 'availableReplicas');
  const enough = availableReplicas >= (deployment.spec.replicas ?? 1) - fencepostsOf(deployment).maxUnavailable;
  const { collisionCount } = deployment.status ?? {};
  const counts = {
    replicas: sum(sets, 'replicas'),
    updatedReplicas: newSet === undefined ? 0 : sum([newSet], 'replicas'),
    readyReplicas: sum(sets, 'readyReplicas'),
    availableReplicas,
    unavailableReplicas: Math.max(0, specReplicas(sets) - availableReplicas),
  };
  return {
    observedGeneration: deployment.metadata.generation,
    // Go leaves zero counts out of the JSON.
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    ...(collisionCount === undefined ? {} : { collisionCount }),
    conditions: setCondition(
      deployment.status?.conditions,
      enough
        ? { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' }
        : {
            type: 'Available',
            status: 'False',
            reason: 'MinimumReplicasUnavailable',
            message: 'Deployment does not have minimum availability.',
          },
      now,
    ),
  };
}

export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const wanted = deployment.spec.replicas ?? 1;
  return (
    (status.updatedReplicas ?? 0) === wanted &&
    (status.replicas ?? 0) === wanted &&
    (status.availableReplicas ?? 0) === wanted &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

function isProgressing(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const updated = (status: DeploymentStatus): number => status.updatedReplicas ?? 0;
  const old = (status: DeploymentStatus): number => (status.replicas ?? 0) - updated(status);
  return (
    updated(after) > updated(before) ||
    old(after) < old(before) ||
    (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

/** When the rollout counts as stuck (ms since the epoch); `undefined` when no deadline runs. */
export function progressDeadlineMs(deployment: Deployment): number | undefined {
  const deadline = deployment.spec.progressDeadlineSeconds;
  const condition = findCondition(deployment.status?.conditions, 'Progressing');
  if (!hasDeadline(deployment) || deadline === undefined || condition?.lastUpdateTime === undefined) return undefined;
  if (condition.reason === 'NewReplicaSetAvailable' || condition.reason === 'ProgressDeadlineExceeded') return undefined;
  return Date.parse(condition.lastUpdateTime) + deadline * 1000;
}

/** 2^31-1 stands for "no deadline" (deployment/util HasProgressDeadline). */
export function hasDeadline(deployment: Deployment): boolean {
  return deployment.spec.progressDeadlineSeconds !== undefined && deployment.spec.progressDeadlineSeconds !== 2 ** 31 - 1;
}

/** The status with its Progressing and ReplicaFailure conditions (deployment/progress.go syncRolloutStatus). */
export function rolloutStatus(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
  now: { ms: number; text: string },
): DeploymentStatus {
  const status = countReplicas(deployment, sets, newSet, now.text);
  const current = findCondition(deployment.status?.conditions, 'Progressing');
  let conditions: DeploymentCondition[] = status.conditions ?? [];
  if (!hasDeadline(deployment)) conditions = removeCondition(conditions, 'Progressing');
  const wasComplete = (status.replicas ?? 0) === (status.updatedReplicas ?? 0) && current?.reason === 'NewReplicaSetAvailable';
  if (hasDeadline(deployment) && !wasComplete) {
    const subject = newSet === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${newSet.metadata.name}"`;
    const deadlineMs = progressDeadlineMs(deployment);
    if (isComplete(deployment, status)) {
      conditions = setCondition(
        conditions,
        { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', message: `${subject} has successfully progressed.` },
        now.text,
      );
    } else if (isProgressing(deployment.status ?? {}, status)) {
      conditions = setCondition(
        conditions,
        { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated', message: `${subject} is progressing.` },
        now.text,
        true,
      );
    } else if (deadlineMs !== undefined && deadlineMs < now.ms) {
      conditions = setCondition(
        conditions,
        { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: `${subject} has timed out progressing.` },
        now.text,
      );
    }
  }
  const failure = replicaFailure(sets, newSet);
  conditions = failure === undefined ? removeCondition(conditions, 'ReplicaFailure') : setCondition(conditions, failure, now.text);
  return { ...status, conditions };
}

function replicaFailure(
  sets: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
): Pick<DeploymentCondition, 'type' | 'status' | 'reason' | 'message'> | undefined {
  for (const set of newSet === undefined ? sets : [newSet, ...sets]) {
    const failure = findCondition(set.status?.conditions, 'ReplicaFailure');
    if (failure !== undefined) return { type: 'ReplicaFailure', status: failure.status, reason: failure.reason, message: failure.message };
  }
  return undefined;
}
