import type { Resource } from '../registry/resource.ts';
import { createObject } from '../verbs/create-object.ts';
import { decodeBody } from '../verbs/decode-body.ts';
import { deleteCollection } from '../verbs/delete-object.ts';
import { listObjects } from '../verbs/list-objects.ts';
import { compileSelection } from '../verbs/selection.ts';
import { negotiate } from './accept.ts';
import type { HandlerDeps } from './handler-deps.ts';
import { listQuery, writeQuery } from './query-options.ts';
import { parseBody, readBody } from './request-body.ts';
import { methodNotAllowed, type ResourceRequest } from './resource-request.ts';
import { sendJsonBody } from './responses.ts';
import { sendPage, sendValue } from './send-objects.ts';
import { streamWatch } from './watch-stream.ts';
import { duplicatesIn, readDeleteOptions } from './write-bodies.ts';

/** Answers a request for a collection: list, watch, create, deletecollection. */
export async function answerCollection(
  deps: HandlerDeps,
  call: ResourceRequest,
  resource: Resource,
  method: string,
  isWatch: boolean,
): Promise<void> {
  const { core } = deps;
  const { path, query, ctx, request, response, protobuf } = call;
  const accepted = negotiate(request.headers.accept);
  switch (method) {
    case 'GET': {
      if (isWatch) {
        compileSelection(resource, query.get('labelSelector') ?? undefined, query.get('fieldSelector') ?? undefined);
        streamWatch(deps, resource, path.namespace, query, accepted, response);
        return;
      }
      // What is shown in the client's time differs from answer to answer.
      const isKept =
        resource.earlier === undefined && resource.computed === undefined && accepted.as === undefined && accepted.format === 'json';
      const known = isKept ? deps.lists.get(request.url!, core.store.revision) : undefined;
      if (known !== undefined) {
        sendJsonBody(response, 200, known);
        return;
      }
      sendPage(deps, call, resource, await listObjects(core, resource, path.namespace, listQuery(query), ctx), isKept);
      return;
    }
    case 'POST': {
      const options = writeQuery(query, 'CreateOptions');
      const bytes = await readBody(request);
      const body = parseBody(bytes, request.headers['content-type'], resource.type.kind, protobuf);
      const object = decodeBody(resource, body, options.fieldValidation, ctx, duplicatesIn(call, bytes));
      sendValue(deps, call, resource, 201, await createObject(core, ctx, resource, path.namespace, object, options));
      return;
    }
    case 'DELETE': {
      const options = await readDeleteOptions(call);
      sendPage(deps, call, resource, await deleteCollection(core, ctx, resource, path.namespace, listQuery(query), options));
      return;
    }
    default:
      throw methodNotAllowed();
  }
}
