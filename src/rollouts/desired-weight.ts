import type { ReplicaSet } from '../kube/generated/types.ts';
import { lastSetWeight } from './planned-scale.ts';
import { countsOf, hashOf } from './replica-set-view.ts';
import type { Rollout } from './rollout.ts';
import { canaryOf, isFullyPromoted, maxWeightOf, replicasOf, stepsOf } from './strategy-defaults.ts';

export interface WeightInput {
  rollout: Rollout;
  newRS: ReplicaSet | undefined;
  stableRS: ReplicaSet | undefined;
  /** Whether the replica counts are what the current step asks for. */
  atTarget: boolean;
}

/**
 * With `dynamicStableScale` an abort walks the `setWeight` steps backwards: the next lower weight for which stable has to
 * grow, 0 when there is none. Never above the present weight.
 */
export function dynamicRollbackTarget(rollout: Rollout, stableRS: ReplicaSet | undefined, canaryRS: ReplicaSet | undefined): number {
  const replicas = replicasOf(rollout);
  const current = rollout.status?.canary?.weights?.canary.weight ?? 0;
  if (current === 0) return 0;
  const bound = Math.max(replicas - countsOf(stableRS).available, countsOf(canaryRS).available);
  const target =
    stepsOf(rollout).findLast(
      (step) => step.setWeight !== undefined && Math.ceil((replicas * step.setWeight) / maxWeightOf(rollout)) < bound,
    )?.setWeight ?? 0;
  return Math.min(target, current);
}

/** Whether stable has the Pods for the traffic that a canary weight leaves to it. */
export function canStableServe(rollout: Rollout, stableRS: ReplicaSet | undefined, canaryWeight: number): boolean {
  if (stableRS === undefined) return false;
  const max = maxWeightOf(rollout);
  return countsOf(stableRS).available >= Math.floor(((max - canaryWeight) * replicasOf(rollout)) / max);
}

/** The weight that the canary should have, by the first rule that fits. */
export function desiredCanaryWeight({ rollout, newRS, stableRS, atTarget }: WeightInput): number {
  const { abort, promoteFull, currentStepIndex, canary } = rollout.status ?? {};
  const max = maxWeightOf(rollout);
  const steps = stepsOf(rollout);
  const statusWeight = canary?.weights?.canary.weight ?? 0;
  const dynamic = canaryOf(rollout).dynamicStableScale === true;
  if (isFullyPromoted(rollout)) return 0;
  if (abort) return dynamic ? dynamicRollbackTarget(rollout, stableRS, newRS) : 0;
  if (countsOf(newRS).available === 0) return 0;
  if (promoteFull) return dynamic ? Math.floor((max * countsOf(newRS).available) / Math.max(1, replicasOf(rollout))) : statusWeight;
  const index = currentStepIndex ?? steps.length;
  if (!atTarget) return lastSetWeight(rollout, index - 1);
  return index < steps.length ? lastSetWeight(rollout, index) : max;
}

/** Whether a Rollout that went back to its stable version must first get stable's Pods back (`dynamicStableScale`). */
export function isRollingBackDynamically(rollout: Rollout, newRS: ReplicaSet | undefined, stableRS: ReplicaSet | undefined): boolean {
  const weights = rollout.status?.canary?.weights;
  return (
    canaryOf(rollout).dynamicStableScale === true &&
    stableRS !== undefined &&
    hashOf(stableRS) === hashOf(newRS) &&
    (weights?.canary.weight ?? 0) > 0 &&
    weights?.canary.podTemplateHash !== hashOf(stableRS) &&
    countsOf(stableRS).available < replicasOf(rollout)
  );
}
