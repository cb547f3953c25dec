import { authorize } from '../authorization/authorize.ts';
import { nameInFieldSelector } from '../verbs/selection.ts';
import { warnOfDeprecation } from '../verbs/write-warnings.ts';
import { answerCollection } from './collection-requests.ts';
import type { HandlerDeps } from './handler-deps.ts';
import { answerObject } from './object-requests.ts';
import { flag } from './query-options.ts';
import type { ResourcePath } from './request-path.ts';
import { methodNotAllowed, notServed, type ResourceRequest } from './resource-request.ts';
import { answerSubresource } from './subresource-requests.ts';
import { answerVirtual } from './virtual-requests.ts';

/** Authorizes and answers one request for a resource, a collection or a subresource. Throws StatusErrors. */
export async function answerResource(deps: HandlerDeps, call: ResourceRequest): Promise<void> {
  const { core } = deps;
  const { path, query, ctx, request } = call;
  const method = request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET');
  const isWatch = path.legacyWatch || flag(query, 'watch');
  const verb = verbOf(method, path, isWatch);
  const resource = core.table.find(path.group, path.version, path.resource);
  const fieldSelector = verb === 'list' || verb === 'watch' || verb === 'deletecollection' ? query.get('fieldSelector') : null;
  authorize(core, ctx.user, {
    verb,
    group: path.group,
    resource: path.resource,
    subresource: path.subresource,
    namespace: path.namespace ?? (path.resource === 'namespaces' && path.group === '' ? path.name : undefined),
    name: path.name ?? nameInFieldSelector(fieldSelector ?? ''),
  });
  if (resource === undefined) {
    await answerVirtual(deps, call, method);
    return;
  }
  // What is outside of namespaces has no path inside one: rights in a namespace must not reach it.
  if (!resource.type.namespaced && path.namespace !== undefined) throw notServed();
  if (resource.type.namespaced && path.namespace === undefined && (path.name !== undefined || method === 'POST')) throw notServed();
  warnOfDeprecation(ctx, resource);
  if (path.subresource !== undefined) {
    await answerSubresource(deps, call, resource, method);
    return;
  }
  if (resource.verbs !== undefined && !resource.verbs.includes(verb)) throw methodNotAllowed();
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
      throw methodNotAllowed();
  }
}
