import type { AnyObject, Draft } from '../kube/object.ts';

/** The object as a draft for the same place: without what the server fills in. */
export function draftAgain(object: AnyObject): Draft<AnyObject> {
  const {
    resourceVersion: _resourceVersion,
    uid: _uid,
    creationTimestamp: _creationTimestamp,
    generation: _generation,
    managedFields: _managedFields,
    ...metadata
  } = structuredClone(object.metadata);
  return { ...structuredClone(object), metadata };
}
