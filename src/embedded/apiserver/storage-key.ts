import type { ResourceType } from '../../kube/resource-type.ts';

/** Prefix of all objects of a type (of one namespace). All versions of a resource share one place in the store. */
export function storagePrefix(type: ResourceType, namespace?: string): string {
  // Events have one place, under both of the groups that show them.
  const group = type.group === '' || (type.group === 'events.k8s.io' && type.resource === 'events') ? 'core' : type.group;
  const collection = `/registry/${group}/${type.resource}/`;
  return type.namespaced && namespace ? `${collection}${namespace}/` : collection;
}

export function storageKey(type: ResourceType, namespace: string | undefined, name: string): string {
  return storagePrefix(type, namespace) + name;
}
