import type { PodDisruptionBudget } from '../../../kube/generated/types.ts';
import { scaledValue } from '../int-or-percent.ts';

export interface DisruptionCounts {
  expectedPods: number;
  desiredHealthy: number;
  currentHealthy: number;
  disruptionsAllowed: number;
}

/** What a budget allows now (k8s.io/kubernetes/pkg/controller/disruption). `scale`: the replicas that the Pods' controllers want. */
export function disruptionCounts(
  budget: PodDisruptionBudget,
  pods: { matching: number; healthy: number; scale: number },
): DisruptionCounts {
  const { minAvailable, maxUnavailable } = budget.spec ?? {};
  let expectedPods = pods.matching;
  let desiredHealthy = 0;
  if (maxUnavailable !== undefined) {
    expectedPods = pods.scale;
    desiredHealthy = Math.max(0, expectedPods - scaledValue(maxUnavailable, expectedPods, 'up'));
  } else if (typeof minAvailable === 'number') desiredHealthy = minAvailable;
  else if (minAvailable !== undefined) {
    expectedPods = pods.scale;
    desiredHealthy = scaledValue(minAvailable, expectedPods, 'up');
  }
  const disruptionsAllowed = expectedPods <= 0 ? 0 : Math.max(0, pods.healthy - desiredHealthy);
  return { expectedPods, desiredHealthy, currentHealthy: pods.healthy, disruptionsAllowed };
}
