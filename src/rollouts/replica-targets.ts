import type { ReplicaSet } from '../kube/generated/types.ts';
import { previewReplicas } from './blue-green.ts';
import { dynamicRollbackTarget } from './desired-weight.ts';
import { plannedScale, plannedWeight } from './planned-scale.ts';
import { countsOf, hashOf, type ReplicaCounts, sumOf } from './replica-set-view.ts';
import { basicReplicaSplit, routedReplicaSplit, type Split } from './replica-split.ts';
import type { Rollout } from './rollout.ts';
import {
  abortScaleDownDelaySeconds,
  blueGreenOf,
  canaryOf,
  hasTrafficRouting,
  isFullyPromoted,
  maxWeightOf,
  replicasOf,
  surgeAndUnavailable,
} from './strategy-defaults.ts';

/** The ReplicaSets of one Rollout, sorted into their parts. */
export interface ReplicaSetParts {
  newRS: ReplicaSet | undefined;
  stableRS: ReplicaSet | undefined;
  otherRSs: readonly ReplicaSet[];
}

/** The counts that the canary and the stable ReplicaSet should have now. */
export function replicaTargets(rollout: Rollout, { newRS, stableRS, otherRSs }: ReplicaSetParts): Split {
  const replicas = replicasOf(rollout);
  const canary = countsOf(newRS);
  const separate = stableRS !== undefined && hashOf(stableRS) !== hashOf(newRS);
  if (!separate) return { canary: replicas, stable: 0 };
  if (blueGreenOf(rollout) !== undefined) return { canary: previewReplicas(rollout, newRS), stable: replicas };
  if (!hasTrafficRouting(rollout)) {
    return basicReplicaSplit({
      replicas,
      weight: plannedWeight(rollout),
      maxWeight: maxWeightOf(rollout),
      ...surgeAndUnavailable(rollout),
      stable: countsOf(stableRS),
      canary,
      othersSpec: sumOf(otherRSs, 'spec'),
    });
  }
  const strategy = canaryOf(rollout);
  const weights = rollout.status?.canary?.weights;
  const aborted = rollout.status?.abort === true;
  const statusCanaryWeight = weights?.canary.weight ?? 0;
  const stableWeight = maxWeightOf(rollout) - (aborted ? dynamicRollbackTarget(rollout, stableRS, newRS) : plannedWeight(rollout));
  const split = routedReplicaSplit({
    replicas,
    maxWeight: maxWeightOf(rollout),
    plan: plannedScale(rollout),
    minPodsPerReplicaSet: strategy.minPodsPerReplicaSet,
    dynamicStableScale: strategy.dynamicStableScale
      ? { statusCanaryWeight, statusStableWeight: weights?.stable.weight ?? maxWeightOf(rollout), stableWeight, aborted }
      : undefined,
  });
  // With an explicit delay the canary keeps its Pods until no traffic is left on it.
  if (strategy.dynamicStableScale && aborted && abortScaleDownDelaySeconds(rollout) !== undefined && statusCanaryWeight > 0)
    return { ...split, canary: canary.spec };
  return split;
}

/** Whether the canary's available Pods count as ready for `wanted` of them. */
function isCanaryReady(rollout: Rollout, canary: ReplicaCounts, wanted: number): boolean {
  const threshold = canaryOf(rollout).replicaProgressThreshold;
  if (threshold === undefined) return canary.spec === wanted && canary.available === wanted;
  const needed = threshold.type === 'Percent' ? Math.ceil((wanted * threshold.value) / 100) : Math.min(threshold.value, wanted);
  return canary.spec === wanted && canary.available >= needed;
}

/** Whether both sides have the counts that the current step asks for; a `setWeight` step is complete then. */
export function isAtReplicaTargets(rollout: Rollout, parts: ReplicaSetParts): boolean {
  const target = replicaTargets(rollout, parts);
  const stable = countsOf(parts.stableRS);
  const separate = parts.stableRS !== undefined && hashOf(parts.stableRS) !== hashOf(parts.newRS);
  if (!isCanaryReady(rollout, countsOf(parts.newRS), target.canary)) return false;
  if (
    separate &&
    !(hasTrafficRouting(rollout) && canaryOf(rollout).dynamicStableScale) &&
    (stable.spec !== target.stable || stable.replicas !== target.stable)
  )
    return false;
  return hasTrafficRouting(rollout) || sumOf(parts.otherRSs, 'available') === 0;
}

/** Whether the current version has all the Pods that a promotion needs. */
export function isReadyToPromote(rollout: Rollout, newRS: ReplicaSet | undefined): boolean {
  if (newRS === undefined) return false;
  const replicas = replicasOf(rollout);
  const { available } = countsOf(newRS);
  const threshold = canaryOf(rollout).replicaProgressThreshold;
  if (threshold === undefined || isFullyPromoted(rollout)) return available >= replicas;
  return available >= (threshold.type === 'Percent' ? Math.ceil((replicas * threshold.value) / 100) : Math.min(threshold.value, replicas));
}
