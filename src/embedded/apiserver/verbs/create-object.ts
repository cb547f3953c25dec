import { rfc3339 } from '../../../base/clock.ts';
import { messageOf } from '../../../base/errors.ts';
import type { Namespace } from '../../../kube/generated/types.ts';
import type { AnyObject } from '../../../kube/object.ts';
import { namespaces } from '../../../kube/resource-type.ts';
import { alreadyExists, fieldError, forbidden, invalid, isStatus, notFound, statusError } from '../../../kube/status-error.ts';
import { RevisionMismatch } from '../../store/store.ts';
import { StoredValue } from '../../store/stored-value.ts';
import { checkQuota } from '../admission/counted-quota.ts';
import { limitPod } from '../admission/limit-ranger.ts';
import { admitPod } from '../admission/service-account-admission.ts';
import { checkEscalation } from '../authorization/rbac-escalation.ts';
import { validateMetadata } from '../registry/metadata-validation.ts';
import type { Resource } from '../registry/resource.ts';
import type { RequestContext } from '../request-context.ts';
import type { ServerCore } from '../server-core.ts';
import { storageKey } from '../storage-key.ts';
import { asStored, inVersionOf } from './api-version.ts';
import { managerOf, recordManager } from './field-manager.ts';
import { prepareWith } from './prepare-context.ts';
import type { WriteQuery } from './write-query.ts';
import { warnOfWrite } from './write-warnings.ts';

/** Kinds whose creator may set the status: upstream's strategies keep it. */
const KEEPS_STATUS_ON_CREATE = new Set(['/nodes', '/events']);
const GENERATED_SUFFIX_LENGTH = 5;
const MAX_GENERATED_BASE = 63 - GENERATED_SUFFIX_LENGTH;
const NAME_ATTEMPTS = 8;

export interface CreateHooks {
  /** Sets `metadata.managedFields` in place of the tracking of a plain create (server-side apply). */
  managedFields?(object: AnyObject): void;
}

/** Stores a new object: k8s.io/apiserver/pkg/registry/generic/registry Store.Create. `object` is private to this call. */
export async function createObject(
  core: ServerCore,
  ctx: RequestContext,
  resource: Resource,
  namespace: string | undefined,
  object: AnyObject,
  query: WriteQuery,
  hooks: CreateHooks = {},
): Promise<StoredValue> {
  const { type } = resource;
  const { metadata } = object;
  if (type.namespaced) {
    if (metadata.namespace && metadata.namespace !== namespace)
      throw statusError('BadRequest', 'the namespace of the provided object does not match the namespace sent on the request');
    metadata.namespace = namespace!;
  } else delete metadata.namespace;
  if (metadata.resourceVersion) throw statusError('InternalError', 'resourceVersion should not be set on objects to be created');
  const nowMs = core.clock.nowMs();
  const generateName = metadata.generateName;
  const isGenerated = !metadata.name && !!generateName;
  if (!metadata.name && !generateName) throw invalid(type, '', [fieldError.required('metadata.name', 'name or generateName is required')]);
  for (const field of ['resourceVersion', 'selfLink', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'generation'] as const)
    delete metadata[field];
  if (metadata.generateName === '') delete metadata.generateName;
  metadata.uid = core.random.uuid();
  metadata.creationTimestamp = rfc3339(nowMs);
  if (resource.hasGeneration) metadata.generation = 1;
  if (resource.hasStatus && !KEEPS_STATUS_ON_CREATE.has(`${type.group}/${type.resource}`)) delete object['status'];
  dropEmptyMaps(metadata);
  if (isGenerated) metadata.name = generatedName(core, generateName);

  if (type.namespaced) checkNamespace(core, resource, metadata.name, namespace!);
  resource.default?.(object);
  if (type.group === '' && type.resource === 'pods') {
    admitPod(core, object);
    limitPod(core, object);
  }

  let admitted = object;
  const mutation = core.webhooks.mutate(
    { operation: 'CREATE', resource, namespace, name: isGenerated ? '' : metadata.name, object, user: ctx.user, dryRun: query.dryRun },
    ctx,
  );
  if (mutation !== undefined) admitted = await mutation;

  const preparation = prepareWith(core, query.dryRun);
  let isStored = false;
  try {
    checkEscalation(core, ctx.user, type, admitted, undefined);
    resource.prepareCreate?.(admitted, preparation);
    const errors = [...validateMetadata(resource, admitted), ...(resource.validate?.(admitted) ?? [])];
    if (errors.length > 0) throw invalid(type, metadata.name, errors);
    const validation = core.webhooks.validate(
      { operation: 'CREATE', resource, namespace, name: admitted.metadata.name, object: admitted, user: ctx.user, dryRun: query.dryRun },
      ctx,
    );
    if (validation !== undefined) await validation;
    if (type.namespaced) checkQuota(core, resource, namespace!, admitted);
    warnOfWrite(ctx, resource, admitted);
    if (hooks.managedFields === undefined) recordManager(core, resource, undefined, admitted, managerOf(ctx, query));
    else hooks.managedFields(admitted);
    for (let attempt = 1; ; attempt++) {
      const key = storageKey(type, namespace, admitted.metadata.name);
      if (query.dryRun) {
        if (core.store.get(key) === undefined) return new StoredValue(admitted);
      } else {
        try {
          const entry = core.store.create(key, (revision) => {
            admitted.metadata.resourceVersion = String(revision);
            return asStored(resource, admitted);
          });
          isStored = true;
          core.rbac.noteWrite(type);
          return inVersionOf(resource, entry.value);
        } catch (error) {
          if (!(error instanceof RevisionMismatch)) throw error;
        }
      }
      if (!isGenerated || attempt >= NAME_ATTEMPTS) throw alreadyExists(type, admitted.metadata.name);
      admitted.metadata.name = generatedName(core, generateName!);
    }
  } catch (error) {
    if (isStatus(error) || error instanceof RevisionMismatch) throw error;
    throw statusError('InternalError', `Internal error occurred: ${messageOf(error)}`, undefined, error);
  } finally {
    if (!isStored) preparation.undo();
  }
}

function generatedName(core: ServerCore, base: string): string {
  return base.slice(0, MAX_GENERATED_BASE) + core.random.suffix(GENERATED_SUFFIX_LENGTH);
}

/** Admission plugin NamespaceLifecycle, and the existence that upstream checks with it. */
function checkNamespace(core: ServerCore, resource: Resource, name: string, namespace: string): void {
  const found = core.store.get(storageKey(namespaces, undefined, namespace))?.value.object as Namespace | undefined;
  if (found === undefined) throw notFound(namespaces, namespace);
  if (found.status?.phase !== 'Terminating' && found.metadata.deletionTimestamp === undefined) return;
  const error = forbidden(resource.type, name, `unable to create new content in namespace ${namespace} because it is being terminated`);
  error.status.details = {
    ...error.status.details,
    causes: [{ reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' }],
  };
  throw error;
}

/** Go's `omitempty` drops empty maps and lists; a client's `annotations: {}` or `null` is not stored. */
export function dropEmptyMaps(metadata: AnyObject['metadata']): void {
  for (const field of ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const) {
    const value = metadata[field];
    if (value === null || (value !== undefined && Object.keys(value).length === 0)) delete metadata[field];
  }
}
