import type { Rollout } from '../rollout.ts';
import { stepsOf } from '../strategy-defaults.ts';

/** Whether a step is left to run. */
export function hasCurrentStep(rollout: Rollout): boolean {
  return (rollout.status?.currentStepIndex ?? 0) < stepsOf(rollout).length;
}

/** `index/count`, or empty without steps. */
export function stepPosition(rollout: Rollout): string {
  const count = stepsOf(rollout).length;
  const index = rollout.status?.currentStepIndex;
  return count === 0 || index === undefined ? '' : `${index}/${count}`;
}
