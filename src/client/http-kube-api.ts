import type { Status } from '../kube/generated/types.ts';
import type { CallOptions, DeleteOptions, KubeApi, ObjectList, Patch, Selection, WatchEvent, WriteOptions } from '../kube/kube-api.ts';
import type { Draft, KubeObject, ObjectKey } from '../kube/object.ts';
import { apiVersionOf, type ResourceType, resourcePath } from '../kube/resource-type.ts';
import { isStatus, StatusError } from '../kube/status-error.ts';
import { failure, type Transport } from './transport.ts';

const PATCH_TYPES: Record<Patch['type'], string> = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
};
const FIELD_MANAGER = 'canary-lab';
const PAGE = 500;

function query(parameters: Record<string, string | number | boolean | undefined>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters)) if (value !== undefined) search.set(key, String(value));
  return search.size > 0 ? `?${search}` : '';
}

/** The Kubernetes API over HTTPS. */
export class HttpKubeApi implements KubeApi {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async get<T extends KubeObject>(type: ResourceType<T>, key: ObjectKey, options: CallOptions = {}): Promise<T | undefined> {
    try {
      return await this.#transport.json<T>({ method: 'GET', path: resourcePath(type, key), signal: options.signal });
    } catch (error) {
      if (isStatus(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  async list<T extends KubeObject>(
    type: ResourceType<T>,
    selection: Selection = {},
    options: CallOptions & { limit?: number; continue?: string } = {},
  ): Promise<ObjectList<T>> {
    const items: T[] = [];
    let token = options.continue;
    for (;;) {
      const path =
        resourcePath(type, { namespace: selection.namespace }) +
        query({
          labelSelector: selection.labelSelector,
          fieldSelector: selection.fieldSelector,
          limit: options.limit ?? PAGE,
          continue: token,
        });
      const page = await this.#transport.json<{ items?: T[]; metadata: { resourceVersion: string; continue?: string } }>({
        method: 'GET',
        path,
        signal: options.signal,
      });
      for (const item of page.items ?? []) items.push({ ...item, apiVersion: apiVersionOf(type), kind: type.kind });
      token = page.metadata.continue === '' ? undefined : page.metadata.continue;
      if (token === undefined || options.limit !== undefined)
        return { items, resourceVersion: page.metadata.resourceVersion, continue: token };
    }
  }

  async *watch<T extends KubeObject>(
    type: ResourceType<T>,
    selection: Selection & { resourceVersion: string },
    options: CallOptions = {},
  ): AsyncIterable<WatchEvent<T>> {
    const { signal } = options;
    const path =
      resourcePath(type, { namespace: selection.namespace }) +
      query({
        watch: true,
        allowWatchBookmarks: true,
        resourceVersion: selection.resourceVersion,
        labelSelector: selection.labelSelector,
        fieldSelector: selection.fieldSelector,
      });
    try {
      // Before the answer is there: from then on somebody must listen to it.
      const { createInterface } = await import('node:readline');
      const response = await this.#transport.open({ method: 'GET', path, signal });
      if ((response.statusCode ?? 500) >= 400) {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk as Buffer);
        throw failure(response.statusCode ?? 500, Buffer.concat(chunks).toString(), { method: 'GET', path });
      }
      const lines = createInterface({ input: response, crlfDelay: Number.POSITIVE_INFINITY });
      // While the loop runs an error ends it; one that comes after its end (the connection is closed then) concerns nobody.
      lines.on('error', () => {});
      response.on('error', () => {});
      for await (const line of lines) {
        if (line === '') continue;
        const event = JSON.parse(line) as { type: string; object: unknown };
        if (event.type === 'ERROR') throw new StatusError(event.object as Status);
        if (event.type === 'BOOKMARK') yield { type: 'BOOKMARK', resourceVersion: (event.object as T).metadata.resourceVersion };
        else yield event as WatchEvent<T>;
      }
    } catch (error) {
      if (signal?.aborted) return;
      // A connection that breaks in the middle of a watch is an ordinary end: the caller watches again.
      if ((error as NodeJS.ErrnoException).code === 'ECONNRESET') return;
      throw error;
    }
  }

  create<T extends KubeObject>(type: ResourceType<T>, draft: Draft<T>, options: WriteOptions = {}): Promise<T> {
    const path = resourcePath(type, { namespace: draft.metadata.namespace }) + this.#writeQuery(options);
    return this.#transport.json<T>({
      method: 'POST',
      path,
      body: { apiVersion: apiVersionOf(type), kind: type.kind, ...draft },
      signal: options.signal,
    });
  }

  update<T extends KubeObject>(type: ResourceType<T>, object: T, options: WriteOptions = {}): Promise<T> {
    const path = resourcePath(type, object.metadata, options.subresource) + this.#writeQuery(options);
    return this.#transport.json<T>({
      method: 'PUT',
      path,
      body: { apiVersion: apiVersionOf(type), kind: type.kind, ...object },
      signal: options.signal,
    });
  }

  patch<T extends KubeObject>(type: ResourceType<T>, key: ObjectKey, patch: Patch, options: WriteOptions = {}): Promise<T> {
    const force = patch.type === 'apply' ? patch.force : undefined;
    const path = resourcePath(type, key, options.subresource) + this.#writeQuery(options, { force });
    return this.#transport.json<T>({
      method: 'PATCH',
      path,
      body: patch.body,
      contentType: PATCH_TYPES[patch.type],
      signal: options.signal,
    });
  }

  async delete<T extends KubeObject>(type: ResourceType<T>, key: ObjectKey, options: DeleteOptions = {}): Promise<void> {
    const { propagationPolicy, gracePeriodSeconds, preconditions, signal } = options;
    await this.#transport.json({
      method: 'DELETE',
      path: resourcePath(type, key),
      body: { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy, gracePeriodSeconds, preconditions },
      signal,
    });
  }

  createSubresource<R = Status>(
    type: ResourceType,
    key: ObjectKey,
    subresource: string,
    body: object,
    options: CallOptions = {},
  ): Promise<R> {
    return this.#transport.json<R>({ method: 'POST', path: resourcePath(type, key, subresource), body, signal: options.signal });
  }

  #writeQuery(options: WriteOptions, more: Record<string, boolean | undefined> = {}): string {
    return query({ fieldManager: options.fieldManager ?? FIELD_MANAGER, dryRun: options.dryRun ? 'All' : undefined, ...more });
  }
}
