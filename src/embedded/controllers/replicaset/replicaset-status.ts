import type { Pod, ReplicaSet, ReplicaSetCondition, ReplicaSetStatus } from '../../../kube/generated/types.ts';
import { isPodAvailable, isPodReady } from '../pod-state.ts';

/** What went wrong while Pods were created or deleted. */
export interface ReplicaFailure {
  reason: 'FailedCreate' | 'FailedDelete';
  message: string;
}

/** The status of a ReplicaSet from its active Pods (k8s.io/kubernetes/pkg/controller/replicaset/replica_set_utils.go). */
export function replicaSetStatus(
  set: ReplicaSet,
  active: readonly Pod[],
  failure: ReplicaFailure | undefined,
  now: { ms: number; text: string },
): ReplicaSetStatus {
  const templateLabels = Object.entries(set.spec.template?.metadata?.labels ?? {});
  const minReadySeconds = set.spec.minReadySeconds ?? 0;
  const ready = active.filter(isPodReady);
  const conditions = conditionsWith(set.status?.conditions, failure, now.text);
  const counts = {
    fullyLabeledReplicas: active.filter((pod) => templateLabels.every(([key, value]) => pod.metadata.labels?.[key] === value)).length,
    readyReplicas: ready.length,
    availableReplicas: ready.filter((pod) => isPodAvailable(pod, minReadySeconds, now.ms)).length,
  };
  return {
    replicas: active.length,
    // Go leaves these out of the JSON when they are zero.
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    observedGeneration: set.metadata.generation,
    ...(conditions.length > 0 ? { conditions } : {}),
  };
}

function conditionsWith(
  before: readonly ReplicaSetCondition[] = [],
  failure: ReplicaFailure | undefined,
  now: string,
): ReplicaSetCondition[] {
  const known = before.find((condition) => condition.type === 'ReplicaFailure');
  const others = before.filter((condition) => condition.type !== 'ReplicaFailure');
  if (failure === undefined) return others;
  if (known !== undefined) return [...before];
  return [...others, { type: 'ReplicaFailure', status: 'True', lastTransitionTime: now, ...failure }];
}
