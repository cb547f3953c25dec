import type { OwnerReference } from '../../kube/generated/types.ts';
import { controllerOf, type KubeObject } from '../../kube/object.ts';
import { apiVersionOf, type ResourceType } from '../../kube/resource-type.ts';

/** The reference by which `owner` manages its dependents. */
export function controllerRef(type: ResourceType, owner: KubeObject): OwnerReference {
  return {
    apiVersion: apiVersionOf(type),
    kind: type.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

export function isControlledBy(object: KubeObject, owner: KubeObject): boolean {
  return controllerOf(object)?.uid === owner.metadata.uid;
}
