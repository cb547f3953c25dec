import { equalJson } from '../../../base/equal-json.ts';
import { messageOf } from '../../../base/errors.ts';
import type { AnyObject, ObjectKey } from '../../../kube/object.ts';
import { apiVersionOf } from '../../../kube/resource-type.ts';
import { conflict, type FieldError, fieldError, invalid, isStatus, notFound, statusError } from '../../../kube/status-error.ts';
import { RevisionMismatch } from '../../store/store.ts';
import { StoredValue } from '../../store/stored-value.ts';
import { checkEscalation } from '../authorization/rbac-escalation.ts';
import { cloneJson } from '../clone-json.ts';
import { validateMetadata } from '../registry/metadata-validation.ts';
import type { Resource } from '../registry/resource.ts';
import type { RequestContext } from '../request-context.ts';
import type { ServerCore } from '../server-core.ts';
import { shareUnchanged } from '../share-unchanged.ts';
import { storageKey } from '../storage-key.ts';
import { asStored, inVersionOf } from './api-version.ts';
import { dropEmptyMaps } from './create-object.ts';
import { managerOf, recordManager } from './field-manager.ts';
import { type Preparation, prepareWith } from './prepare-context.ts';
import { removeEntry } from './remove-entry.ts';
import type { WriteQuery } from './write-query.ts';
import { warnOfWrite } from './write-warnings.ts';

/** How a write of an existing object is made. */
export interface Update {
  subresource?: string | undefined;
  /** The object as the client wants it, private to the call. Runs again when another write came between. */
  compute(current: AnyObject): AnyObject;
  /** Whether a missing resourceVersion is refused for rows that need one (PUT). */
  demandsResourceVersion?: boolean;
  /** Sets `metadata.managedFields` in place of the tracking of a plain update (server-side apply). */
  managedFields?(object: AnyObject, current: AnyObject): void;
}

/** Kinds whose node agent also writes labels and annotations through `/status`. */
const METADATA_WITH_STATUS = new Set(['/pods', '/nodes']);
const WRITE_ATTEMPTS = 10;

/**
 * Changes a stored object: k8s.io/apiserver/pkg/registry/generic/registry Store.Update. An unchanged object is returned
 * as it is, without a new revision. A resourceVersion in the computed object is a precondition; without one a lost race is
 * tried again here.
 */
export async function updateObject(
  core: ServerCore,
  ctx: RequestContext,
  resource: Resource,
  key: ObjectKey,
  update: Update,
  query: WriteQuery,
): Promise<StoredValue> {
  const { type } = resource;
  const path = storageKey(type, key.namespace, key.name);
  for (let attempt = 1; ; attempt++) {
    const entry = core.store.get(path);
    if (entry === undefined) throw notFound(type, key.name);
    const currentValue = inVersionOf(resource, entry.value);
    const current = currentValue.object as AnyObject;
    let next = update.compute(current);
    checkIdentity(resource, key, current, next, update);
    next = withServerFields(resource, current, next, update.subresource);

    const preparation = prepareWith(core, query.dryRun);
    let isStored = false;
    try {
      const admission = {
        operation: 'UPDATE' as const,
        resource,
        namespace: key.namespace,
        name: key.name,
        oldObject: current,
        user: ctx.user,
        dryRun: query.dryRun,
        subresource: update.subresource,
      };
      const mutation = core.webhooks.mutate({ ...admission, object: next }, ctx);
      if (mutation !== undefined) next = withServerFields(resource, current, await mutation, update.subresource);
      checkEscalation(core, ctx.user, type, next, current);
      finish(resource, current, next, update, preparation);
      // Without webhooks nothing is awaited between the read and the write, so nothing can come between them.
      const validation = core.webhooks.validate({ ...admission, object: next }, ctx);
      if (validation !== undefined) await validation;
      if (update.subresource === undefined) warnOfWrite(ctx, resource, next);
      shareParts(current, next);
      if (update.managedFields === undefined) recordManager(core, resource, current, next, managerOf(ctx, query), update.subresource);
      else update.managedFields(next, current);
      if (isUnchanged(current, next)) {
        preparation.undo();
        return currentValue;
      }
      if (query.dryRun) return new StoredValue(next);
      if (core.store.get(path) !== entry) throw new RevisionMismatch(path, core.store.get(path));
      if (isGone(next)) {
        isStored = true;
        return removeEntry(core, resource, entry, asStored(resource, next));
      }
      const written = core.store.update(path, entry.revision, (revision) => {
        next.metadata.resourceVersion = String(revision);
        return asStored(resource, next);
      });
      isStored = true;
      core.rbac.noteWrite(type);
      return inVersionOf(resource, written.value);
    } catch (error) {
      if (error instanceof RevisionMismatch) {
        // The next pass meets a version that the client pinned in `checkIdentity`.
        if (attempt < WRITE_ATTEMPTS) continue;
        throw conflict(type, key.name);
      }
      if (isStatus(error)) throw error;
      throw statusError('InternalError', `Internal error occurred: ${messageOf(error)}`, undefined, error);
    } finally {
      if (!isStored) preparation.undo();
    }
  }
}

function checkIdentity(resource: Resource, key: ObjectKey, current: AnyObject, next: AnyObject, update: Update): void {
  const { type } = resource;
  const { metadata } = next;
  if (metadata.name !== undefined && metadata.name !== '' && metadata.name !== key.name)
    throw statusError('BadRequest', `the name of the object (${metadata.name}) does not match the name on the URL (${key.name})`);
  if (type.namespaced && metadata.namespace && metadata.namespace !== key.namespace)
    throw statusError(
      'BadRequest',
      `the namespace of the object (${metadata.namespace}) does not match the namespace on the URL (${key.namespace})`,
    );
  if (!metadata.resourceVersion) {
    if (update.demandsResourceVersion === true && (resource.needsResourceVersion ?? false)) {
      throw invalid(type, key.name, [
        { field: 'metadata.resourceVersion', reason: 'FieldValueInvalid', message: 'Invalid value: 0: must be specified for an update' },
      ]);
    }
  } else if (metadata.resourceVersion !== current.metadata.resourceVersion) throw conflict(type, key.name);
  if (metadata.uid && metadata.uid !== current.metadata.uid) {
    throw conflict(
      type,
      key.name,
      `Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${current.metadata.uid}`,
    );
  }
}

/** The wanted object with everything that only the server sets, and only the part that this subresource may write. */
function withServerFields(resource: Resource, current: AnyObject, wanted: AnyObject, subresource: string | undefined): AnyObject {
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

/** Defaults, server-kept fields, generation and validation. Throws Invalid. */
function finish(resource: Resource, current: AnyObject, next: AnyObject, update: Update, preparation: Preparation): void {
  const { type } = resource;
  const errors: FieldError[] = [];
  if (update.subresource === 'status') errors.push(...(resource.validateStatus?.(next) ?? []));
  else {
    resource.default?.(next);
    // `finalize` is the one way to change what `prepareUpdate` keeps.
    if (update.subresource !== 'finalize') resource.prepareUpdate?.(next, current, preparation);
    if (resource.hasGeneration && update.subresource !== 'finalize' && hasSpecChange(resource, current, next))
      next.metadata.generation = (current.metadata.generation ?? 0) + 1;
    errors.push(
      ...validateMetadata(resource, next),
      ...(resource.validate?.(next) ?? []),
      ...(resource.validateUpdate?.(next, current) ?? []),
    );
  }
  if (current.metadata.deletionTimestamp !== undefined) {
    const added = (next.metadata.finalizers ?? []).filter((finalizer) => !(current.metadata.finalizers ?? []).includes(finalizer));
    if (added.length > 0)
      errors.push(
        fieldError.forbidden(
          'metadata.finalizers',
          `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((name) => JSON.stringify(name)).join(', ')}}`,
        ),
      );
  }
  if (errors.length > 0) throw invalid(type, current.metadata.name, errors);
}

/** Shares what the write has not changed with the stored version. The object and its metadata stay private: they get a new version yet. */
function shareParts(current: AnyObject, next: AnyObject): void {
  for (const key of Object.keys(next)) if (key !== 'metadata') next[key] = shareUnchanged(current[key], next[key]);
  const before: Record<string, unknown> = { ...current.metadata };
  for (const [key, value] of Object.entries(next.metadata)) Object.assign(next.metadata, { [key]: shareUnchanged(before[key], value) });
}

function hasSpecChange(resource: Resource, current: AnyObject, next: AnyObject): boolean {
  const fields = new Set([...Object.keys(current), ...Object.keys(next)]);
  for (const field of ['metadata', 'apiVersion', 'kind']) fields.delete(field);
  if (resource.hasStatus) fields.delete('status');
  for (const field of fields) if (!equalJson(current[field], next[field])) return true;
  return false;
}

/** Equal but for the times in managedFields, which a write without effect must not move. */
function isUnchanged(current: AnyObject, next: AnyObject): boolean {
  for (const field of new Set([...Object.keys(current), ...Object.keys(next)])) {
    if (field !== 'metadata' && !equalJson(current[field], next[field])) return false;
  }
  const { managedFields: fieldsBefore, ...before } = current.metadata;
  const { managedFields: fieldsAfter, ...after } = next.metadata;
  if (!equalJson(before, after)) return false;
  const timeless = (fields: typeof fieldsBefore): unknown => (fields ?? []).map(({ time: _, ...rest }) => rest);
  return equalJson(timeless(fieldsBefore), timeless(fieldsAfter));
}

/** A deleting object whose last finalizer went away, and whose grace is over, leaves the store. */
function isGone(object: AnyObject): boolean {
  const { metadata } = object;
  if (metadata.deletionTimestamp === undefined || (metadata.finalizers ?? []).length > 0 || (metadata.deletionGracePeriodSeconds ?? 0) > 0)
    return false;
  // A namespace also waits for its content.
  const spec = object['spec'] as { finalizers?: string[] } | undefined;
  return object.kind !== 'Namespace' || object.apiVersion !== 'v1' || (spec?.finalizers ?? []).length === 0;
}
