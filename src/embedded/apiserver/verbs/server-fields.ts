import { equalJson } from '../../../base/equal-json.ts';
import type { AnyObject } from '../../../kube/object.ts';
import { apiVersionOf } from '../../../kube/resource-type.ts';
import { cloneJson } from '../clone-json.ts';
import type { Resource } from '../registry/resource.ts';
import { dropEmptyMaps } from './create-object.ts';

/** Kinds whose node agent also writes labels and annotations through `/status`. */
const METADATA_WITH_STATUS = new Set(['/pods', '/nodes']);

/** The wanted object with everything that only the server sets, and only the part that this subresource may write. */
export function withServerFields(resource: Resource, current: AnyObject, wanted: AnyObject, subresource: string | undefined): AnyObject {
  const { type } = resource;
  let next = wanted;
  if (subresource === 'status') {
    const { managedFields, ...own } = current.metadata;
    const metadata: AnyObject['metadata'] = { ...cloneJson(own), ...(managedFields === undefined ? {} : { managedFields }) };
    if (METADATA_WITH_STATUS.has(`${type.group}/${type.resource}`)) {
      for (const field of ['labels', 'annotations'] as const)
        if (wanted.metadata[field] !== undefined) Object.assign(metadata, { [field]: wanted.metadata[field] });
    }
    if (wanted.metadata.managedFields !== undefined) metadata.managedFields = wanted.metadata.managedFields;
    // The rest stays the stored value itself: nothing below writes into it, and comparing it costs nothing.
    next = { ...current, metadata };
    if (wanted['status'] === undefined) delete next['status'];
    else next['status'] = wanted['status'];
  } else if (subresource === 'finalize') {
    const spec = wanted['spec'] as { finalizers?: string[] } | undefined;
    next = cloneJson(current);
    next['spec'] = { ...(next['spec'] as object | undefined), finalizers: spec?.finalizers ?? [] };
  } else if (resource.hasStatus && subresource === undefined) {
    if (current['status'] === undefined) delete next['status'];
    else next['status'] = cloneJson(current['status']);
  }
  const { metadata } = next;
  next.apiVersion = apiVersionOf(type);
  next.kind = type.kind;
  const before = current.metadata;
  Object.assign(metadata, {
    name: before.name,
    uid: before.uid,
    creationTimestamp: before.creationTimestamp,
    resourceVersion: before.resourceVersion,
  });
  for (const field of ['namespace', 'generateName', 'generation', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const) {
    if (before[field] === undefined) delete metadata[field];
    else Object.assign(metadata, { [field]: before[field] });
  }
  delete metadata.selfLink;
  // Parts that came back unchanged stay the stored ones, which saves their memory and every further comparison.
  if (metadata.managedFields !== undefined && equalJson(metadata.managedFields, before.managedFields))
    metadata.managedFields = before.managedFields;
  dropEmptyMaps(metadata);
  return next;
}
