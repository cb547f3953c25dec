import { rfc3339 } from '../../../base/clock.ts';
import type { CustomResourceDefinition, DeleteOptions, Namespace, Pod } from '../../../kube/generated/types.ts';
import type { AnyObject, ObjectKey } from '../../../kube/object.ts';
import { customResourceDefinitions } from '../../../kube/resource-type.ts';
import { conflict, fieldError, forbidden, isStatus, notFound, statusError } from '../../../kube/status-error.ts';
import { type Entry, RevisionMismatch } from '../../store/store.ts';
import { StoredValue } from '../../store/stored-value.ts';
import { terminatingStatus } from '../definition-status.ts';
import type { Resource } from '../registry/resource.ts';
import type { RequestContext } from '../request-context.ts';
import type { ServerCore } from '../server-core.ts';
import { storageKey } from '../storage-key.ts';
import { inVersionOf } from './api-version.ts';
import { type ListPage, type ListQuery, listObjects } from './list-objects.ts';
import { removeEntry } from './remove-entry.ts';

/** Keeps a definition until its instances are gone. */
export const CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';
const PROTECTED_NAMESPACES = new Set(['default', 'kube-system', 'kube-public']);
const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';
const WRITE_ATTEMPTS = 10;

export interface Deletion {
  value: StoredValue;
  /** The object has left the store (or would have, in a dry run). */
  isGone: boolean;
}

/** Checks what a client sent as DeleteOptions. Throws Invalid. */
export function validateDeleteOptions(options: DeleteOptions): void {
  const refuse = (field: string, problem: { reason: string; message: string }): never => {
    throw statusError('Invalid', `DeleteOptions.meta.k8s.io "" is invalid: ${field}: ${problem.message}`, {
      group: 'meta.k8s.io',
      kind: 'DeleteOptions',
      causes: [{ reason: problem.reason, message: problem.message, field }],
    });
  };
  const { propagationPolicy, orphanDependents } = options;
  if (propagationPolicy !== undefined && !['Foreground', 'Background', 'Orphan'].includes(propagationPolicy)) {
    refuse('propagationPolicy', fieldError.notSupported('propagationPolicy', propagationPolicy, ['Background', 'Foreground', 'Orphan']));
  }
  if (propagationPolicy !== undefined && orphanDependents !== undefined)
    refuse(
      'propagationPolicy',
      fieldError.invalid('propagationPolicy', propagationPolicy, 'orphanDependents and deletionPropagation cannot be both set'),
    );
  for (const value of options.dryRun ?? []) if (value !== 'All') refuse('dryRun', fieldError.notSupported('dryRun', value, ['All']));
}

/** Deletes or marks for deletion: k8s.io/apiserver/pkg/registry/generic/registry Store.Delete. */
export async function deleteObject(
  core: ServerCore,
  ctx: RequestContext,
  resource: Resource,
  key: ObjectKey,
  options: DeleteOptions,
): Promise<Deletion> {
  const { type } = resource;
  const dryRun = (options.dryRun ?? []).length > 0;
  for (let attempt = 1; ; attempt++) {
    const entry = core.store.get(storageKey(type, key.namespace, key.name));
    if (entry === undefined) throw notFound(type, key.name);
    const current = entry.value.object as AnyObject;
    if (type.group === '' && type.resource === 'namespaces' && PROTECTED_NAMESPACES.has(key.name))
      throw forbidden(type, key.name, 'this namespace may not be deleted');
    checkPreconditions(resource, key, current, options);
    const admission = {
      operation: 'DELETE' as const,
      resource,
      namespace: key.namespace,
      name: key.name,
      oldObject: current,
      user: ctx.user,
      dryRun,
    };
    const mutation = core.webhooks.mutate(admission, ctx);
    if (mutation !== undefined) await mutation;
    const validation = core.webhooks.validate(admission, ctx);
    if (validation !== undefined) await validation;
    try {
      return deleteNow(core, resource, entry, current, options, dryRun);
    } catch (error) {
      if (!(error instanceof RevisionMismatch) || attempt >= WRITE_ATTEMPTS) throw error;
    }
  }
}

function checkPreconditions(resource: Resource, key: ObjectKey, current: AnyObject, options: DeleteOptions): void {
  const { uid, resourceVersion } = options.preconditions ?? {};
  const named = { type: { ...resource.type, resource: resource.type.kind, group: '' }, name: key.name };
  if (uid !== undefined && uid !== current.metadata.uid) {
    throw conflict(
      named.type,
      named.name,
      `the UID in the precondition (${uid}) does not match the UID in record (${current.metadata.uid}). The object might have been deleted and then recreated`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== current.metadata.resourceVersion) {
    throw conflict(
      named.type,
      named.name,
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${current.metadata.resourceVersion}). The object might have been modified`,
    );
  }
}

function deleteNow(
  core: ServerCore,
  resource: Resource,
  entry: Entry,
  current: AnyObject,
  options: DeleteOptions,
  dryRun: boolean,
): Deletion {
  const { metadata } = current;
  const next: AnyObject = { ...current, metadata: { ...metadata } };
  const finalizers = finalizersFor(current, options);
  if (isDefinition(resource) && metadata.deletionTimestamp === undefined && !finalizers.includes(CLEANUP_FINALIZER))
    finalizers.push(CLEANUP_FINALIZER);
  const graceSeconds = graceOf(resource, current, options);
  const isNamespace = resource.type.group === '' && resource.type.resource === 'namespaces';
  const waitsForContent = isNamespace && ((current as unknown as Namespace).spec?.finalizers ?? []).length > 0;

  if (finalizers.length === 0 && graceSeconds === 0 && !waitsForContent) {
    const last = metadata.deletionTimestamp === undefined ? current : next;
    if (dryRun) return { value: new StoredValue(last), isGone: true };
    return { value: inVersionOf(resource, removeEntry(core, resource, entry, last)), isGone: true };
  }
  const isFirst = metadata.deletionTimestamp === undefined;
  const shortensGrace = !isFirst && graceSeconds < (metadata.deletionGracePeriodSeconds ?? 0);
  if (isFirst || shortensGrace) {
    // The timestamp is when the grace ends, not when the deletion was asked for.
    next.metadata.deletionTimestamp = rfc3339(core.clock.nowMs() + graceSeconds * 1000);
    next.metadata.deletionGracePeriodSeconds = graceSeconds;
    if (isFirst && next.metadata.generation !== undefined) next.metadata.generation += 1;
  }
  if (finalizers.length > 0) next.metadata.finalizers = finalizers;
  else delete next.metadata.finalizers;
  if (isDefinition(resource) && isFirst) {
    next['status'] = terminatingStatus(next as unknown as CustomResourceDefinition, core.clock.nowMs());
  }
  if (isNamespace) next['status'] = { ...(next['status'] as object | undefined), phase: 'Terminating' };
  const isSame = !isFirst && !shortensGrace && finalizers.length === (metadata.finalizers ?? []).length;
  if (isSame) return { value: inVersionOf(resource, entry.value), isGone: false };
  if (dryRun) return { value: new StoredValue(next), isGone: false };
  const written = core.store.update(entry.key, entry.revision, (revision) => {
    next.metadata.resourceVersion = String(revision);
    return next;
  });
  return { value: inVersionOf(resource, written.value), isGone: false };
}

function isDefinition(resource: Resource): boolean {
  return resource.type.group === customResourceDefinitions.group && resource.type.resource === customResourceDefinitions.resource;
}

/** The finalizers after the propagation policy has had its say. */
function finalizersFor(current: AnyObject, options: DeleteOptions): string[] {
  const present = current.metadata.finalizers ?? [];
  const others = present.filter((finalizer) => finalizer !== FOREGROUND && finalizer !== ORPHAN);
  const policy =
    options.propagationPolicy ??
    (options.orphanDependents === true ? 'Orphan' : options.orphanDependents === false ? 'Background' : undefined);
  if (policy === 'Foreground') return [...others, FOREGROUND];
  if (policy === 'Orphan') return [...others, ORPHAN];
  if (policy === 'Background') return others;
  return [...present];
}

/** Seconds of grace; only Pods that have a node and still run have any: k8s.io/kubernetes/pkg/registry/core/pod CheckGracefulDelete. */
function graceOf(resource: Resource, current: AnyObject, options: DeleteOptions): number {
  if (resource.type.group !== '' || resource.type.resource !== 'pods') return 0;
  const pod = current as unknown as Pod;
  const phase = pod.status?.phase;
  if (!pod.spec?.nodeName || phase === 'Succeeded' || phase === 'Failed') return 0;
  return Math.max(0, options.gracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30);
}

/** DELETE on a collection; answers with the list of what was selected. */
export async function deleteCollection(
  core: ServerCore,
  ctx: RequestContext,
  resource: Resource,
  namespace: string | undefined,
  query: ListQuery,
  options: DeleteOptions,
): Promise<ListPage> {
  const page = await listObjects(core, resource, namespace, query, ctx);
  for (const item of page.items) {
    const { metadata } = item.object as AnyObject;
    try {
      await deleteObject(core, ctx, resource, { namespace: metadata.namespace, name: metadata.name }, options);
    } catch (error) {
      if (!isStatus(error, 'NotFound')) throw error;
    }
  }
  return page;
}
