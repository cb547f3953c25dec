import type { Binding } from '../../../kube/generated/types.ts';
import { answerReview } from '../authorization/access-reviews.ts';
import { virtualResources } from '../discovery/served-subresources.ts';
import { decodeObject } from '../schema/decode.ts';
import { bindPod } from '../subresources/binding.ts';
import type { HandlerDeps } from './handler-deps.ts';
import { parseBody, readBody } from './request-body.ts';
import { methodNotAllowed, notServed, type ResourceRequest } from './resource-request.ts';
import { createdStatus, sendObject } from './responses.ts';

/** Answers a request for what is never stored: reviews and bindings. */
export async function answerVirtual(deps: HandlerDeps, call: ResourceRequest, method: string): Promise<void> {
  const { path, ctx, request, response, protobuf, query } = call;
  const virtual = virtualResources.find(
    ({ group, version, name }) => group === path.group && version === path.version && name === path.resource,
  );
  if (virtual === undefined) throw notServed();
  if (method !== 'POST') throw methodNotAllowed();
  const body = decodeObject(
    virtual.kind,
    parseBody(await readBody(request), request.headers['content-type'], virtual.kind, protobuf),
  ).object;
  if (virtual.name === 'bindings') {
    bindPod(
      deps.core,
      ctx,
      { namespace: path.namespace, name: body.metadata.name ?? '' },
      body as unknown as Partial<Binding>,
      query.getAll('dryRun').includes('All'),
    );
    sendObject(response, 201, createdStatus());
    return;
  }
  sendObject(
    response,
    201,
    answerReview(path.resource, body, ctx.user, path.namespace, { rbac: deps.core.rbac, authenticator: deps.authenticator }),
  );
}
