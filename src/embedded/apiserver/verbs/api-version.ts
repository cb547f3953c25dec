import type { AnyObject, KubeObject } from '../../../kube/object.ts';
import { apiVersionOf } from '../../../kube/resource-type.ts';
import { StoredValue } from '../../store/stored-value.ts';
import type { Resource } from '../registry/resource.ts';

/** The object as the row's version shows it. Versions of a custom resource differ in `apiVersion` only (conversion "None"). */
export function inVersionOf(resource: Resource, value: StoredValue): StoredValue {
  const object = value.object as KubeObject;
  const apiVersion = apiVersionOf(resource.type);
  if (object.apiVersion === apiVersion) return value;
  return new StoredValue(resource.stored === undefined ? { ...object, apiVersion } : resource.stored.from(object as AnyObject));
}

/** The object as it is stored: rows that show another row's objects keep none of their own. */
export function asStored(resource: Resource, object: AnyObject): AnyObject {
  return resource.stored === undefined ? object : resource.stored.to(object);
}
