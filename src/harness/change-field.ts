import type { KubeApi } from '../kube/kube-api.ts';
import type { AnyObject, ObjectKey } from '../kube/object.ts';
import { deployments, type ResourceType } from '../kube/resource-type.ts';
import { isStatus } from '../kube/status-error.ts';
import { analysisRuns } from '../rollouts/analysis/analysis-run.ts';
import { pointerTo, valueAt } from './checks/path-value.ts';
import { draftAgain } from './draft-again.ts';

/** Takes a change back. */
export type Undo = (signal: AbortSignal) => Promise<void>;

/**
 * Changes one field of an object to `to`, else to another value of the same sort, valid wherever the API checks its form. A status of
 * a Deployment is changed by its `spec.replicas`. Rejects when there is no such object or field.
 */
export async function changeField(
  target: { resource: ResourceType; key: ObjectKey; path: readonly string[] },
  api: KubeApi,
  signal: AbortSignal,
  to?: unknown,
): Promise<Undo> {
  const { resource, key } = target;
  const isBuiltInStatus = target.path[0] === 'status' && resource.group === deployments.group && resource.resource === deployments.resource;
  const path = isBuiltInStatus ? ['spec', 'replicas'] : target.path;
  const before = (await api.get(resource, key, { signal })) as AnyObject | undefined;
  if (before === undefined) throw new Error(`no ${resource.kind} "${key.name}"`);
  const pointer = pointerTo(before, path);
  if (pointer === undefined) throw new Error(`${resource.kind} "${key.name}" has no ${path.join('.')}`);
  const value = valueAt(before, path);
  const changed = isBuiltInStatus ? 0 : (to ?? otherValue(value));
  const options = {
    signal,
    ...(path[0] === 'status' && resource.resource !== analysisRuns.resource ? { subresource: 'status' as const } : {}),
  };
  await api.patch(
    resource,
    key,
    { type: 'json', body: [{ op: value === undefined ? 'add' : 'replace', path: pointer, value: changed }] },
    options,
  );
  return async (undoSignal) => {
    const body = [value === undefined ? { op: 'remove' as const, path: pointer } : { op: 'replace' as const, path: pointer, value }];
    await api.patch(resource, key, { type: 'json', body }, { ...options, signal: undoSignal }).catch(async (error: unknown) => {
      // The change may have made the garbage collector remove the object.
      if (!isStatus(error, 'NotFound')) throw error;
      await api.create(resource, draftAgain(before), { signal: undoSignal });
    });
  };
}

function otherValue(value: unknown): unknown {
  switch (typeof value) {
    case 'number':
      return value + 1;
    case 'boolean':
      return !value;
    case 'string':
      return value === 'True'
        ? 'False'
        : value === 'true'
          ? 'false'
          : /^\d+$/.test(value)
            ? String(Number(value) + 1)
            : value === 'Healthy'
              ? 'Progressing'
              : value.endsWith('m') && /^\d+m$/.test(value)
                ? '9m'
                : `${value}-changed`;
    case 'object':
      return Array.isArray(value) ? value.slice(0, -1) : {};
    default:
      return 'changed';
  }
}
