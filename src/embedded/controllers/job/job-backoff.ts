import type { Pod } from '../../../kube/generated/types.ts';

const FIRST_MS = 10_000;
const LAST_MS = 10 * 60_000;

/** When a Pod ended (ms since the epoch): its last container, else when it stopped being ready, was deleted, or was made. */
export function finishedAtMs(pod: Pod): number {
  const ends = (pod.status?.containerStatuses ?? [])
    .map((status) => status.state?.terminated?.finishedAt)
    .filter((at): at is string => typeof at === 'string')
    .map((at) => Date.parse(at));
  if (ends.length > 0) return Math.max(...ends);
  const ready = pod.status?.conditions?.find((condition) => condition.type === 'Ready');
  return Date.parse(ready?.lastTransitionTime ?? pod.metadata.deletionTimestamp ?? pod.metadata.creationTimestamp);
}

/**
 * How long a Job still waits before it replaces failed Pods: 10 s after the first failure in a row, doubling up to 10
 * minutes (k8s.io/kubernetes/pkg/controller/job/backoff_utils.go).
 */
export function replacementDelayMs(pods: readonly Pod[], nowMs: number): number {
  const ends = (phase: string): number[] => pods.filter((pod) => pod.status?.phase === phase).map(finishedAtMs);
  const lastSuccessMs = Math.max(0, ...ends('Succeeded'));
  const failures = ends('Failed').filter((atMs) => atMs > lastSuccessMs);
  if (failures.length === 0) return 0;
  const waitMs = Math.min(FIRST_MS * 2 ** (failures.length - 1), LAST_MS);
  return Math.max(0, Math.max(...failures) + waitMs - nowMs);
}
