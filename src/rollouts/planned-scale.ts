import type { CanaryPlan } from './replica-split.ts';
import type { Rollout } from './rollout.ts';
import { canaryOf, hasTrafficRouting, isFullyPromoted, maxWeightOf, stepsOf } from './strategy-defaults.ts';

/** The last `setWeight` at or before `index`; 0 if there is none. */
export function lastSetWeight(rollout: Rollout, index: number): number {
  return (
    stepsOf(rollout)
      .slice(0, index + 1)
      .findLast((step) => step.setWeight !== undefined)?.setWeight ?? 0
  );
}

/** The weight that the steps ask for now: what `get rollout` shows as SetWeight. */
export function plannedWeight(rollout: Rollout): number {
  const steps = stepsOf(rollout);
  const { abort, currentStepIndex, promoteFull } = rollout.status ?? {};
  if (promoteFull || isFullyPromoted(rollout)) return maxWeightOf(rollout);
  if (abort) return 0;
  if (steps.length === 0 || (currentStepIndex ?? 0) >= steps.length) return maxWeightOf(rollout);
  return lastSetWeight(rollout, currentStepIndex ?? 0);
}

/**
 * What the steps ask of the canary's size: the last `setCanaryScale` wins over weights until `matchTrafficWeight` ends it.
 * After an abort it only counts with `abortScaleDownDelaySeconds: 0`, and then as of the first step.
 */
export function plannedScale(rollout: Rollout): CanaryPlan {
  const weight = plannedWeight(rollout);
  const { abort, promoteFull, stableRS, currentStepIndex } = rollout.status ?? {};
  if (!stableRS) return { weight: maxWeightOf(rollout) };
  if (!hasTrafficRouting(rollout) || promoteFull || isFullyPromoted(rollout)) return { weight };
  if (abort && canaryOf(rollout).abortScaleDownDelaySeconds !== 0) return { weight: 0 };
  const index = abort ? 0 : (currentStepIndex ?? 0);
  if (index >= stepsOf(rollout).length) return { weight };
  const scale = stepsOf(rollout)
    .slice(0, index + 1)
    .findLast((step) => step.setCanaryScale !== undefined)?.setCanaryScale;
  if (scale?.replicas !== undefined) return { replicas: scale.replicas };
  if (scale?.weight !== undefined) return { weight: scale.weight };
  return { weight };
}
