import type { KubeObject, ObjectKey } from '../../../kube/object.ts';
import { notFound, statusError } from '../../../kube/status-error.ts';
import type { StoredValue } from '../../store/stored-value.ts';
import type { Resource } from '../registry/resource.ts';
import type { RequestContext } from '../request-context.ts';
import { readObject } from '../verbs/computed-objects.ts';
import { decodeBody } from '../verbs/decode-body.ts';
import { deleteObject } from '../verbs/delete-object.ts';
import { patchObject } from '../verbs/patch-object.ts';
import { updateObject } from '../verbs/update-object.ts';
import { negotiate } from './accept.ts';
import type { HandlerDeps } from './handler-deps.ts';
import { writeQuery } from './query-options.ts';
import { parseBody, readBody } from './request-body.ts';
import { methodNotAllowed, type ResourceRequest } from './resource-request.ts';
import { sendObject } from './responses.ts';
import { sendValue } from './send-objects.ts';
import { streamWatch } from './watch-stream.ts';
import { readDeleteOptions, readPatch } from './write-bodies.ts';

/** Answers a request for one object by its name. */
export async function answerObject(
  deps: HandlerDeps,
  call: ResourceRequest,
  resource: Resource,
  method: string,
  isWatch: boolean,
  name: string,
): Promise<void> {
  const { core } = deps;
  const { path, query, ctx, request, response, protobuf } = call;
  const key: ObjectKey = { namespace: path.namespace, name };
  switch (method) {
    case 'GET': {
      if (path.legacyWatch || isWatch) {
        const named = new URLSearchParams(query);
        named.set('fieldSelector', `metadata.name=${name}`);
        streamWatch(deps, resource, path.namespace, named, negotiate(request.headers.accept), response);
        return;
      }
      const value = readObject(core, resource, key);
      if (value === undefined) throw notFound(resource.type, name);
      sendValue(deps, call, resource, 200, value);
      return;
    }
    case 'PUT': {
      const options = writeQuery(query, 'UpdateOptions');
      const body = parseBody(await readBody(request), request.headers['content-type'], resource.type.kind, protobuf);
      sendValue(deps, call, resource, 200, await putObject(deps, ctx, resource, key, body, options, undefined));
      return;
    }
    case 'PATCH': {
      const { value, created } = await patchObject(
        core,
        ctx,
        resource,
        key,
        await readPatch(call, resource),
        writeQuery(query, 'PatchOptions'),
      );
      sendValue(deps, call, resource, created ? 201 : 200, value);
      return;
    }
    case 'DELETE': {
      const options = await readDeleteOptions(call);
      const { value, isGone } = await deleteObject(core, ctx, resource, key, options);
      if (!isGone || resource.returnsDeleted === true) {
        sendValue(deps, call, resource, 200, value);
        return;
      }
      const { uid } = (value.object as KubeObject).metadata;
      sendObject(response, 200, {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Success',
        details: { name, ...(resource.type.group ? { group: resource.type.group } : {}), kind: resource.type.resource, uid },
      });
      return;
    }
    default:
      throw methodNotAllowed();
  }
}

/** Replaces an object, or the part of it that a subresource is. */
export function putObject(
  deps: HandlerDeps,
  ctx: RequestContext,
  resource: Resource,
  key: ObjectKey,
  body: unknown,
  options: ReturnType<typeof writeQuery>,
  subresource: string | undefined,
): Promise<StoredValue> {
  const sent = decodeBody(resource, body, options.fieldValidation, ctx);
  if (!sent.metadata.name) throw statusError('BadRequest', 'name must be provided');
  // Each attempt needs a copy of its own: the update fills in the object that it is given.
  return updateObject(
    deps.core,
    ctx,
    resource,
    key,
    { subresource, compute: () => structuredClone(sent), demandsResourceVersion: true },
    options,
  );
}
