import type { Binding, DeleteOptions } from '../../../kube/generated/types.ts';
import type { AnyObject, ObjectKey } from '../../../kube/object.ts';
import { notFound, statusError } from '../../../kube/status-error.ts';
import type { StoredValue } from '../../store/stored-value.ts';
import { subresourcesOf } from '../discovery/served-subresources.ts';
import type { Resource } from '../registry/resource.ts';
import { decodeObject } from '../schema/decode.ts';
import { storageKey } from '../storage-key.ts';
import { bindPod } from '../subresources/binding.ts';
import { evictPod } from '../subresources/eviction.ts';
import { scaleOf, updateScale } from '../subresources/scale.ts';
import { requestToken } from '../subresources/token-request.ts';
import { inVersionOf } from '../verbs/api-version.ts';
import { applyPatch, patchObject } from '../verbs/patch-object.ts';
import type { HandlerDeps } from './handler-deps.ts';
import { streamLog } from './log-stream.ts';
import { putObject } from './object-requests.ts';
import { writeQuery } from './query-options.ts';
import { parseBody, readBody } from './request-body.ts';
import { methodNotAllowed, notServed, type ResourceRequest } from './resource-request.ts';
import { createdStatus, sendObject, sendStored } from './responses.ts';
import { sendValue } from './send-objects.ts';
import { readPatch } from './write-bodies.ts';

/** Subresources of upstream that are refused by name. */
const NOT_MODELLED = new Set(['pods/ephemeralcontainers', 'pods/resize', 'pods/proxy', 'services/proxy', 'nodes/proxy']);

/** Answers a request for a part of an object, or for something that is done to it. */
export async function answerSubresource(deps: HandlerDeps, call: ResourceRequest, resource: Resource, method: string): Promise<void> {
  const { core } = deps;
  const { path, query, ctx, request, response, protobuf } = call;
  const subresource = path.subresource!;
  const key: ObjectKey = { namespace: path.namespace, name: path.name! };
  const served = subresourcesOf(resource).find(({ name }) => name === subresource);
  if (served === undefined) {
    if (NOT_MODELLED.has(`${resource.type.resource}/${subresource}`))
      throw statusError('BadRequest', `"${resource.type.resource}/${subresource}" is not modelled`);
    throw notServed();
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
      sendObject(response, 201, createdStatus());
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
      throw methodNotAllowed();
  }
}
