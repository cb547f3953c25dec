import type { LabelSelector } from '../../../kube/generated/types.ts';
import { formatLabelSelector } from '../../../kube/label-selector.ts';
import type { AnyObject, ObjectKey } from '../../../kube/object.ts';
import type { ResourceType } from '../../../kube/resource-type.ts';
import { conflict, fieldError, invalid, statusError } from '../../../kube/status-error.ts';
import { StoredValue } from '../../store/stored-value.ts';
import { cloneJson } from '../clone-json.ts';
import type { Resource } from '../registry/resource.ts';
import type { RequestContext } from '../request-context.ts';
import type { ServerCore } from '../server-core.ts';
import { updateObject } from '../verbs/update-object.ts';
import type { WriteQuery } from '../verbs/write-query.ts';
import { readPath, writePath } from './json-path.ts';

export const scaleType: ResourceType = { group: 'autoscaling', version: 'v1', resource: 'scales', kind: 'Scale', namespaced: true };

/** The autoscaling/v1 Scale of an object. Throws an internal error when a custom resource lacks its replicas field, unless it is about to be written. */
export function scaleOf(resource: Resource, object: AnyObject, isForWrite = false): AnyObject {
  const scale = resource.scale!;
  const replicas = readPath(object, scale.specReplicasPath) ?? (isForWrite ? 0 : undefined);
  if (typeof replicas !== 'number')
    throw statusError(
      'InternalError',
      `Internal error occurred: the spec replicas field ${JSON.stringify(scale.specReplicasPath)} does not exist`,
    );
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = selectorText(resource, object);
  const current = readPath(object, scale.statusReplicasPath);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas },
    status: { replicas: typeof current === 'number' ? current : 0, ...(selector === undefined || selector === '' ? {} : { selector }) },
  } as AnyObject;
}

function selectorText(resource: Resource, object: AnyObject): string | undefined {
  const { selector, labelSelectorPath } = resource.scale!;
  if (selector !== undefined) return selector(object);
  const value = labelSelectorPath === undefined ? undefined : readPath(object, labelSelectorPath);
  if (typeof value === 'string') return value;
  return typeof value === 'object' && value !== null ? formatLabelSelector(value as LabelSelector) : undefined;
}

/** Writes the replicas of an object through its Scale. `compute` makes the wanted Scale from the present one. */
export async function updateScale(
  core: ServerCore,
  ctx: RequestContext,
  resource: Resource,
  key: ObjectKey,
  compute: (scale: AnyObject) => AnyObject,
  query: WriteQuery,
): Promise<StoredValue> {
  const written = await updateObject(
    core,
    ctx,
    resource,
    key,
    {
      subresource: 'scale',
      compute(current) {
        const wanted = compute(scaleOf(resource, current, true));
        const version = wanted.metadata?.resourceVersion;
        if (version && version !== current.metadata.resourceVersion) throw conflict(resource.type, key.name);
        const replicas = readPath(wanted, '.spec.replicas') ?? 0;
        if (typeof replicas !== 'number')
          throw statusError(
            'BadRequest',
            `Scale in version "v1" cannot be handled as a Scale: json: cannot unmarshal ${typeof replicas} into Go struct field ScaleSpec.spec.replicas of type int32`,
          );
        if (replicas < 0)
          throw invalid(scaleType, key.name, [fieldError.invalid('spec.replicas', replicas, 'must be greater than or equal to 0')]);
        const next = cloneJson(current);
        writePath(next, resource.scale!.specReplicasPath, replicas);
        return next;
      },
    },
    query,
  );
  return new StoredValue(scaleOf(resource, written.object as AnyObject));
}
