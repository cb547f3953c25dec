import type { KubeObject } from '../../../kube/object.ts';
import { apiVersionOf } from '../../../kube/resource-type.ts';
import { StoredValue } from '../../store/stored-value.ts';
import type { Resource } from '../registry/resource.ts';

/** The object as the row's version shows it. Versions of a resource differ in `apiVersion` only (conversion "None"). */
export function inVersionOf(resource: Resource, value: StoredValue): StoredValue {
  const object = value.object as KubeObject;
  const apiVersion = apiVersionOf(resource.type);
  return object.apiVersion === apiVersion ? value : new StoredValue({ ...object, apiVersion });
}
