import type { CustomResourceDefinition } from '../../../kube/generated/types.ts';
import type { AnyObject } from '../../../kube/object.ts';
import { customResourceDefinitions } from '../../../kube/resource-type.ts';
import { definitionWarnings } from '../crd/definition-warnings.ts';
import type { Resource } from '../registry/resource.ts';
import type { RequestContext } from '../request-context.ts';

/** Tells the writer of an accepted object what the server will not do for it. */
export function warnOfWrite(ctx: RequestContext, resource: Resource, object: AnyObject): void {
  if (resource.type.group !== customResourceDefinitions.group || resource.type.resource !== customResourceDefinitions.resource) return;
  for (const warning of definitionWarnings(object as unknown as CustomResourceDefinition)) ctx.warn(warning);
}

const DEPRECATED: Readonly<Record<string, string>> = {
  '/v1/endpoints': 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
};

/** Tells every caller of a deprecated resource so, readers included. */
export function warnOfDeprecation(ctx: RequestContext, { type }: Resource): void {
  const warning = DEPRECATED[`${type.group}/${type.version}/${type.resource}`];
  if (warning !== undefined) ctx.warn(warning);
}
