import type { Binding, UserInfo, DeleteOptions as WireDeleteOptions } from '../../kube/generated/types.ts';
import type { CallOptions, DeleteOptions, KubeApi, ObjectList, Patch, Selection, WatchEvent, WriteOptions } from '../../kube/kube-api.ts';
import type { AnyObject, Draft, KubeObject, ObjectKey } from '../../kube/object.ts';
import type { ResourceType } from '../../kube/resource-type.ts';
import { notFound, statusError } from '../../kube/status-error.ts';
import { authorize } from './authorization/authorize.ts';
import { subresourcesOf } from './discovery/served-subresources.ts';
import { ItemQueue } from './item-queue.ts';
import type { Resource } from './registry/resource.ts';
import type { RequestContext } from './request-context.ts';
import type { ServerCore } from './server-core.ts';
import { bindPod } from './subresources/binding.ts';
import { evictPod } from './subresources/eviction.ts';
import { updateScale } from './subresources/scale.ts';
import { requestToken } from './subresources/token-request.ts';
import { readObject } from './verbs/computed-objects.ts';
import { createObject } from './verbs/create-object.ts';
import { decodeBody } from './verbs/decode-body.ts';
import { deleteObject, validateDeleteOptions } from './verbs/delete-object.ts';
import { listObjects } from './verbs/list-objects.ts';
import { applyPatch, patchObject } from './verbs/patch-object.ts';
import { updateObject } from './verbs/update-object.ts';
import { watchObjects } from './verbs/watch-objects.ts';
import type { WriteQuery } from './verbs/write-query.ts';

/**
 * The API for code in this process, as one user: the same authorization, admission and registry as over HTTPS, without the
 * JSON. Objects that come back are the store's own, deep-frozen.
 */
export class InProcessApi implements KubeApi {
  readonly #core: ServerCore;
  readonly #user: UserInfo;
  readonly #managerName: string;

  constructor(core: ServerCore, user: UserInfo) {
    this.#core = core;
    this.#user = user;
    this.#managerName = managerName(user);
  }

  async get<T extends KubeObject>(type: ResourceType<T>, key: ObjectKey, options: CallOptions = {}): Promise<T | undefined> {
    options.signal?.throwIfAborted();
    const row = this.#open(type, 'get', key);
    return readObject(this.#core, row, key)?.object as T | undefined;
  }

  async list<T extends KubeObject>(
    type: ResourceType<T>,
    selection: Selection = {},
    options: CallOptions & { limit?: number; continue?: string } = {},
  ): Promise<ObjectList<T>> {
    options.signal?.throwIfAborted();
    const row = this.#open(type, 'list', { namespace: selection.namespace });
    const page = await listObjects(
      this.#core,
      row,
      selection.namespace,
      { labelSelector: selection.labelSelector, fieldSelector: selection.fieldSelector, limit: options.limit, continue: options.continue },
      options,
    );
    return {
      items: page.items.map((item) => item.object as T),
      resourceVersion: page.resourceVersion,
      ...(page.continue === undefined ? {} : { continue: page.continue }),
    };
  }

  async *watch<T extends KubeObject>(
    type: ResourceType<T>,
    selection: Selection & { resourceVersion: string },
    options: CallOptions = {},
  ): AsyncGenerator<WatchEvent<T>> {
    if (options.signal?.aborted === true) return;
    const row = this.#open(type, 'watch', { namespace: selection.namespace });
    const queue = new ItemQueue<WatchEvent<T>>();
    const watch = watchObjects(
      this.#core,
      row,
      selection.namespace,
      {
        labelSelector: selection.labelSelector,
        fieldSelector: selection.fieldSelector,
        fromRevision: Number(selection.resourceVersion || 0),
      },
      {
        events: (events) => queue.push(events.map(({ type: kind, value }) => ({ type: kind, object: value.object as T }))),
        initialDone: (revision) => queue.push([{ type: 'BOOKMARK', resourceVersion: String(revision) }]),
      },
    );
    const stop = (): void => queue.end();
    options.signal?.addEventListener('abort', stop, { once: true });
    try {
      yield* queue;
    } finally {
      options.signal?.removeEventListener('abort', stop);
      watch.close();
    }
  }

  create<T extends KubeObject>(type: ResourceType<T>, draft: Draft<T>, options: WriteOptions = {}): Promise<T> {
    return this.#write(type, 'create', { namespace: draft.metadata.namespace }, options, async (row, ctx, query) => {
      const object = decodeBody(row, draft, query.fieldValidation, ctx);
      return (await createObject(this.#core, ctx, row, draft.metadata.namespace, object, query)).object as T;
    });
  }

  update<T extends KubeObject>(type: ResourceType<T>, object: T, options: WriteOptions = {}): Promise<T> {
    const key: ObjectKey = { namespace: object.metadata.namespace, name: object.metadata.name };
    return this.#write(type, 'update', key, options, async (row, ctx, query) => {
      if (options.subresource === 'scale')
        return (await updateScale(this.#core, ctx, row, key, () => object as unknown as AnyObject, query)).object as T;
      const compute = (): AnyObject => decodeBody(row, object, query.fieldValidation, ctx);
      return (
        await updateObject(this.#core, ctx, row, key, { subresource: options.subresource, compute, demandsResourceVersion: true }, query)
      ).object as T;
    });
  }

  patch<T extends KubeObject>(type: ResourceType<T>, key: ObjectKey, patch: Patch, options: WriteOptions = {}): Promise<T> {
    return this.#write(type, 'patch', key, options, async (row, ctx, query) => {
      if (options.subresource === 'scale') {
        const scaleRow = { ...row, schemaName: 'Scale' };
        return (
          await updateScale(
            this.#core,
            ctx,
            row,
            key,
            (scale) => (patch.type === 'apply' ? (patch.body as AnyObject) : applyPatch(scaleRow, scale, patch)),
            query,
          )
        ).object as T;
      }
      const applied =
        patch.type === 'apply'
          ? { fieldManager: ctx.defaultManager, ...query, ...(patch.force === undefined ? {} : { force: patch.force }) }
          : query;
      return (await patchObject(this.#core, ctx, row, key, patch, applied, options.subresource)).value.object as T;
    });
  }

  delete<T extends KubeObject>(type: ResourceType<T>, key: ObjectKey, options: DeleteOptions = {}): Promise<void> {
    return this.#write(type, 'delete', key, options, async (row, ctx) => {
      const { propagationPolicy, gracePeriodSeconds, preconditions } = options;
      const wire: WireDeleteOptions = {
        ...(propagationPolicy ? { propagationPolicy } : {}),
        ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
        ...(preconditions ? { preconditions } : {}),
      };
      validateDeleteOptions(wire);
      await deleteObject(this.#core, ctx, row, key, wire);
    });
  }

  createSubresource<R = unknown>(
    type: ResourceType,
    key: ObjectKey,
    subresource: string,
    body: object,
    options: CallOptions = {},
  ): Promise<R> {
    return this.#write(type, 'create', key, { ...options, namedSubresource: subresource }, async (row, ctx) => {
      if (!subresourcesOf(row).some(({ name }) => name === subresource))
        throw statusError('NotFound', 'the server could not find the requested resource', {});
      switch (subresource) {
        case 'binding':
          bindPod(this.#core, ctx, key, body as Partial<Binding>, false);
          return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } as R;
        case 'eviction':
          return (await evictPod(this.#core, ctx, key, body)) as R;
        case 'token':
          return requestToken(this.#core, key, body) as R;
        default:
          throw statusError('MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
      }
    });
  }

  /** The row of the type, once the user may do `verb` there. */
  #open(
    type: ResourceType,
    verb: string,
    key: { namespace?: string | undefined; name?: string | undefined },
    subresource?: string,
  ): Resource {
    authorize(this.#core, this.#user, {
      verb,
      group: type.group,
      resource: type.resource,
      subresource,
      namespace: type.namespaced ? key.namespace : undefined,
      name: key.name,
    });
    const row = this.#core.table.find(type.group, type.version, type.resource);
    if (row === undefined) throw statusError('NotFound', 'the server could not find the requested resource', {});
    if (row.computed !== undefined && row.verbs?.includes(verb) !== true)
      throw statusError('MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
    return row;
  }

  async #write<R>(
    type: ResourceType,
    verb: string,
    key: { namespace?: string | undefined; name?: string | undefined },
    options: WriteOptions & { namedSubresource?: string },
    work: (row: Resource, ctx: RequestContext, query: WriteQuery) => Promise<R>,
  ): Promise<R> {
    options.signal?.throwIfAborted();
    const end = this.#core.activity.begin(`${verb} ${type.resource}`);
    try {
      const subresource = options.namedSubresource ?? options.subresource;
      const row = this.#open(type, verb, key, subresource);
      if (type.namespaced && !key.namespace) throw statusError('BadRequest', 'an empty namespace may not be set during creation');
      if (options.subresource === 'status' && !row.hasStatus)
        throw statusError('NotFound', 'the server could not find the requested resource', {});
      if (options.subresource === 'scale' && row.scale === undefined) throw notFound(type, key.name ?? '');
      const ctx: RequestContext = {
        user: this.#user,
        defaultManager: this.#managerName,
        signal: options.signal,
        warn: (text) => this.#core.log.debug(`warning for ${this.#user.username}: ${text}`),
      };
      return await work(row, ctx, {
        dryRun: options.dryRun ?? false,
        fieldValidation: 'Ignore',
        ...(options.fieldManager === undefined ? {} : { fieldManager: options.fieldManager }),
      });
    } finally {
      end();
    }
  }
}

/** The last part of a user name: `deployment-controller` of `system:serviceaccount:kube-system:deployment-controller`. */
function managerName(user: UserInfo): string {
  return user.username?.split(':').at(-1) || 'unknown';
}
