import type { Deployment, ReplicaSet } from '../../../kube/generated/types.ts';
import { MAX_REPLICAS } from './revision.ts';
import { fencepostsOf, specReplicas } from './rolling-update.ts';

/**
 * Sizes of the active ReplicaSets after the Deployment was scaled in the middle of a rollout: each keeps its share, what is
 * left over goes to the largest (deployment/sync.go scale). Returned in the order in which they are scaled.
 */
export function proportionalSizes(deployment: Deployment, active: readonly ReplicaSet[]): { set: ReplicaSet; to: number }[] {
  const wanted = deployment.spec.replicas ?? 1;
  const allowed = wanted > 0 ? wanted + fencepostsOf(deployment).maxSurge : 0;
  const toAdd = allowed - specReplicas(active);
  const ageMs = (set: ReplicaSet): number => Date.parse(set.metadata.creationTimestamp);
  const bySize = [...active].sort(
    (a, b) => (b.spec.replicas ?? 1) - (a.spec.replicas ?? 1) || (toAdd > 0 ? ageMs(b) - ageMs(a) : ageMs(a) - ageMs(b)),
  );
  let added = 0;
  const sizes = bySize.map((set) => {
    const share = toAdd === 0 ? 0 : proportion(set, deployment, allowed, toAdd, added);
    added += share;
    return { set, to: (set.spec.replicas ?? 1) + share };
  });
  const first = sizes[0];
  if (first !== undefined && toAdd !== 0) first.to = Math.max(0, first.to + toAdd - added);
  return sizes;
}

function proportion(set: ReplicaSet, deployment: Deployment, allowed: number, toAdd: number, added: number): number {
  const size = set.spec.replicas ?? 1;
  if (size === 0 || toAdd === added) return 0;
  const fraction = (deployment.spec.replicas ?? 1) === 0 ? -size : Math.round((size * allowed) / maxBefore(set, deployment)) - size;
  const rest = toAdd - added;
  return toAdd > 0 ? Math.min(fraction, rest) : Math.max(fraction, rest);
}

/** The Pods that were allowed in all when the set was last scaled. */
function maxBefore(set: ReplicaSet, deployment: Deployment): number {
  const noted = Number(set.metadata.annotations?.[MAX_REPLICAS]);
  return noted > 0 ? noted : deployment.status?.replicas || 1;
}
