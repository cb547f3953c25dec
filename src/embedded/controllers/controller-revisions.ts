import type { ControllerRevision, PodTemplateSpec } from '../../kube/generated/types.ts';
import type { Informer } from '../../kube/informer.ts';
import type { KubeApi } from '../../kube/kube-api.ts';
import type { KubeObject } from '../../kube/object.ts';
import { controllerRevisions, type ResourceType } from '../../kube/resource-type.ts';
import { isStatus } from '../../kube/status-error.ts';
import { sameJson } from './canonical-json.ts';
import { controllerRef, isControlledBy } from './controller-ref.ts';
import { templateHash } from './template-hash.ts';

const HASH = 'controller.kubernetes.io/hash';

/** A template as a ControllerRevision stores it: a patch that replaces the whole template (pkg/controller/history). */
function dataOf(template: PodTemplateSpec): object {
  return { spec: { template: { ...structuredClone(template), $patch: 'replace' } } };
}

export function templateOf(revision: ControllerRevision): PodTemplateSpec {
  const { $patch: _, ...template } = (revision.data as { spec: { template: PodTemplateSpec & { $patch?: string } } }).spec.template;
  return template;
}

/** The owner's revisions, oldest first, and the one of its current template, which is created or made the newest if need be. */
export async function syncRevisions(
  api: KubeApi,
  cache: Informer<ControllerRevision>,
  owner: { type: ResourceType; object: KubeObject; template: PodTemplateSpec; labels: Record<string, string> | undefined },
): Promise<{ revisions: ControllerRevision[]; update: ControllerRevision }> {
  const { type, object, template, labels } = owner;
  const revisions = cache
    .by('owner', object.metadata.uid)
    .filter((revision) => isControlledBy(revision, object))
    .sort((a, b) => a.revision - b.revision);
  const newest = revisions.at(-1)?.revision ?? 0;
  const data = dataOf(template);
  const equal = revisions.find((revision) => sameJson(revision.data, data));
  if (equal !== undefined) {
    if (equal.revision === newest) return { revisions, update: equal };
    const update = await api.update(controllerRevisions, { ...structuredClone(equal), revision: newest + 1 });
    return { revisions: [...revisions.filter((revision) => revision !== equal), update], update };
  }
  const hash = templateHash(template);
  const key = { namespace: object.metadata.namespace, name: `${object.metadata.name}-${hash}` };
  try {
    const update = await api.create(controllerRevisions, {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: { ...key, labels: { ...labels, [HASH]: hash }, ownerReferences: [controllerRef(type, object)] },
      data,
      revision: newest + 1,
    });
    return { revisions: [...revisions, update], update };
  } catch (error) {
    if (!isStatus(error, 'AlreadyExists')) throw error;
    const update = await api.get(controllerRevisions, key);
    if (update === undefined) throw error;
    return { revisions: [...revisions, update], update };
  }
}

/** Deletes the oldest revisions that no Pod uses, beyond `limit`. */
export async function pruneRevisions(
  api: KubeApi,
  revisions: readonly ControllerRevision[],
  inUse: ReadonlySet<string>,
  limit: number,
): Promise<void> {
  const unused = revisions.filter((revision) => !inUse.has(revision.metadata.name));
  for (const revision of unused.slice(0, Math.max(0, unused.length - limit))) {
    try {
      await api.delete(controllerRevisions, { namespace: revision.metadata.namespace, name: revision.metadata.name });
    } catch (error) {
      if (!isStatus(error, 'NotFound')) throw error;
    }
  }
}
