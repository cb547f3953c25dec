import type { Patch } from '../../../kube/kube-api.ts';
import type { AnyObject, ObjectKey } from '../../../kube/object.ts';
import { apiVersionOf } from '../../../kube/resource-type.ts';
import { fieldError, invalid, statusError } from '../../../kube/status-error.ts';
import type { StoredValue } from '../../store/stored-value.ts';
import { serverSideApply } from '../apply/server-side-apply.ts';
import { authorize } from '../authorization/authorize.ts';
import { cloneJson } from '../clone-json.ts';
import { jsonPatch } from '../patch/json-patch.ts';
import { mergePatch } from '../patch/merge-patch.ts';
import { strategicMergePatch } from '../patch/strategic-merge.ts';
import type { Resource } from '../registry/resource.ts';
import type { RequestContext } from '../request-context.ts';
import { decodeFor } from '../schema/decode-for.ts';
import type { ServerCore } from '../server-core.ts';
import { storageKey } from '../storage-key.ts';
import { createObject } from './create-object.ts';
import { decodeBody, reportFields } from './decode-body.ts';
import { isCustom, typeInfoOf } from './row-extensions.ts';
import { updateObject } from './update-object.ts';
import type { WriteQuery } from './write-query.ts';

/** Applies one of the four kinds of patch. `created` tells whether an apply made the object. */
export async function patchObject(
  core: ServerCore,
  ctx: RequestContext,
  resource: Resource,
  key: ObjectKey,
  patch: Patch,
  query: WriteQuery,
  subresource?: string,
): Promise<{ value: StoredValue; created: boolean }> {
  if (patch.type === 'apply') return applyObject(core, ctx, resource, key, patch.body, query, subresource);
  if (patch.type === 'strategic' && isCustom(resource)) {
    throw statusError(
      'UnsupportedMediaType',
      'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml, application/apply-patch+cbor',
    );
  }
  let isFirst = true;
  const value = await updateObject(
    core,
    ctx,
    resource,
    key,
    {
      subresource,
      compute(current) {
        const patched = applyPatch(resource, current, patch);
        const { object, unknownFields, typeErrors } = decodeFor(resource, patched);
        if (typeErrors.length > 0) throw patchTypeError(resource, key.name, typeErrors[0]!);
        if (isFirst)
          reportFields(
            resource,
            unknownFields.map((field) => `unknown field "${field}"`),
            query.fieldValidation,
            ctx,
          );
        isFirst = false;
        return object;
      },
    },
    query,
  );
  return { value, created: false };
}

/** The patched object, before decoding: the result may hold anything. */
export function applyPatch(resource: Resource, current: AnyObject, patch: Exclude<Patch, { type: 'apply' }>): AnyObject {
  switch (patch.type) {
    case 'json':
      return jsonPatch(current, patch.body) as AnyObject;
    case 'merge':
      return mergePatch(current, patch.body) as AnyObject;
    case 'strategic':
      return strategicMergePatch(resource.schemaName ?? '', current, patch.body) as AnyObject;
  }
}

function patchTypeError(resource: Resource, name: string, text: string): Error {
  const { kind, group } = resource.type;
  return statusError('Invalid', `${group ? `${kind}.${group}` : kind} "${name}" is invalid: patch: Invalid value: ${text}`, {
    name,
    kind,
    ...(group ? { group } : {}),
    causes: [{ reason: 'FieldValueInvalid', message: `Invalid value: ${text}`, field: 'patch' }],
  });
}

async function applyObject(
  core: ServerCore,
  ctx: RequestContext,
  resource: Resource,
  key: ObjectKey,
  body: object,
  query: WriteQuery,
  subresource: string | undefined,
): Promise<{ value: StoredValue; created: boolean }> {
  const { type } = resource;
  const manager = query.fieldManager;
  if (!manager) {
    const { reason, message, field } = fieldError.required('fieldManager', 'is required for apply patch');
    throw statusError('Invalid', `PatchOptions.meta.k8s.io "" is invalid: ${field}: ${message}`, {
      group: 'meta.k8s.io',
      kind: 'PatchOptions',
      causes: [{ reason, message, field }],
    });
  }
  const sent = body as Partial<AnyObject>;
  for (const field of ['apiVersion', 'kind'] as const)
    if (!sent[field])
      throw statusError(
        'BadRequest',
        `error decoding YAML: Object '${field === 'kind' ? 'Kind' : 'apiVersion'}' is missing in '${JSON.stringify(body)}'`,
      );
  const applied = decodeBody(resource, body, query.fieldValidation, ctx);
  if (applied.metadata.managedFields !== undefined && applied.metadata.managedFields !== null && applied.metadata.managedFields.length > 0)
    throw statusError('BadRequest', 'metadata.managedFields must be nil');
  delete applied.metadata.managedFields;
  if (applied.metadata.name && applied.metadata.name !== key.name)
    throw statusError('BadRequest', `the name of the object (${applied.metadata.name}) does not match the name on the URL (${key.name})`);
  applied.metadata.name = key.name;
  if (type.namespaced) {
    if (applied.metadata.namespace && applied.metadata.namespace !== key.namespace)
      throw statusError(
        'BadRequest',
        `the namespace of the object (${applied.metadata.namespace}) does not match the namespace on the URL (${key.namespace})`,
      );
    applied.metadata.namespace = key.namespace!;
  }
  const merge = (live: AnyObject | undefined): AnyObject =>
    cloneJson(
      serverSideApply({
        ...(live === undefined ? {} : { live }),
        applied,
        manager,
        force: query.force ?? false,
        apiVersion: apiVersionOf(type),
        ...(subresource === undefined ? {} : { subresource }),
        nowMs: core.clock.nowMs(),
        types: typeInfoOf(resource),
      }),
    );
  const live = core.store.get(storageKey(type, key.namespace, key.name));
  if (live === undefined && subresource === undefined) {
    authorize(core, ctx.user, {
      verb: 'create',
      group: type.group,
      resource: type.resource,
      namespace: type.namespaced ? key.namespace : undefined,
      name: key.name,
    });
    if (applied.metadata.uid)
      throw invalid(type, key.name, [fieldError.invalid('metadata.uid', applied.metadata.uid, 'must not be set on create')]);
    const merged = merge(undefined);
    const fields = merged.metadata.managedFields;
    const value = await createObject(core, ctx, resource, key.namespace, merged, query, {
      managedFields: (object) => {
        object.metadata.managedFields = fields;
      },
    });
    return { value, created: true };
  }
  let fields: AnyObject['metadata']['managedFields'];
  const value = await updateObject(
    core,
    ctx,
    resource,
    key,
    {
      subresource,
      compute(current) {
        const merged = merge(current);
        fields = merged.metadata.managedFields;
        return merged;
      },
      managedFields: (object) => {
        object.metadata.managedFields = fields;
      },
    },
    query,
  );
  return { value, created: false };
}
