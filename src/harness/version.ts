import type { AnyObject, ObjectKey } from '../kube/object.ts';
import { replicaSets } from '../kube/resource-type.ts';
import { POD_TEMPLATE_HASH, REVISION } from '../rollouts/rollout.ts';
import type { CheckContext } from './check.ts';

/** Which Pods are meant: those of a Rollout's revision, or those of a Deployment's newest one. */
export type Version = { rollout: Required<ObjectKey>; revision: number } | { deployment: Required<ObjectKey> };

/** The Pod template hash of the version's Pods, found on its ReplicaSet; `undefined` when there is none. */
export async function versionHash(version: Version, ctx: Pick<CheckContext, 'api' | 'signal'>): Promise<string | undefined> {
  const { namespace } = 'rollout' in version ? version.rollout : version.deployment;
  const items = (await ctx.api.list(replicaSets, { namespace }, { signal: ctx.signal })).items as unknown as AnyObject[];
  return 'rollout' in version ? hashOfRevision(items, version.rollout.name, version.revision) : newestHash(items, version.deployment.name);
}

/** `revision 2`, or the Deployment's name. */
export function versionName(version: Version): string {
  return 'rollout' in version ? `revision ${version.revision}` : version.deployment.name;
}

/** The Pod template hash of a Rollout's revision, found on its ReplicaSets. */
export function hashOfRevision(sets: readonly AnyObject[], rollout: string, revision: number): string | undefined {
  return ownedBy(sets, 'Rollout', rollout).find((set) => set.metadata.annotations?.[REVISION] === String(revision))?.metadata.labels?.[
    POD_TEMPLATE_HASH
  ];
}

/** The ReplicaSets whose owner is the object of that kind and name. */
export function ownedBy(sets: readonly AnyObject[], kind: 'Rollout' | 'Deployment', name: string): AnyObject[] {
  return sets.filter((set) => set.metadata.ownerReferences?.some((owner) => owner.kind === kind && owner.name === name));
}

function newestHash(sets: readonly AnyObject[], deployment: string): string | undefined {
  const at = (set: AnyObject): number => Number(set.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0);
  return ownedBy(sets, 'Deployment', deployment).sort((a, b) => at(b) - at(a))[0]?.metadata.labels?.['pod-template-hash'];
}
