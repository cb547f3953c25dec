import { messageOf } from '../../../base/errors.ts';
import type { AnyObject, ObjectKey } from '../../../kube/object.ts';
import { conflict, type FieldError, fieldError, invalid, isStatus, notFound, statusError } from '../../../kube/status-error.ts';
import { RevisionMismatch } from '../../store/store.ts';
import { StoredValue } from '../../store/stored-value.ts';
import { checkEscalation } from '../authorization/rbac-escalation.ts';
import { validateMetadata } from '../registry/metadata-validation.ts';
import type { Resource } from '../registry/resource.ts';
import type { RequestContext } from '../request-context.ts';
import type { ServerCore } from '../server-core.ts';
import { storageKey } from '../storage-key.ts';
import { asStored, inVersionOf } from './api-version.ts';
import { managerOf, recordManager } from './field-manager.ts';
import { type Preparation, prepareWith } from './prepare-context.ts';
import { removeEntry } from './remove-entry.ts';
import { withServerFields } from './server-fields.ts';
import { hasSpecChange, isUnchanged, shareParts } from './write-changes.ts';
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

/** A deleting object whose last finalizer went away, and whose grace is over, leaves the store. */
function isGone(object: AnyObject): boolean {
  const { metadata } = object;
  if (metadata.deletionTimestamp === undefined || (metadata.finalizers ?? []).length > 0 || (metadata.deletionGracePeriodSeconds ?? 0) > 0)
    return false;
  // A namespace also waits for its content.
  const spec = object['spec'] as { finalizers?: string[] } | undefined;
  return object.kind !== 'Namespace' || object.apiVersion !== 'v1' || (spec?.finalizers ?? []).length === 0;
}
