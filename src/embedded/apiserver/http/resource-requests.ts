import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Binding, DeleteOptions } from '../../../kube/generated/types.ts';
import type { JsonPatchOperation, Patch } from '../../../kube/kube-api.ts';
import type { AnyObject, KubeObject, ObjectKey } from '../../../kube/object.ts';
import { apiVersionOf } from '../../../kube/resource-type.ts';
import { notFound, statusError } from '../../../kube/status-error.ts';
import type { StoredValue } from '../../store/stored-value.ts';
import { answerReview } from '../authorization/access-reviews.ts';
import { authorize } from '../authorization/authorize.ts';
import { subresourcesOf, virtualResources } from '../discovery/served-subresources.ts';
import type { Resource } from '../registry/resource.ts';
import type { RequestContext } from '../request-context.ts';
import { decodeObject } from '../schema/decode.ts';
import { storageKey } from '../storage-key.ts';
import { bindPod } from '../subresources/binding.ts';
import { evictPod } from '../subresources/eviction.ts';
import { scaleOf, updateScale } from '../subresources/scale.ts';
import { requestToken } from '../subresources/token-request.ts';
import { inVersionOf } from '../verbs/api-version.ts';
import { createObject } from '../verbs/create-object.ts';
import { decodeBody } from '../verbs/decode-body.ts';
import { deleteCollection, deleteObject, validateDeleteOptions } from '../verbs/delete-object.ts';
import { type ListPage, listObjects } from '../verbs/list-objects.ts';
import { applyPatch, patchObject } from '../verbs/patch-object.ts';
import { compileSelection } from '../verbs/selection.ts';
import { updateObject } from '../verbs/update-object.ts';
import { warnOfDeprecation } from '../verbs/write-warnings.ts';
import { negotiate } from './accept.ts';
import { inClientTime, readerOf } from './client-time-view.ts';
import { duplicateFields } from './duplicate-fields.ts';
import type { HandlerDeps } from './handler-deps.ts';
import { streamLog } from './log-stream.ts';
import { flag, listQuery, writeQuery } from './query-options.ts';
import { type ProtobufDecoder, parseBody, parseJson, parseYaml, readBody } from './request-body.ts';
import type { ResourcePath } from './request-path.ts';
import { sendJsonBody, sendObject, sendStored } from './responses.ts';
import { columnDefinitions, parseIncludeObject, partialMetadata, table, tableRow } from './table.ts';
import { streamWatch } from './watch-stream.ts';

export interface ResourceRequest {
  path: ResourcePath & { resource: string };
  query: URLSearchParams;
  ctx: RequestContext;
  request: IncomingMessage;
  response: ServerResponse;
  protobuf: ProtobufDecoder | undefined;
}

const NOT_SERVED = 'the server could not find the requested resource';
/** Subresources of upstream that are refused by name. */
const NOT_MODELLED = new Set(['pods/ephemeralcontainers', 'pods/resize', 'pods/proxy', 'services/proxy', 'nodes/proxy']);
const METHOD_NOT_ALLOWED = 'the server does not allow this method on the requested resource';

/** Authorizes and answers one request for a resource, a collection or a subresource. Throws StatusErrors. */
export async function answerResource(deps: HandlerDeps, call: ResourceRequest): Promise<void> {
  const { core } = deps;
  const { path, query, ctx, request } = call;
  const method = request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET');
  const isWatch = path.legacyWatch || flag(query, 'watch');
  const verb = verbOf(method, path, isWatch);
  const resource = core.table.find(path.group, path.version, path.resource);
  const fieldName =
    verb === 'list' || verb === 'watch' || verb === 'deletecollection'
      ? query.get('fieldSelector')?.match(/(?:^|,)metadata\.name==?([^,]+)/)?.[1]
      : undefined;
  authorize(core, ctx.user, {
    verb,
    group: path.group,
    resource: path.resource,
    subresource: path.subresource,
    namespace: path.namespace ?? (path.resource === 'namespaces' && path.group === '' ? path.name : undefined),
    name: path.name ?? fieldName,
  });
  if (resource === undefined) {
    await answerVirtual(deps, call, method);
    return;
  }
  if (resource.type.namespaced && path.namespace === undefined && (path.name !== undefined || method === 'POST'))
    throw statusError('NotFound', NOT_SERVED, {});
  warnOfDeprecation(ctx, resource);
  if (path.subresource !== undefined) {
    await answerSubresource(deps, call, resource, method);
    return;
  }
  if (resource.verbs !== undefined && !resource.verbs.includes(verb)) throw statusError('MethodNotAllowed', METHOD_NOT_ALLOWED, {});
  if (path.name === undefined) await answerCollection(deps, call, resource, method, isWatch);
  else await answerObject(deps, call, resource, method, isWatch, path.name);
}

function verbOf(method: string, path: ResourcePath, isWatch: boolean): string {
  switch (method) {
    case 'GET':
      return path.name !== undefined && !path.legacyWatch && path.subresource === undefined
        ? 'get'
        : path.name !== undefined && path.subresource !== undefined
          ? 'get'
          : isWatch
            ? 'watch'
            : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return path.name === undefined ? 'deletecollection' : 'delete';
    default:
      throw statusError('MethodNotAllowed', METHOD_NOT_ALLOWED, {});
  }
}

async function answerCollection(
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
        streamWatch(core, resource, path.namespace, query, accepted, response);
        return;
      }
      // What is shown in the client's time differs from answer to answer.
      const isKept = resource.earlier === undefined && accepted.as === undefined && accepted.format === 'json';
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
      throw statusError('MethodNotAllowed', METHOD_NOT_ALLOWED, {});
  }
}

async function answerObject(
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
        streamWatch(core, resource, path.namespace, named, negotiate(request.headers.accept), response);
        return;
      }
      const entry = core.store.get(storageKey(resource.type, key.namespace, name));
      if (entry === undefined) throw notFound(resource.type, name);
      sendValue(deps, call, resource, 200, inVersionOf(resource, entry.value));
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
      throw statusError('MethodNotAllowed', METHOD_NOT_ALLOWED, {});
  }
}

function putObject(
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

async function answerSubresource(deps: HandlerDeps, call: ResourceRequest, resource: Resource, method: string): Promise<void> {
  const { core } = deps;
  const { path, query, ctx, request, response, protobuf } = call;
  const subresource = path.subresource!;
  const key: ObjectKey = { namespace: path.namespace, name: path.name! };
  const served = subresourcesOf(resource).find(({ name }) => name === subresource);
  if (served === undefined) {
    if (NOT_MODELLED.has(`${resource.type.resource}/${subresource}`))
      throw statusError('BadRequest', `"${resource.type.resource}/${subresource}" is not modelled`);
    throw statusError('NotFound', NOT_SERVED, {});
  }
  const readJson = async (kind: string, schemaName?: string): Promise<unknown> => {
    const body = await readBody(request);
    const value = body.length === 0 ? {} : parseBody(body, request.headers['content-type'], kind, protobuf);
    return schemaName === undefined ? value : decodeObject(schemaName, value).object;
  };
  const current = (): StoredValue => {
    const entry = core.store.get(storageKey(resource.type, key.namespace, key.name));
    if (entry === undefined) throw notFound(resource.type, key.name);
    return inVersionOf(resource, entry.value);
  };
  const isDryRun = query.getAll('dryRun').includes('All');
  switch (`${method} ${subresource}`) {
    case 'GET status':
      sendValue(deps, call, resource, 200, current());
      return;
    case 'PUT status':
    case 'PUT finalize': {
      const options = writeQuery(query, 'UpdateOptions');
      sendValue(
        deps,
        call,
        resource,
        200,
        await putObject(deps, ctx, resource, key, await readJson(resource.type.kind), options, subresource),
      );
      return;
    }
    case 'PATCH status': {
      const { value } = await patchObject(
        core,
        ctx,
        resource,
        key,
        await readPatch(call, resource),
        writeQuery(query, 'PatchOptions'),
        subresource,
      );
      sendValue(deps, call, resource, 200, value);
      return;
    }
    case 'GET scale':
      sendObject(response, 200, scaleOf(resource, current().object as AnyObject));
      return;
    case 'PUT scale': {
      const wanted = (await readJson('Scale')) as AnyObject;
      const value = await updateScale(core, ctx, resource, key, () => wanted, writeQuery(query, 'UpdateOptions'));
      sendStored(response, 200, value, 'json');
      return;
    }
    case 'PATCH scale': {
      const patch = await readPatch(call, resource);
      const value = await updateScale(
        core,
        ctx,
        resource,
        key,
        (scale) => (patch.type === 'apply' ? (patch.body as AnyObject) : applyPatch({ ...resource, schemaName: 'Scale' }, scale, patch)),
        writeQuery(query, 'PatchOptions'),
      );
      sendStored(response, 200, value, 'json');
      return;
    }
    case 'GET log':
      await streamLog(core, call.ctx, current(), query, response);
      return;
    case 'POST binding':
      bindPod(core, ctx, key, (await readJson('Binding', 'Binding')) as unknown as Partial<Binding>, isDryRun);
      sendObject(response, 201, created());
      return;
    case 'POST eviction': {
      const body = (await readJson('Eviction', 'Eviction')) as { deleteOptions?: DeleteOptions };
      const options = isDryRun ? { ...body, deleteOptions: { ...body.deleteOptions, dryRun: ['All'] } } : body;
      sendObject(response, 201, await evictPod(core, ctx, key, options));
      return;
    }
    case 'POST token':
      sendObject(response, 201, requestToken(core, key, (await readJson('TokenRequest', 'AuthenticationV1TokenRequest')) as object));
      return;
    case 'GET attach':
    case 'POST attach':
    case 'GET exec':
    case 'POST exec':
    case 'GET portforward':
    case 'POST portforward':
      throw statusError('BadRequest', 'Upgrade request required');
    default:
      throw statusError('MethodNotAllowed', METHOD_NOT_ALLOWED, {});
  }
}

function created(): object {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
}

async function answerVirtual(deps: HandlerDeps, call: ResourceRequest, method: string): Promise<void> {
  const { path, ctx, request, response, protobuf, query } = call;
  const virtual = virtualResources.find(
    ({ group, version, name }) => group === path.group && version === path.version && name === path.resource,
  );
  if (virtual === undefined) throw statusError('NotFound', NOT_SERVED, {});
  if (method !== 'POST') throw statusError('MethodNotAllowed', METHOD_NOT_ALLOWED, {});
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
    sendObject(response, 201, created());
    return;
  }
  sendObject(
    response,
    201,
    answerReview(path.resource, body, ctx.user, path.namespace, { rbac: deps.core.rbac, authenticator: deps.authenticator }),
  );
}

async function readDeleteOptions(call: ResourceRequest): Promise<DeleteOptions> {
  const body = await readBody(call.request);
  const options: DeleteOptions =
    body.length === 0
      ? {}
      : { ...(parseBody(body, call.request.headers['content-type'], 'DeleteOptions', call.protobuf) as DeleteOptions) };
  const { query } = call;
  if (body.length === 0) {
    if (query.has('gracePeriodSeconds')) options.gracePeriodSeconds = Number(query.get('gracePeriodSeconds'));
    if (query.has('propagationPolicy')) options.propagationPolicy = query.get('propagationPolicy')!;
    if (query.has('orphanDependents')) options.orphanDependents = flag(query, 'orphanDependents');
    if (query.has('dryRun')) options.dryRun = query.getAll('dryRun');
  }
  validateDeleteOptions(options);
  return options;
}

async function readPatch(call: ResourceRequest, resource: Resource): Promise<Patch> {
  const body = await readBody(call.request);
  const { kind } = resource.type;
  const mediaType = (call.request.headers['content-type'] ?? '').split(';')[0]!.trim();
  switch (mediaType) {
    case 'application/json-patch+json':
      return { type: 'json', body: parseJson(body, kind) as JsonPatchOperation[] };
    case 'application/merge-patch+json':
      return { type: 'merge', body: parsePatchObject(body, kind) };
    case 'application/strategic-merge-patch+json':
      return { type: 'strategic', body: parsePatchObject(body, kind) };
    case 'application/apply-patch+yaml':
      return { type: 'apply', body: (parseYaml(body, kind) ?? {}) as object };
    default:
      throw statusError('UnsupportedMediaType', '415: Unsupported Media Type');
  }
}

function parsePatchObject(body: Buffer, kind: string): object {
  const patch = parseJson(body, kind);
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch))
    throw statusError('BadRequest', 'error decoding patch: json: cannot unmarshal value into Go value of type map[string]interface {}');
  return patch;
}

/** Repeated fields of a JSON body, looked for only when the client cares enough to ask. */
function duplicatesIn({ query, request }: ResourceRequest, body: Buffer): string[] {
  const mediaType = (request.headers['content-type'] ?? 'application/json').split(';')[0]!.trim();
  const isAsked = query.get('fieldValidation') === 'Strict' || query.get('fieldValidation') === 'Warn';
  return isAsked && mediaType === 'application/json' ? duplicateFields(body.toString()) : [];
}

/** Sends one object in the form the client asked for. */
function sendValue(deps: HandlerDeps, call: ResourceRequest, resource: Resource, status: number, value: StoredValue): void {
  const accepted = negotiate(call.request.headers.accept);
  const object = value.object as KubeObject;
  if (accepted.as === 'Table') {
    const row = tableRow(resource, value, parseIncludeObject(call.query.get('includeObject')), deps.core.clock.nowMs());
    sendObject(
      call.response,
      status,
      table({ resourceVersion: object.metadata.resourceVersion }, columnDefinitions(resource), [row]),
      accepted.format,
    );
  } else if (accepted.as !== undefined) sendObject(call.response, status, partialMetadata(object), accepted.format);
  else sendStored(call.response, status, inClientTime(deps.core, resource, value), accepted.format);
}

/** Sends a page of a collection in the form the client asked for. */
function sendPage(deps: HandlerDeps, call: ResourceRequest, resource: Resource, page: ListPage, isKept = false): void {
  const accepted = negotiate(call.request.headers.accept);
  const metadata = {
    resourceVersion: page.resourceVersion,
    ...(page.continue === undefined ? {} : { continue: page.continue }),
    ...(page.remainingItemCount === undefined ? {} : { remainingItemCount: page.remainingItemCount }),
  };
  const kind = `${resource.type.kind}List`;
  if (accepted.as === 'Table') {
    const include = parseIncludeObject(call.query.get('includeObject'));
    const nowMs = deps.core.clock.nowMs();
    sendObject(
      call.response,
      200,
      table(
        metadata,
        columnDefinitions(resource),
        page.items.map((item) => tableRow(resource, item, include, nowMs)),
      ),
      accepted.format,
    );
  } else if (accepted.as !== undefined) {
    sendObject(
      call.response,
      200,
      {
        kind: 'PartialObjectMetadataList',
        apiVersion: 'meta.k8s.io/v1',
        metadata,
        items: page.items.map((item) => partialMetadata(item.object as KubeObject)),
      },
      accepted.format,
    );
  } else if (accepted.format === 'yaml') {
    sendObject(
      call.response,
      200,
      {
        kind,
        apiVersion: apiVersionOf(resource.type),
        metadata,
        items: page.items.map((item) => inClientTime(deps.core, resource, item).object),
      },
      'yaml',
    );
  } else {
    const head = Buffer.from(
      `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersionOf(resource.type))},"metadata":${JSON.stringify(metadata)},"items":[`,
    );
    const pieces: Buffer[] = [head];
    const reader = readerOf(call.request.headers['user-agent']);
    page.items.forEach((item, index) => {
      if (index > 0) pieces.push(COMMA);
      pieces.push(inClientTime(deps.core, resource, item, reader).bytes);
    });
    pieces.push(TAIL);
    const body = Buffer.concat(pieces);
    if (isKept && page.resourceVersion === String(deps.core.store.revision))
      deps.lists.keep(call.request.url!, deps.core.store.revision, body);
    sendJsonBody(call.response, 200, body);
  }
}

const COMMA = Buffer.from(',');
const TAIL = Buffer.from(']}\n');
