import type { ResourceType } from '../../../kube/resource-type.ts';
import type { Resource } from '../registry/resource.ts';
import type { AdmissionRequest } from './admission.ts';

/** What a review says of its request, besides its uid. */
export interface ReviewContent {
  readonly object: unknown;
  readonly oldObject: unknown;
  readonly [field: string]: unknown;
}

/** The `request` of an AdmissionReview, with the objects in the version of `shown`: what the webhook's rule asks for. */
export function reviewContent(request: AdmissionRequest, shown: Resource): ReviewContent {
  const { kind, resource } = identity(request.resource.type);
  return {
    ...identity(shown.type),
    requestKind: kind,
    requestResource: resource,
    ...(request.subresource === undefined ? {} : { subResource: request.subresource, requestSubResource: request.subresource }),
    name: request.name,
    ...(request.namespace === undefined ? {} : { namespace: request.namespace }),
    operation: request.operation,
    userInfo: request.user,
    object: request.object ?? null,
    oldObject: request.oldObject ?? null,
    dryRun: request.dryRun,
    options: { kind: `${request.operation[0]}${request.operation.slice(1).toLowerCase()}Options`, apiVersion: 'meta.k8s.io/v1' },
  };
}

function identity({ group, version, kind, resource }: ResourceType): { kind: object; resource: object } {
  return { kind: { group, version, kind }, resource: { group, version, resource } };
}
