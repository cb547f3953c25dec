import type { Deployment, ReplicaSet } from '../../../kube/generated/types.ts';
import { scaledValue } from '../int-or-percent.ts';

/** How far a rolling update may leave the wanted number of Pods, in Pods. */
export interface Fenceposts {
  maxSurge: number;
  maxUnavailable: number;
}

/** Surge rounds up, unavailable down; when both come out 0 one Pod may be unavailable (deployment/util ResolveFenceposts). */
export function fencepostsOf(deployment: Deployment): Fenceposts {
  const { strategy, replicas = 1 } = deployment.spec;
  if (strategy?.type === 'Recreate') return { maxSurge: 0, maxUnavailable: 0 };
  const maxSurge = scaledValue(strategy?.rollingUpdate?.maxSurge, replicas, 'up', '25%');
  const unavailable = scaledValue(strategy?.rollingUpdate?.maxUnavailable, replicas, 'down', '25%');
  const maxUnavailable = maxSurge === 0 && unavailable === 0 ? 1 : unavailable;
  return { maxSurge, maxUnavailable: Math.min(maxUnavailable, replicas) };
}

export function specReplicas(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, set) => sum + (set.spec.replicas ?? 1), 0);
}

export function availableReplicas(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, set) => sum + (set.status?.availableReplicas ?? 0), 0);
}

/** The size the new ReplicaSet may have now: as large as the surge lets it, never smaller than it is (NewRSNewReplicas). */
export function newReplicaSetSize(deployment: Deployment, newSize: number, allSize: number): number {
  const wanted = deployment.spec.replicas ?? 1;
  if (deployment.spec.strategy?.type === 'Recreate') return wanted;
  const room = wanted + fencepostsOf(deployment).maxSurge - allSize;
  return room <= 0 ? newSize : newSize + Math.min(room, wanted - newSize);
}

/** One step down of an old ReplicaSet. */
export interface ScaleDown {
  set: ReplicaSet;
  to: number;
}

const oldestFirst = (sets: readonly ReplicaSet[]): ReplicaSet[] =>
  [...sets].sort(
    (a, b) =>
      Date.parse(a.metadata.creationTimestamp) - Date.parse(b.metadata.creationTimestamp) || (a.metadata.name < b.metadata.name ? -1 : 1),
  );

/**
 * How the old ReplicaSets shrink in this pass: first Pods that are not available anyway, then as many available ones as
 * leaves the minimum (deployment/rolling.go reconcileOldReplicaSets).
 */
export function scaleDownOld(deployment: Deployment, newSet: ReplicaSet, old: readonly ReplicaSet[]): ScaleDown[] {
  const active = old.filter((set) => (set.spec.replicas ?? 1) > 0);
  const minAvailable = (deployment.spec.replicas ?? 1) - fencepostsOf(deployment).maxUnavailable;
  const newUnavailable = (newSet.spec.replicas ?? 1) - (newSet.status?.availableReplicas ?? 0);
  const allowed = specReplicas([...old, newSet]) - minAvailable - newUnavailable;
  if (active.length === 0 || allowed <= 0) return [];

  const sizes = new Map(active.map((set) => [set, set.spec.replicas ?? 1]));
  let unhealthy = allowed;
  for (const set of oldestFirst(active)) {
    const size = sizes.get(set)!;
    const step = Math.min(unhealthy, Math.max(0, size - (set.status?.availableReplicas ?? 0)));
    sizes.set(set, size - step);
    unhealthy -= step;
  }
  let healthy = Math.max(0, availableReplicas([...old, newSet]) - minAvailable);
  for (const set of oldestFirst(active)) {
    const size = sizes.get(set)!;
    const step = Math.min(healthy, size);
    sizes.set(set, size - step);
    healthy -= step;
  }
  return oldestFirst(active)
    .filter((set) => sizes.get(set) !== set.spec.replicas)
    .map((set) => ({ set, to: sizes.get(set)! }));
}
