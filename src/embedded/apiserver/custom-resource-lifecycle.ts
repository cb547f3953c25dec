import { messageOf } from '../../base/errors.ts';
import { isConditionTrue } from '../../kube/conditions.ts';
import type { CustomResourceDefinition } from '../../kube/generated/types.ts';
import type { AnyObject, KubeObject } from '../../kube/object.ts';
import { customResourceDefinitions, type ResourceType } from '../../kube/resource-type.ts';
import { isStatus } from '../../kube/status-error.ts';
import type { Entry, StoreWatch } from '../store/store.ts';
import { ADMIN } from './authentication/authenticator.ts';
import { cloneJson } from './clone-json.ts';
import { customResources } from './crd/custom-resource.ts';
import { establishedStatus } from './definition-status.ts';
import type { RequestContext } from './request-context.ts';
import type { ServerCore } from './server-core.ts';
import { storageKey, storagePrefix } from './storage-key.ts';
import { CLEANUP_FINALIZER, deleteObject } from './verbs/delete-object.ts';
import { removeEntry } from './verbs/remove-entry.ts';

/**
 * Follows the CustomResourceDefinitions in the store: serves their resources, tells so in their conditions, and empties and
 * withdraws them when they are deleted. The rows exist before the condition Established can be seen.
 */
export class CustomResourceLifecycle {
  readonly #core: ServerCore;
  /** Types served for each definition, by its name. */
  readonly #served = new Map<string, ResourceType[]>();
  /** What each definition asked for when its types were served last. */
  readonly #specs = new Map<string, CustomResourceDefinition['spec']>();
  /** Watches on the instances of definitions that wait for their last one to go. */
  readonly #draining = new Map<string, StoreWatch>();
  #watch: StoreWatch | undefined;

  constructor(core: ServerCore) {
    this.#core = core;
  }

  start(): void {
    const { store } = this.#core;
    const prefix = storagePrefix(customResourceDefinitions);
    const present = store.list(prefix);
    for (const entry of present.entries) this.#follow(entry);
    this.#watch = store.watch(prefix, present.revision, (events) => {
      for (const event of events) {
        const { name } = (event.entry.value.object as KubeObject).metadata;
        if (event.type === 'deleted') {
          this.#withdraw(name);
          continue;
        }
        const newest = store.get(event.key);
        if (newest !== undefined) this.#follow(newest);
      }
    });
  }

  /** Serves exactly what the definitions in the store ask for, before the watch tells of them. */
  followRestore(): void {
    const { entries } = this.#core.store.list(storagePrefix(customResourceDefinitions));
    const names = new Set(entries.map((entry) => (entry.value.object as KubeObject).metadata.name));
    for (const name of [...this.#served.keys()]) if (!names.has(name)) this.#withdraw(name);
    for (const entry of entries) this.#follow(entry);
  }

  stop(): void {
    this.#watch?.close();
    for (const watch of this.#draining.values()) watch.close();
    this.#draining.clear();
  }

  #follow(entry: Entry): void {
    const definition = entry.value.object as CustomResourceDefinition;
    try {
      this.#serve(definition);
      if (definition.metadata.deletionTimestamp !== undefined)
        void this.#core.activity.during(`clean up ${definition.metadata.name}`, () => this.#cleanUp(definition));
      else if (!isConditionTrue(definition.status?.conditions, 'Established')) this.#establish(entry, definition);
    } catch (error) {
      this.#core.log.error(`cannot serve ${definition.metadata.name}: ${messageOf(error)}`);
    }
  }

  #serve(definition: CustomResourceDefinition): void {
    const { name } = definition.metadata;
    // Writes of the status and the like share the spec with the version before.
    if (this.#specs.get(name) === definition.spec) return;
    const rows = customResources(definition);
    this.#specs.set(name, definition.spec);
    const types = rows.map((row) => row.type);
    for (const before of this.#served.get(name) ?? []) {
      if (!types.some((type) => type.version === before.version)) this.#core.table.remove(before);
    }
    for (const row of rows) this.#core.table.add(row);
    this.#served.set(name, types);
  }

  #withdraw(name: string): void {
    for (const type of this.#served.get(name) ?? []) this.#core.table.remove(type);
    this.#served.delete(name);
    this.#specs.delete(name);
    this.#draining.get(name)?.close();
    this.#draining.delete(name);
  }

  #establish(entry: Entry, definition: CustomResourceDefinition): void {
    const status = establishedStatus(definition, this.#core.clock.nowMs());
    this.#core.store.update(entry.key, entry.revision, (revision) => ({
      ...definition,
      metadata: { ...definition.metadata, resourceVersion: String(revision) },
      status,
    }));
  }

  /** Deletes the instances and, once the last has gone, lets the definition go. */
  async #cleanUp(definition: CustomResourceDefinition): Promise<void> {
    const { name } = definition.metadata;
    const [type] = this.#served.get(name) ?? [];
    if (type === undefined) return;
    const core = this.#core;
    const prefix = storagePrefix(type);
    const ctx: RequestContext = { user: ADMIN, defaultManager: 'kube-apiserver', signal: undefined, warn: () => {} };
    for (const entry of core.store.list(prefix).entries) {
      const { metadata } = entry.value.object as AnyObject;
      if (metadata.deletionTimestamp !== undefined) continue;
      try {
        await deleteObject(core, ctx, core.table.get(type), { namespace: metadata.namespace, name: metadata.name }, {});
      } catch (error) {
        if (!isStatus(error, 'NotFound')) core.log.warn(`cannot delete ${type.resource} "${metadata.name}": ${messageOf(error)}`);
      }
    }
    if (core.store.count(prefix) === 0) {
      this.#release(name);
      return;
    }
    // Instances with finalizers of their own take their time.
    if (this.#draining.has(name)) return;
    this.#draining.set(
      name,
      core.store.watch(prefix, core.store.revision, () => {
        if (core.store.count(prefix) === 0) this.#release(name);
      }),
    );
  }

  #release(name: string): void {
    const { store, table } = this.#core;
    this.#draining.get(name)?.close();
    this.#draining.delete(name);
    const entry = store.get(storageKey(customResourceDefinitions, undefined, name));
    if (entry === undefined) return;
    const next = cloneJson(entry.value.object as AnyObject);
    const finalizers = (next.metadata.finalizers ?? []).filter((finalizer) => finalizer !== CLEANUP_FINALIZER);
    if (finalizers.length > 0) {
      next.metadata.finalizers = finalizers;
      store.update(entry.key, entry.revision, (revision) => {
        next.metadata.resourceVersion = String(revision);
        return next;
      });
      return;
    }
    delete next.metadata.finalizers;
    removeEntry(this.#core, table.get(customResourceDefinitions), entry, next);
    this.#withdraw(name);
  }
}
