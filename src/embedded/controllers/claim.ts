import type { LabelSelector, OwnerReference } from '../../kube/generated/types.ts';
import type { Informer } from '../../kube/informer.ts';
import type { KubeApi } from '../../kube/kube-api.ts';
import { selectorMatches } from '../../kube/label-selector.ts';
import { type KubeObject, keyOf } from '../../kube/object.ts';
import type { ResourceType } from '../../kube/resource-type.ts';
import { isStatus } from '../../kube/status-error.ts';
import { controllerRef, isControlledBy } from './controller-ref.ts';
import { orphansIn } from './orphan-index.ts';

/**
 * The dependents of `owner` after adopting matching orphans and releasing those that match no more
 * (k8s.io/kubernetes/pkg/controller/controller_ref_manager.go). The informer needs `indexOrphans`.
 */
export async function claim<T extends KubeObject, O extends KubeObject>(
  api: KubeApi,
  informer: Informer<T>,
  owner: { type: ResourceType<O>; object: O; selector: LabelSelector | undefined },
  mayAdopt: (object: T) => boolean = () => true,
): Promise<T[]> {
  const { type, object, selector } = owner;
  const claimed: T[] = [];
  const deleting = object.metadata.deletionTimestamp !== undefined;
  for (const dependent of informer.by('owner', object.metadata.uid)) {
    if (!isControlledBy(dependent, object)) continue;
    if (selectorMatches(selector, dependent.metadata.labels)) claimed.push(dependent);
    else if (!deleting) await release(api, informer.type, dependent, object);
  }
  if (deleting) return claimed;
  const orphans = orphansIn(informer, object.metadata.namespace).filter(
    (orphan) => orphan.metadata.deletionTimestamp === undefined && selectorMatches(selector, orphan.metadata.labels) && mayAdopt(orphan),
  );
  if (orphans.length === 0) return claimed;
  // The cached owner may be gone already; only a live one may adopt.
  const live = await api.get(type, keyOf(object));
  if (live === undefined || live.metadata.uid !== object.metadata.uid || live.metadata.deletionTimestamp !== undefined) return claimed;
  for (const orphan of orphans) {
    const adopted = await adopt(api, informer.type, orphan, controllerRef(type, object));
    if (adopted !== undefined) claimed.push(adopted);
  }
  return claimed;
}

async function adopt<T extends KubeObject>(
  api: KubeApi,
  type: ResourceType<T>,
  orphan: T,
  reference: OwnerReference,
): Promise<T | undefined> {
  const { uid } = orphan.metadata;
  try {
    return await api.patch(type, keyOf(orphan), { type: 'strategic', body: { metadata: { uid, ownerReferences: [reference] } } });
  } catch (error) {
    if (isStatus(error, 'NotFound')) return undefined;
    throw error;
  }
}

async function release<T extends KubeObject>(api: KubeApi, type: ResourceType<T>, dependent: T, owner: KubeObject): Promise<void> {
  const { uid } = dependent.metadata;
  try {
    await api.patch(type, keyOf(dependent), {
      type: 'strategic',
      body: { metadata: { uid, ownerReferences: [{ $patch: 'delete', uid: owner.metadata.uid }] } },
    });
  } catch (error) {
    if (!isStatus(error, 'NotFound')) throw error;
  }
}
