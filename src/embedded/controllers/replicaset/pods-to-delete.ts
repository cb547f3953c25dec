import { findCondition } from '../../../kube/conditions.ts';
import type { Pod } from '../../../kube/generated/types.ts';
import { isPodReady } from '../pod-state.ts';

const PHASE_RANK: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };
const COST = 'controller.kubernetes.io/pod-deletion-cost';

/**
 * The `count` Pods that go first when a ReplicaSet shrinks: unassigned, then pending, not ready, cheap, crowded on their
 * node, ready for a shorter time, restarted more, younger (k8s.io/kubernetes/pkg/controller ActivePodsWithRanks).
 */
export function podsToDelete(active: readonly Pod[], count: number, siblings: readonly Pod[] = active): Pod[] {
  if (count >= active.length) return [...active];
  const crowd = new Map<string, number>();
  for (const pod of siblings) if (pod.spec.nodeName !== undefined) crowd.set(pod.spec.nodeName, (crowd.get(pod.spec.nodeName) ?? 0) + 1);
  const rank = (pod: Pod): number => crowd.get(pod.spec.nodeName ?? '') ?? 0;
  return [...active].sort((a, b) => compare(a, b, rank)).slice(0, count);
}

function compare(a: Pod, b: Pod, rank: (pod: Pod) => number): number {
  const differences = [
    Number(Boolean(a.spec.nodeName)) - Number(Boolean(b.spec.nodeName)),
    (PHASE_RANK[a.status?.phase ?? ''] ?? 0) - (PHASE_RANK[b.status?.phase ?? ''] ?? 0),
    Number(isPodReady(a)) - Number(isPodReady(b)),
    deletionCost(a) - deletionCost(b),
    rank(b) - rank(a),
    readySinceMs(b) - readySinceMs(a),
    restarts(b) - restarts(a),
    Date.parse(b.metadata.creationTimestamp) - Date.parse(a.metadata.creationTimestamp),
  ];
  return differences.find((difference) => difference !== 0) ?? (a.metadata.uid < b.metadata.uid ? -1 : 1);
}

function deletionCost(pod: Pod): number {
  const cost = Number(pod.metadata.annotations?.[COST] ?? 0);
  return Number.isInteger(cost) ? cost : 0;
}

function readySinceMs(pod: Pod): number {
  const ready = findCondition(pod.status?.conditions, 'Ready');
  return ready?.status === 'True' && ready.lastTransitionTime !== undefined ? Date.parse(ready.lastTransitionTime) : 0;
}

function restarts(pod: Pod): number {
  return Math.max(0, ...(pod.status?.containerStatuses ?? []).map((status) => status.restartCount));
}
