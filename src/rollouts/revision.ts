import type { ReplicaSet } from '../kube/generated/types.ts';
import type { KubeObject } from '../kube/object.ts';
import { REVISION } from './rollout.ts';

export const REVISION_HISTORY = 'rollout.argoproj.io/revision-history';
export const DESIRED_REPLICAS = 'rollout.argoproj.io/desired-replicas';
const NOT_COPIED = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  'notified.notifications.argoproj.io',
]);

export function revisionOf(object: KubeObject | undefined): number {
  return Number(object?.metadata.annotations?.[REVISION] ?? 0) || 0;
}

export function highestRevision(sets: readonly ReplicaSet[]): number {
  return Math.max(0, ...sets.map(revisionOf));
}

/** Annotations of a Rollout that its current ReplicaSet carries too. */
export function copiedAnnotations(rollout: KubeObject): Record<string, string> {
  return Object.fromEntries(Object.entries(rollout.metadata.annotations ?? {}).filter(([key]) => !NOT_COPIED.has(key)));
}

/**
 * The annotations of the current ReplicaSet: its revision is above every other one's; a ReplicaSet that is used again keeps
 * its former revisions as history.
 */
export function annotationsForNewReplicaSet(rollout: KubeObject, newRS: ReplicaSet, others: readonly ReplicaSet[]): Record<string, string> {
  const before = newRS.metadata.annotations ?? {};
  const after: Record<string, string> = { ...before, ...copiedAnnotations(rollout) };
  const revision = Math.max(revisionOf(newRS), highestRevision(others) + 1);
  const raised = highestRevision(others) + 1 > revisionOf(newRS);
  if (raised) {
    after[REVISION] = String(revision);
    if (before[REVISION] !== undefined)
      after[REVISION_HISTORY] =
        before[REVISION_HISTORY] === undefined ? before[REVISION] : `${before[REVISION_HISTORY]},${before[REVISION]}`;
  }
  return after;
}
