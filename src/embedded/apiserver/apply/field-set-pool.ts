import type { ManagedFieldsEntry } from '../../../kube/generated/types.ts';
import { EMPTY, type FieldSet, isEmptySet } from './field-set.ts';

/** Past this many nodes or entries the pool starts anew: what was handed out stays right, only later ones are not shared with it. */
const MAX_KEPT = 4096;

/**
 * One object for all equal field sets, and for all equal parts of them. Most objects of a kind are written by the same managers in the
 * same way, and what managers own is often larger than the object; without sharing it is most of a cluster's memory. One per server.
 */
export class FieldSetPool {
  readonly #nodes = new Map<string, FieldSet>();
  readonly #entries = new Map<string, ManagedFieldsEntry>();
  /** Numbers of the nodes that came out of here: a node's children are told by them, so that its key stays short. */
  readonly #ids = new WeakMap<FieldSet, number>();
  #lastId = 0;

  /** The set with its keys in the order upstream writes them (as `sorted`), deep-frozen and shared. */
  share(set: FieldSet): FieldSet {
    if (isEmptySet(set)) return EMPTY;
    if (this.#ids.has(set)) return set;
    let key = '';
    const node: Record<string, FieldSet> = {};
    for (const element of Object.keys(set).sort()) {
      const child = this.share(set[element]!);
      node[element] = child;
      key += `${element}\0${this.#ids.get(child) ?? 0}\0`;
    }
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    if (this.#nodes.size >= MAX_KEPT) this.#nodes.clear();
    this.#lastId += 1;
    this.#ids.set(Object.freeze(node), this.#lastId);
    this.#nodes.set(key, node);
    return node;
  }

  /** The same for a whole entry: objects that one manager wrote in one second have it in common. */
  shareEntry(entry: ManagedFieldsEntry): ManagedFieldsEntry {
    const fieldsV1 = this.share((entry.fieldsV1 ?? EMPTY) as FieldSet);
    const { manager, operation, apiVersion, time, subresource } = entry;
    const key = `${this.#ids.get(fieldsV1) ?? 0}\0${manager}\0${operation}\0${apiVersion}\0${time}\0${subresource}`;
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    if (this.#entries.size >= MAX_KEPT) this.#entries.clear();
    const shared = Object.freeze({ ...entry, fieldsV1 });
    this.#entries.set(key, shared);
    return shared;
  }
}
