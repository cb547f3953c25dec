import type { IntOrString, ObjectMeta, OwnerReference } from './generated/types.ts';

export type { IntOrString, ObjectMeta };

/** What every Kubernetes object has. */
export interface KubeObject {
  apiVersion?: string | undefined;
  kind?: string | undefined;
  metadata: ObjectMeta;
}

/** An object whose fields are looked at by path rather than by type. */
export type AnyObject = KubeObject & { [field: string]: unknown };

/** An object as a client sends it: the server fills in uid, resourceVersion, creationTimestamp and defaults. */
export type Draft<T extends KubeObject> = Omit<T, 'metadata'> & { metadata: Partial<ObjectMeta> };

/** Names one object of a known type; `namespace` is absent for cluster-scoped types. */
export interface ObjectKey {
  namespace?: string | undefined;
  name: string;
}

/** `namespace/name`, or `name` for cluster-scoped objects: the key of work queues and caches. */
export function keyString(key: ObjectKey): string {
  return key.namespace ? `${key.namespace}/${key.name}` : key.name;
}

/** The inverse of `keyString`. */
export function parseKey(text: string): ObjectKey {
  const slash = text.indexOf('/');
  return slash < 0 ? { name: text } : { namespace: text.slice(0, slash), name: text.slice(slash + 1) };
}

export function keyOf(object: KubeObject): ObjectKey {
  return { namespace: object.metadata.namespace, name: object.metadata.name };
}

/** The owner that manages the object (`controller: true`), if any. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}
