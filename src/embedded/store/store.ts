import type { StoredValue } from './stored-value.ts';

/** The state of one key after its latest write. */
export interface Entry {
  readonly key: string;
  /** The store's revision at the write: increasing over all keys, never reused. */
  readonly revision: number;
  readonly value: StoredValue;
}

export type StoreEvent =
  | { readonly type: 'created'; readonly key: string; readonly revision: number; readonly entry: Entry; readonly previous?: undefined }
  | { readonly type: 'updated'; readonly key: string; readonly revision: number; readonly entry: Entry; readonly previous: Entry }
  /** `entry` is the tombstone: the last state as the deleter rewrote it, with the revision of the deletion. */
  | { readonly type: 'deleted'; readonly key: string; readonly revision: number; readonly entry: Entry; readonly previous: Entry };

export interface ListOptions {
  /** At most this many entries. */
  limit?: number;
  /** Only keys after this one. */
  startAfter?: string;
  /** The state as it was at this revision; the newest when absent. */
  atRevision?: number;
}

export interface ListResult {
  /** In the order of their keys. */
  entries: readonly Entry[];
  /** The revision that the list shows. */
  revision: number;
  /** How many entries follow those returned. */
  remaining: number;
}

export interface StoreWatch {
  close(): void;
}

/** Makes the new object from the revision that the write is going to have. */
export type Build = (revision: number) => object;

/** One of several writes that are made together. `put` creates the key or replaces what it holds. */
export interface Write {
  readonly type: 'put' | 'delete';
  readonly key: string;
  /** Makes the new object, or the tombstone that watchers see. */
  readonly build: Build;
}

/** The write met another state than the caller expected. `current` is the state found, if any. */
export class RevisionMismatch extends Error {
  readonly current: Entry | undefined;

  constructor(key: string, current: Entry | undefined) {
    super(
      `The state of "${key}" is not the expected one: ${current === undefined ? 'it does not exist' : `its revision is ${current.revision}`}.`,
    );
    this.name = 'RevisionMismatch';
    this.current = current;
  }
}

/** The asked-for revision is older than the history that is kept. */
export class Compacted extends Error {
  readonly requestedRevision: number;
  readonly oldestRevision: number;

  constructor(requestedRevision: number, oldestRevision: number) {
    super(`Revision ${requestedRevision} is older than the kept history, which starts at ${oldestRevision}.`);
    this.name = 'Compacted';
    this.requestedRevision = requestedRevision;
    this.oldestRevision = oldestRevision;
  }
}

/**
 * A revisioned log of objects under keys such as `/registry/apps/deployments/default/web`. Every call is synchronous: what
 * has returned is stored, and no other write can come between a read and a write of the same turn.
 */
export interface Store {
  /** Revision of the newest write; 0 when nothing was ever written. */
  readonly revision: number;
  /** Lists and watches below this revision throw `Compacted`. */
  readonly compactedRevision: number;
  get(key: string): Entry | undefined;
  /** Entries whose key starts with `prefix`. Throws `Compacted`. */
  list(prefix: string, options?: ListOptions): ListResult;
  /** How many entries start with `prefix` now. */
  count(prefix: string): number;
  /** Throws `RevisionMismatch` when the key exists. */
  create(key: string, build: Build): Entry;
  /** Throws `RevisionMismatch` unless the key's revision is `expectedRevision`. */
  update(key: string, expectedRevision: number, build: Build): Entry;
  /** `build` makes the tombstone that watchers see. Throws `RevisionMismatch` unless the key's revision is `expectedRevision`. */
  delete(key: string, expectedRevision: number, build: Build): Entry;
  /**
   * Makes all of the writes in their order, each with a revision of its own, or none of them. A key may come several times.
   * Throws `RevisionMismatch` when one deletes a key that does not exist.
   */
  writeAll(writes: readonly Write[]): readonly StoreEvent[];
  /**
   * Calls `onEvents` with every event of `prefix` after `fromRevision`, in order and in batches, in a microtask after the
   * write (so that a writer never runs its watchers). Throws `Compacted`.
   */
  watch(prefix: string, fromRevision: number, onEvents: (events: readonly StoreEvent[]) => void): StoreWatch;
  /** Forgets the history up to `revision`; the newest state stays. */
  compact(revision: number): void;
  close(): void;
}
