import { type Clock, rfc3339 } from '../../base/clock.ts';
import { type Snapshot, snapshots } from '../../kube/snapshot-resource.ts';
import { storagePrefix } from '../apiserver/storage-key.ts';
import type { Build, Entry, ListOptions, ListResult, Store, StoreEvent, StoreWatch, Write } from '../store/store.ts';
import { isKept } from './kept-keys.ts';

/** The state of the cluster at the revision before a Snapshot was created. */
export interface KeptState {
  readonly takenAtMs: number;
  /** The entries themselves, which the store shares with its history. */
  readonly entries: ReadonlyMap<string, Entry>;
}

const SNAPSHOTS = storagePrefix(snapshots);

/**
 * A store in which the write that creates a Snapshot also takes it, so that it shows one revision. What a Snapshot holds is in the
 * memory of this process: Snapshots that the given store has from an earlier process are empty and are deleted.
 */
export class SnapshotStore implements Store {
  readonly #inner: Store;
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #states = new Map<string, KeptState>();

  constructor(inner: Store, clock: Pick<Clock, 'nowMs'>) {
    this.#inner = inner;
    this.#clock = clock;
    for (const { key, revision, value } of inner.list(SNAPSHOTS).entries) inner.delete(key, revision, () => value.object);
  }

  /** What the Snapshot stored under this key holds. */
  stateOf(key: string): KeptState | undefined {
    return this.#states.get(key);
  }

  get revision(): number {
    return this.#inner.revision;
  }
  get compactedRevision(): number {
    return this.#inner.compactedRevision;
  }
  get(key: string): Entry | undefined {
    return this.#inner.get(key);
  }
  list(prefix: string, options?: ListOptions): ListResult {
    return this.#inner.list(prefix, options);
  }
  count(prefix: string): number {
    return this.#inner.count(prefix);
  }

  create(key: string, build: Build): Entry {
    if (!key.startsWith(SNAPSHOTS)) return this.#inner.create(key, build);
    const takenAtMs = this.#clock.nowMs();
    const entries = new Map(this.#inner.list('/registry/').entries.flatMap((entry) => (isKept(entry.key) ? [[entry.key, entry]] : [])));
    const created = this.#inner.create(key, (revision) => {
      const object = build(revision) as Snapshot;
      return { ...object, status: { takenAt: rfc3339(takenAtMs), objects: entries.size, restored: object.spec.restore ?? 0 } };
    });
    this.#states.set(key, { takenAtMs, entries });
    return created;
  }

  update(key: string, expectedRevision: number, build: Build): Entry {
    if (!key.startsWith(SNAPSHOTS)) return this.#inner.update(key, expectedRevision, build);
    // The status says what has happened; no client has anything to say in it.
    const { status } = (this.#inner.get(key)?.value.object ?? {}) as Partial<Snapshot>;
    return this.#inner.update(key, expectedRevision, (revision) => ({ ...build(revision), status }));
  }

  delete(key: string, expectedRevision: number, build: Build): Entry {
    const gone = this.#inner.delete(key, expectedRevision, build);
    this.#states.delete(key);
    return gone;
  }

  writeAll(writes: readonly Write[]): readonly StoreEvent[] {
    return this.#inner.writeAll(writes);
  }
  watch(prefix: string, fromRevision: number, onEvents: (events: readonly StoreEvent[]) => void): StoreWatch {
    return this.#inner.watch(prefix, fromRevision, onEvents);
  }
  compact(revision: number): void {
    this.#inner.compact(revision);
  }
  close(): void {
    this.#states.clear();
    this.#inner.close();
  }
}
