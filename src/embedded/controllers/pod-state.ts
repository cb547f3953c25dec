import { findCondition, isConditionTrue } from '../../kube/conditions.ts';
import type { Pod } from '../../kube/generated/types.ts';

/** Condition `Ready` is True. */
export function isPodReady(pod: Pod): boolean {
  return isConditionTrue(pod.status?.conditions, 'Ready');
}

/** Neither finished nor on its way out: counts towards a controller's replicas. */
export function isPodActive(pod: Pod): boolean {
  return !isPodFinished(pod) && pod.metadata.deletionTimestamp === undefined;
}

export function isPodFinished(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** When the Pod has been ready for `minReadySeconds` (ms since the epoch); `undefined` while it is not ready. */
export function podAvailableAtMs(pod: Pod, minReadySeconds: number): number | undefined {
  const ready = findCondition(pod.status?.conditions, 'Ready');
  if (ready?.status !== 'True') return undefined;
  if (minReadySeconds === 0) return 0;
  return ready.lastTransitionTime === undefined ? undefined : Date.parse(ready.lastTransitionTime) + minReadySeconds * 1000;
}

export function isPodAvailable(pod: Pod, minReadySeconds: number, nowMs: number): boolean {
  const atMs = podAvailableAtMs(pod, minReadySeconds);
  return atMs !== undefined && atMs <= nowMs;
}

/** How long until the next of these Pods becomes available by time alone; `undefined` when none waits. */
export function nextAvailableInMs(pods: readonly Pod[], minReadySeconds: number, nowMs: number): number | undefined {
  const waits = pods
    .map((pod) => podAvailableAtMs(pod, minReadySeconds))
    .filter((atMs): atMs is number => atMs !== undefined && atMs > nowMs);
  return waits.length === 0 ? undefined : Math.min(...waits) - nowMs;
}
