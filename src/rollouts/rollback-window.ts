import type { ReplicaSet } from '../kube/generated/types.ts';
import { hashOf } from './replica-set-view.ts';
import type { Rollout } from './rollout.ts';

/** Whether going back to `newRS` may skip the steps: it is older than stable and few enough ReplicaSets lie between. */
export function isWithinRollbackWindow(
  rollout: Rollout,
  newRS: ReplicaSet | undefined,
  stableRS: ReplicaSet | undefined,
  owned: readonly ReplicaSet[],
): boolean {
  const revisions = rollout.spec.rollbackWindow?.revisions;
  if (revisions === undefined || newRS === undefined || stableRS === undefined || hashOf(newRS) === hashOf(stableRS)) return false;
  const createdAt = (rs: ReplicaSet): string => rs.metadata.creationTimestamp ?? '';
  if (createdAt(newRS) >= createdAt(stableRS)) return false;
  return owned.filter((rs) => createdAt(rs) > createdAt(newRS) && createdAt(rs) < createdAt(stableRS)).length < revisions;
}
