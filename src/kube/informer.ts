import { type Clock, sleepOn } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { KubeApi, Selection } from './kube-api.ts';
import { type KubeObject, keyOf, keyString, type ObjectKey } from './object.ts';
import type { ResourceType } from './resource-type.ts';
import { isStatus } from './status-error.ts';

export type Change<T> = { type: 'added' | 'deleted'; object: T } | { type: 'modified'; object: T; previous: T };

/**
 * A local copy of a selection of objects, kept by list and watch. Objects are shared: copy before changing. Reconnects and
 * relists by itself (client-go's reflector); handlers see every net change once.
 */
export class Informer<T extends KubeObject> {
  readonly type: ResourceType<T>;
  readonly #api: KubeApi;
  readonly #selection: Selection;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #objects = new Map<string, T>();
  readonly #byNamespace = new Map<string, Map<string, T>>();
  readonly #indexes = new Map<string, { keysOf: (object: T) => string[]; buckets: Map<string, Map<string, T>> }>();
  readonly #handlers: ((change: Change<T>) => void)[] = [];
  #started = false;
  #markSynced: () => void = () => {};
  /** Resolves after the first list. */
  readonly synced: Promise<void> = new Promise((resolve) => {
    this.#markSynced = resolve;
  });

  constructor(api: KubeApi, type: ResourceType<T>, deps: { clock: Clock; log: Log }, selection: Selection = {}) {
    this.type = type;
    this.#api = api;
    this.#selection = selection;
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.addIndex('owner', (object) => (object.metadata.ownerReferences ?? []).map((owner) => owner.uid));
  }

  get(key: ObjectKey): T | undefined {
    return this.#objects.get(keyString(key));
  }

  list(namespace?: string): T[] {
    return [...(namespace === undefined ? this.#objects : (this.#byNamespace.get(namespace) ?? new Map<string, T>())).values()];
  }

  /** Objects by a named index; `owner` (uid of any owner) always exists. */
  by(index: string, key: string): T[] {
    return [...(this.#indexes.get(index)?.buckets.get(key)?.values() ?? [])];
  }

  addIndex(name: string, keysOf: (object: T) => string[]): void {
    if (this.#indexes.has(name)) return;
    const index = { keysOf, buckets: new Map<string, Map<string, T>>() };
    this.#indexes.set(name, index);
    for (const object of this.#objects.values()) this.#put(index.buckets, keysOf(object), object);
  }

  /** Called for every change, and at once with `added` for what is already known. */
  onChange(handler: (change: Change<T>) => void): void {
    this.#handlers.push(handler);
    for (const object of this.#objects.values()) handler({ type: 'added', object });
  }

  /** Starts listing and watching until the signal aborts. A second call is ignored. */
  start(signal: AbortSignal): void {
    if (this.#started) return;
    this.#started = true;
    void this.#run(signal);
  }

  async #run(signal: AbortSignal): Promise<void> {
    let backoffMs = 100;
    while (!signal.aborted) {
      try {
        let { items, resourceVersion } = await this.#api.list(this.type, this.#selection, { signal });
        this.#replace(items);
        this.#markSynced();
        while (!signal.aborted) {
          for await (const event of this.#api.watch(this.type, { ...this.#selection, resourceVersion }, { signal })) {
            backoffMs = 100;
            if (event.type === 'BOOKMARK') {
              resourceVersion = event.resourceVersion;
              continue;
            }
            resourceVersion = event.object.metadata.resourceVersion;
            if (event.type === 'DELETED') this.#remove(event.object);
            else this.#set(event.object);
          }
          // A server that closes watches at once must not make this a hot loop.
          if (!signal.aborted) await sleepOn(this.#clock, 10, signal);
        }
      } catch (error) {
        if (signal.aborted) return;
        if (!isStatus(error, 'Expired', 'Gone')) {
          this.#log.warn(`cannot list or watch ${this.type.resource}: ${String(error)}`);
          await sleepOn(this.#clock, backoffMs, signal).catch(() => {});
          backoffMs = Math.min(backoffMs * 2, 10_000);
        }
      }
    }
  }

  #replace(items: T[]): void {
    const fresh = new Set(items.map((item) => keyString(keyOf(item))));
    for (const [key, object] of [...this.#objects]) if (!fresh.has(key)) this.#remove(object);
    for (const item of items) this.#set(item);
  }

  #set(object: T): void {
    const key = keyString(keyOf(object));
    const previous = this.#objects.get(key);
    if (previous?.metadata.resourceVersion === object.metadata.resourceVersion) return;
    if (previous !== undefined) this.#unindex(previous);
    this.#objects.set(key, object);
    this.#index(object);
    if (previous !== undefined && previous.metadata.uid !== object.metadata.uid) {
      this.#emit({ type: 'deleted', object: previous });
      this.#emit({ type: 'added', object });
    } else this.#emit(previous === undefined ? { type: 'added', object } : { type: 'modified', object, previous });
  }

  #remove(object: T): void {
    const key = keyString(keyOf(object));
    const known = this.#objects.get(key);
    if (known === undefined) return;
    this.#objects.delete(key);
    this.#unindex(known);
    this.#emit({ type: 'deleted', object });
  }

  #emit(change: Change<T>): void {
    for (const handler of this.#handlers) handler(change);
  }

  #index(object: T): void {
    if (object.metadata.namespace !== undefined) this.#put(this.#byNamespace, [object.metadata.namespace], object);
    for (const { keysOf, buckets } of this.#indexes.values()) this.#put(buckets, keysOf(object), object);
  }

  #unindex(object: T): void {
    if (object.metadata.namespace !== undefined) this.#take(this.#byNamespace, [object.metadata.namespace], object);
    for (const { keysOf, buckets } of this.#indexes.values()) this.#take(buckets, keysOf(object), object);
  }

  #put(buckets: Map<string, Map<string, T>>, keys: string[], object: T): void {
    for (const key of keys) {
      let bucket = buckets.get(key);
      if (bucket === undefined) buckets.set(key, (bucket = new Map()));
      bucket.set(keyString(keyOf(object)), object);
    }
  }

  #take(buckets: Map<string, Map<string, T>>, keys: string[], object: T): void {
    for (const key of keys) {
      const bucket = buckets.get(key);
      bucket?.delete(keyString(keyOf(object)));
      if (bucket?.size === 0) buckets.delete(key);
    }
  }
}

/** One informer per type and namespace, shared by all who ask. */
export class InformerFactory {
  readonly #api: KubeApi;
  readonly #deps: { clock: Clock; log: Log };
  readonly #informers = new Map<string, Informer<KubeObject>>();
  readonly #selection: Selection;

  constructor(api: KubeApi, deps: { clock: Clock; log: Log }, selection: Selection = {}) {
    this.#api = api;
    this.#deps = deps;
    this.#selection = selection;
  }

  for<T extends KubeObject>(type: ResourceType<T>): Informer<T> {
    const id = `${type.group}/${type.version}/${type.resource}`;
    let informer = this.#informers.get(id);
    if (informer === undefined) {
      informer = new Informer<KubeObject>(this.#api, type, this.#deps, type.namespaced ? this.#selection : {});
      this.#informers.set(id, informer);
    }
    return informer as unknown as Informer<T>;
  }

  /** Starts every informer that was asked for and resolves when all have listed once. */
  async start(signal: AbortSignal): Promise<void> {
    for (const informer of this.#informers.values()) informer.start(signal);
    await Promise.all([...this.#informers.values()].map((informer) => informer.synced));
  }
}
