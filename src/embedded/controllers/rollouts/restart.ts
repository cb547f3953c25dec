import { isConditionTrue } from '../../../kube/conditions.ts';
import type { Pod, ReplicaSet } from '../../../kube/generated/types.ts';
import { keyOf } from '../../../kube/object.ts';
import { pods } from '../../../kube/resource-type.ts';
import { isStatus } from '../../../kube/status-error.ts';
import { sumOf } from '../../../rollouts/replica-set-view.ts';
import { replicasOf, surgeAndUnavailable } from '../../../rollouts/strategy-defaults.ts';
import { allReplicaSets, type Pass } from './pass.ts';
import { writeStatus } from './status.ts';

const RECHECK_MS = 30_000;

/**
 * Evicts Pods that are older than `spec.restartAt`, stable ones first, as many at a time as may be unavailable. Resolves to
 * true when the pass must end because Pods were evicted.
 */
export async function reconcileRestart(pass: Pass): Promise<boolean> {
  const { rollout, nowMs, world } = pass;
  const { restartAt } = rollout.spec;
  if (restartAt === undefined || restartAt === rollout.status?.restartedAt) return false;
  const atMs = Date.parse(restartAt);
  if (atMs > nowMs) {
    pass.wakeUpsMs.push(atMs - nowMs);
    return false;
  }
  const sets = allReplicaSets(pass).sort(
    (a, b) => Number(b.metadata.uid === pass.stableRS?.metadata.uid) - Number(a.metadata.uid === pass.stableRS?.metadata.uid),
  );
  const all = sets.flatMap((rs: ReplicaSet) => world.pods.by('owner', rs.metadata.uid));
  const old = all.filter((pod) => Date.parse(pod.metadata.creationTimestamp ?? '') < atMs);
  if (old.length === 0) {
    pass.rollout = await writeStatus(world, rollout, { ...rollout.status, restartedAt: restartAt });
    return false;
  }
  const wanted = Math.max(replicasOf(rollout), sumOf(sets, 'spec'));
  // ReplicaSets learn late that a Pod is going; what is known of the Pods themselves counts, too.
  const isLeaving = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== undefined || world.evictedPods.has(pod.metadata.uid);
  const serving = all.filter((pod) => !isLeaving(pod) && isConditionTrue(pod.status?.conditions, 'Ready')).length;
  let budget = Math.max(surgeAndUnavailable(rollout).maxUnavailable, 1) - (wanted - Math.min(sumOf(sets, 'available'), serving));
  let evicted = false;
  for (const pod of old) {
    if (budget <= 0 || isLeaving(pod)) continue;
    try {
      const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod.metadata.name, namespace: pod.metadata.namespace } };
      await world.deps.api.createSubresource(pods, keyOf(pod), 'eviction', body);
      world.evictedPods.add(pod.metadata.uid);
      budget -= 1;
      evicted = true;
    } catch (error) {
      if (isStatus(error, 'TooManyRequests')) break;
      if (!isStatus(error, 'NotFound')) throw error;
    }
  }
  pass.wakeUpsMs.push(RECHECK_MS);
  return evicted;
}
