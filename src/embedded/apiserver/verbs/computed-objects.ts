import type { KubeObject, ObjectKey } from '../../../kube/object.ts';
import type { ResourceType } from '../../../kube/resource-type.ts';
import { StoredValue } from '../../store/stored-value.ts';
import type { Resource } from '../registry/resource.ts';
import type { ServerCore } from '../server-core.ts';
import { storageKey, storagePrefix } from '../storage-key.ts';
import { inVersionOf } from './api-version.ts';

/** The objects of a row that stores none, made now. */
export function computedObjects(
  core: ServerCore,
  computed: NonNullable<Resource['computed']>,
  namespace: string | undefined,
): StoredValue[] {
  return computed(
    {
      nowMs: core.clock.nowMs(),
      list: <T extends KubeObject>(type: ResourceType<T>, inNamespace: string | undefined) =>
        core.store.list(storagePrefix(type, inNamespace)).entries.map(({ value }) => value.object as T),
      usage: (pod) => core.nodeAgent.usage(pod),
    },
    namespace,
  ).map((object) => new StoredValue(object));
}

/** One object in the row's own version; `undefined` when there is none. */
export function readObject(core: ServerCore, resource: Resource, key: ObjectKey): StoredValue | undefined {
  if (resource.computed !== undefined)
    return computedObjects(core, resource.computed, key.namespace).find(({ object }) => (object as KubeObject).metadata.name === key.name);
  const entry = core.store.get(storageKey(resource.type, key.namespace, key.name));
  return entry === undefined ? undefined : inVersionOf(resource, entry.value);
}
