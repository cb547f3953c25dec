import type { Deployment, ReplicaSet } from '../../../kube/generated/types.ts';
import { fencepostsOf } from './rolling-update.ts';

export const REVISION = 'deployment.kubernetes.io/revision';
export const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';

/** Annotations of a Deployment that its ReplicaSets do not get (deployment/util annotationsToSkip). */
const NOT_COPIED = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  'deprecated.deployment.rollback.to',
]);

export function revisionOf(object: Deployment | ReplicaSet): number {
  const revision = Number(object.metadata.annotations?.[REVISION] ?? 0);
  return Number.isInteger(revision) ? revision : 0;
}

export function highestRevision(sets: readonly ReplicaSet[]): number {
  return Math.max(0, ...sets.map(revisionOf));
}

/** Annotations of the ReplicaSet for the current template: the Deployment's own, the revision, and the revisions it had before. */
export function newSetAnnotations(
  deployment: Deployment,
  before: Readonly<Record<string, string>> = {},
  revision: number,
  exists: boolean,
): Record<string, string> {
  const annotations: Record<string, string> = { ...before };
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {})) if (!NOT_COPIED.has(key)) annotations[key] = value;
  const oldRevision = Number(before[REVISION] ?? 0);
  if (oldRevision < revision) {
    annotations[REVISION] = String(revision);
    if (oldRevision > 0)
      annotations[REVISION_HISTORY] = [...(before[REVISION_HISTORY] ? [before[REVISION_HISTORY]] : []), String(oldRevision)].join(',');
  }
  return exists ? annotations : { ...annotations, ...sizeAnnotations(deployment) };
}

/** What was asked for when the ReplicaSet was last scaled: proportional scaling needs it later. */
export function sizeAnnotations(deployment: Deployment): Record<string, string> {
  const wanted = deployment.spec.replicas ?? 1;
  return { [DESIRED_REPLICAS]: String(wanted), [MAX_REPLICAS]: String(wanted + fencepostsOf(deployment).maxSurge) };
}

/** The Deployment was scaled since one of its active ReplicaSets was (deployment/sync.go isScalingEvent). */
export function wasScaled(deployment: Deployment, sets: readonly ReplicaSet[]): boolean {
  return sets.some((set) => {
    const noted = set.metadata.annotations?.[DESIRED_REPLICAS];
    return (set.spec.replicas ?? 1) > 0 && noted !== undefined && Number(noted) !== (deployment.spec.replicas ?? 1);
  });
}
