import type { AnyObject } from '../../../kube/object.ts';
import { apiVersionOf } from '../../../kube/resource-type.ts';
import { trackUpdate } from '../apply/managed-fields.ts';
import type { Resource } from '../registry/resource.ts';
import type { RequestContext } from '../request-context.ts';
import type { ServerCore } from '../server-core.ts';
import { typeInfoOf } from './row-extensions.ts';
import type { WriteQuery } from './write-query.ts';

export function managerOf(ctx: RequestContext, query: Pick<WriteQuery, 'fieldManager'>): string {
  return query.fieldManager ?? ctx.defaultManager;
}

/** Sets `metadata.managedFields` of `after` for a create, update or patch that is not an apply. */
export function recordManager(
  core: ServerCore,
  resource: Resource,
  before: AnyObject | undefined,
  after: AnyObject,
  manager: string,
  subresource?: string,
): void {
  const entries = trackUpdate({
    before,
    after,
    manager,
    apiVersion: apiVersionOf(resource.type),
    ...(subresource === undefined ? {} : { subresource }),
    nowMs: core.clock.nowMs(),
    types: typeInfoOf(resource),
    hasStatus: resource.hasStatus,
    arrange: (set) => core.fieldSets.share(set),
  });
  if (entries.length > 0) after.metadata.managedFields = entries.map((entry) => core.fieldSets.shareEntry(entry));
  else delete after.metadata.managedFields;
}
