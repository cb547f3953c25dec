import type { ResourceType } from '../../kube/resource-type.ts';

/** Prefix of all objects of a type (of one namespace). All versions of a resource share one place in the store. */
export function storagePrefix(type: ResourceType, namespace?: string): string {
  const collection = `/registry/${type.group || 'core'}/${type.resource}/`;
  return type.namespaced && namespace ? `${collection}${namespace}/` : collection;
}

export function storageKey(type: ResourceType, namespace: string | undefined, name: string): string {
  return storagePrefix(type, namespace) + name;
}
