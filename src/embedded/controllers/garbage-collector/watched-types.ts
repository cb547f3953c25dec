import { type Change, Informer } from '../../../kube/informer.ts';
import type { KubeObject } from '../../../kube/object.ts';
import { apiVersionOf, customResourceDefinitions, type ResourceType } from '../../../kube/resource-type.ts';
import type { ClusterFacts } from '../cluster-facts.ts';
import type { ControllerDeps } from '../controller.ts';

export const typeId = (type: ResourceType): string => `${type.group}/${type.resource}`;

interface Watched {
  type: ResourceType;
  cache: Informer<KubeObject>;
  stop?: AbortController;
}

/** One cache for each type that the server serves, following custom types as they come and go. Events have no dependents and are left out. */
export class WatchedTypes {
  readonly #deps: Pick<ControllerDeps, 'api' | 'informers' | 'clock' | 'log'>;
  readonly #facts: Pick<ClusterFacts, 'resourceTypes'>;
  readonly #onChange: (type: ResourceType, change: Change<KubeObject>) => void;
  readonly #watched = new Map<string, Watched>();
  #signal: AbortSignal | undefined;

  constructor(
    deps: Pick<ControllerDeps, 'api' | 'informers' | 'clock' | 'log'>,
    facts: Pick<ClusterFacts, 'resourceTypes'>,
    onChange: (type: ResourceType, change: Change<KubeObject>) => void,
  ) {
    this.#deps = deps;
    this.#facts = facts;
    this.#onChange = onChange;
  }

  caches(): Iterable<Watched> {
    return this.#watched.values();
  }

  byId(id: string): Watched | undefined {
    return this.#watched.get(id);
  }

  /** The watched type that an owner reference names. */
  byKind(apiVersion: string, kind: string): Watched | undefined {
    const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
    let sameGroup: Watched | undefined;
    for (const watched of this.#watched.values()) {
      if (watched.type.kind !== kind || watched.type.group !== group) continue;
      if (apiVersionOf(watched.type) === apiVersion) return watched;
      sameGroup = watched;
    }
    return sameGroup;
  }

  get isStarted(): boolean {
    return this.#signal !== undefined;
  }

  /** Takes up new types and drops those that are gone. Answers whether a new one came. */
  refresh(): boolean {
    const served = new Map(
      this.#facts
        .resourceTypes()
        .filter((type) => type.resource !== 'events')
        .map((type) => [typeId(type), type]),
    );
    const isCustom = this.#customTypes();
    let isNew = false;
    for (const [id, type] of served) {
      // Custom types wait for the start: the factory would not start a cache that is asked for while it starts the others.
      if (this.#watched.has(id) || (this.#signal === undefined && isCustom(type))) continue;
      isNew = true;
      // A custom type may vanish, so its cache is ours alone and can be stopped; built-in ones are shared with all.
      const stop = isCustom(type) ? new AbortController() : undefined;
      const cache = stop === undefined ? this.#deps.informers.for(type) : new Informer<KubeObject>(this.#deps.api, type, this.#deps);
      this.#watched.set(id, { type, cache, ...(stop ? { stop } : {}) });
      cache.onChange((change) => this.#onChange(type, change));
      if (this.#signal !== undefined) cache.start(stop?.signal ?? this.#signal);
    }
    for (const [id, watched] of this.#watched) {
      if (served.has(id) || watched.stop === undefined) continue;
      watched.stop.abort();
      this.#watched.delete(id);
    }
    return isNew;
  }

  /** From now on custom types are watched as they come. */
  start(signal: AbortSignal): void {
    this.#signal = signal;
    this.refresh();
    signal.addEventListener(
      'abort',
      () => {
        for (const { stop } of this.#watched.values()) stop?.abort();
      },
      { once: true },
    );
  }

  #customTypes(): (type: ResourceType) => boolean {
    const names = new Set(
      this.#deps.informers
        .for(customResourceDefinitions)
        .list()
        .map((definition) => `${definition.spec.group}/${definition.spec.names.plural}`),
    );
    return (type) => names.has(typeId(type)) || (type.group.includes('.') && !type.group.endsWith('.k8s.io'));
  }
}
