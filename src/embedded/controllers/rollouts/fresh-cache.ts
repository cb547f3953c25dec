import type { Informer } from '../../../kube/informer.ts';
import type { KubeApi, Patch, WriteOptions } from '../../../kube/kube-api.ts';
import { type Draft, type KubeObject, keyOf, keyString, type ObjectKey } from '../../../kube/object.ts';

/**
 * An informer that shows its own writes at once: a pass that follows a write would otherwise repeat it from a stale copy.
 * Kubernetes compares resource versions of one resource by size.
 */
export class FreshCache<T extends KubeObject> {
  readonly informer: Informer<T>;
  readonly #api: KubeApi;
  readonly #written = new Map<string, T>();

  constructor(informer: Informer<T>, api: KubeApi) {
    this.informer = informer;
    this.#api = api;
    informer.onChange(({ type, object }) => {
      const key = keyString(keyOf(object));
      const own = this.#written.get(key);
      if (own !== undefined && (type === 'deleted' || !isNewer(own, object))) this.#written.delete(key);
    });
  }

  get(key: ObjectKey): T | undefined {
    return this.#newest(this.informer.get(key), this.#written.get(keyString(key)));
  }

  /** Objects by an index of the informer, with own writes; ones just created are found by their owners' uid. */
  ownedBy(uid: string): T[] {
    const found = new Map(this.informer.by('owner', uid).map((object) => [keyString(keyOf(object)), object]));
    for (const [key, object] of this.#written)
      if (object.metadata.ownerReferences?.some((owner) => owner.uid === uid)) found.set(key, object);
    return [...found.keys()].map((key) => this.#newest(this.informer.get(keyOf(found.get(key)!)), this.#written.get(key))!);
  }

  async create(draft: Draft<T>): Promise<T> {
    return this.remember(await this.#api.create(this.informer.type, draft));
  }

  async update(object: T, options?: WriteOptions): Promise<T> {
    return this.remember(await this.#api.update(this.informer.type, object, options));
  }

  async patch(key: ObjectKey, patch: Patch, options?: WriteOptions): Promise<T> {
    return this.remember(await this.#api.patch(this.informer.type, key, patch, options));
  }

  async delete(object: T): Promise<void> {
    await this.#api.delete(this.informer.type, keyOf(object), {
      preconditions: { uid: object.metadata.uid },
      propagationPolicy: 'Background',
    });
  }

  /** The stored object, for the rare decision that must not rest on a copy. */
  live(key: ObjectKey): Promise<T | undefined> {
    return this.#api.get(this.informer.type, key);
  }

  remember(object: T): T {
    const known = this.informer.get(keyOf(object));
    if (known === undefined || isNewer(object, known)) this.#written.set(keyString(keyOf(object)), object);
    return object;
  }

  #newest(known: T | undefined, own: T | undefined): T | undefined {
    if (own === undefined || known === undefined) return known ?? own;
    return isNewer(own, known) ? own : known;
  }
}

function isNewer(a: KubeObject, b: KubeObject): boolean {
  return Number(a.metadata.resourceVersion) > Number(b.metadata.resourceVersion);
}
