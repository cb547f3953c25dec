import { bucketOf } from './bucket.ts';
import { SortedKeys } from './sorted-keys.ts';
import {
  type Build,
  Compacted,
  type Entry,
  type ListOptions,
  type ListResult,
  RevisionMismatch,
  type Store,
  type StoreEvent,
  type StoreWatch,
  type Write,
} from './store.ts';
import { StoredValue } from './stored-value.ts';

export interface MemoryStoreOptions {
  /** How many events the history keeps; older ones are compacted away. Default 8192. */
  keptEvents?: number;
  /** Prefixes of collections that have many objects of which few are read: those rest as text once they have left the history. */
  seldomRead?: readonly string[];
  /** State to start from, in any order, and the revision it shows. */
  initial?: { entries: readonly Entry[]; revision: number };
  /** Called with the events of each write before they become visible; when it throws, the write has not happened. */
  persist?(events: readonly StoreEvent[]): void;
}

interface Watcher {
  prefix: string;
  queue: StoreEvent[];
  closed: boolean;
  onEvents(events: readonly StoreEvent[]): void;
}

/** The store in the memory of this process. */
export class MemoryStore implements Store {
  readonly #entries = new Map<string, Entry>();
  /** Collection prefix -> its keys; one more under '' for keys too short to have a collection. */
  readonly #buckets = new Map<string, SortedKeys>();
  readonly #watchers = new Map<string, Set<Watcher>>();
  readonly #keptEvents: number;
  readonly #seldomRead: readonly string[];
  readonly #persist: ((events: readonly StoreEvent[]) => void) | undefined;
  /** Events of revisions compactedRevision+1..revision, without gaps. */
  #history: StoreEvent[] = [];
  #revision: number;
  #compactedRevision: number;
  #woken = new Set<Watcher>();

  constructor(options: MemoryStoreOptions = {}) {
    this.#keptEvents = options.keptEvents ?? 8192;
    this.#seldomRead = options.seldomRead ?? [];
    this.#persist = options.persist;
    this.#revision = options.initial?.revision ?? 0;
    this.#compactedRevision = this.#revision;
    for (const entry of options.initial?.entries ?? []) {
      this.#entries.set(entry.key, entry);
      this.#rest(entry);
      this.#keysFor(entry.key).add(entry.key);
    }
  }

  get revision(): number {
    return this.#revision;
  }
  get compactedRevision(): number {
    return this.#compactedRevision;
  }

  get(key: string): Entry | undefined {
    return this.#entries.get(key);
  }

  list(prefix: string, options: ListOptions = {}): ListResult {
    const { limit = Number.POSITIVE_INFINITY, startAfter, atRevision } = options;
    if (atRevision !== undefined && atRevision < this.#revision) return this.#listAt(prefix, atRevision, limit, startAfter);
    const entries: Entry[] = [];
    let matching = 0;
    for (const keys of this.#bucketsFor(prefix)) {
      const { from, to } = keys.range(prefix, startAfter);
      matching += to - from;
      for (let at = from; at < to && entries.length < limit; at++) entries.push(this.#entries.get(keys.at(at))!);
    }
    return { entries, revision: this.#revision, remaining: matching - entries.length };
  }

  count(prefix: string): number {
    let count = 0;
    for (const keys of this.#bucketsFor(prefix)) {
      const { from, to } = keys.range(prefix);
      count += to - from;
    }
    return count;
  }

  create(key: string, build: Build): Entry {
    const current = this.#entries.get(key);
    if (current !== undefined) throw new RevisionMismatch(key, current);
    const revision = this.#revision + 1;
    const entry: Entry = { key, revision, value: new StoredValue(build(revision)) };
    this.#commit([{ type: 'created', key, revision, entry }]);
    return entry;
  }

  update(key: string, expectedRevision: number, build: Build): Entry {
    const previous = this.#expect(key, expectedRevision);
    const revision = this.#revision + 1;
    const entry: Entry = { key, revision, value: new StoredValue(build(revision)) };
    this.#commit([{ type: 'updated', key, revision, entry, previous }]);
    return entry;
  }

  delete(key: string, expectedRevision: number, build: Build): Entry {
    const previous = this.#expect(key, expectedRevision);
    const revision = this.#revision + 1;
    const entry: Entry = { key, revision, value: new StoredValue(build(revision)) };
    this.#commit([{ type: 'deleted', key, revision, entry, previous }]);
    return entry;
  }

  writeAll(writes: readonly Write[]): readonly StoreEvent[] {
    const events: StoreEvent[] = [];
    /** What keys that were written by an earlier one of the writes hold then. */
    const meanwhile = new Map<string, Entry | undefined>();
    for (const { type, key, build } of writes) {
      const previous = meanwhile.has(key) ? meanwhile.get(key) : this.#entries.get(key);
      if (type === 'delete' && previous === undefined) throw new RevisionMismatch(key, undefined);
      const revision = this.#revision + events.length + 1;
      const entry: Entry = { key, revision, value: new StoredValue(build(revision)) };
      if (previous === undefined) events.push({ type: 'created', key, revision, entry });
      else events.push({ type: type === 'delete' ? 'deleted' : 'updated', key, revision, entry, previous });
      meanwhile.set(key, type === 'delete' ? undefined : entry);
    }
    this.#commit(events);
    return events;
  }

  watch(prefix: string, fromRevision: number, onEvents: (events: readonly StoreEvent[]) => void): StoreWatch {
    if (fromRevision < this.#compactedRevision) throw new Compacted(fromRevision, this.#compactedRevision);
    const missed = this.#history.slice(fromRevision - this.#compactedRevision).filter((event) => event.key.startsWith(prefix));
    const watcher: Watcher = { prefix, queue: missed, closed: false, onEvents };
    const bucket = bucketOf(prefix) ?? '';
    let watchers = this.#watchers.get(bucket);
    if (watchers === undefined) this.#watchers.set(bucket, (watchers = new Set()));
    watchers.add(watcher);
    if (missed.length > 0) this.#wake(watcher);
    return {
      close: () => {
        watcher.closed = true;
        watchers.delete(watcher);
        if (watchers.size === 0 && this.#watchers.get(bucket) === watchers) this.#watchers.delete(bucket);
      },
    };
  }

  compact(revision: number): void {
    const target = Math.min(revision, this.#revision);
    if (target <= this.#compactedRevision) return;
    const dropped = target - this.#compactedRevision;
    for (let at = 0; at < dropped; at++) {
      const { key, entry } = this.#history[at]!;
      if (this.#entries.get(key) === entry) this.#rest(entry);
    }
    this.#history = this.#history.slice(dropped);
    this.#compactedRevision = target;
  }

  close(): void {
    for (const watchers of this.#watchers.values()) for (const watcher of watchers) watcher.closed = true;
    this.#watchers.clear();
  }

  /** Nobody has asked for the entry's text lately, as the history has it no more; its object has informers that hold it anyway. */
  #rest({ key, value }: Entry): void {
    if (this.#seldomRead.some((prefix) => key.startsWith(prefix))) value.restAsText();
    else value.restAsObject();
  }

  #expect(key: string, expectedRevision: number): Entry {
    const current = this.#entries.get(key);
    if (current === undefined || current.revision !== expectedRevision) throw new RevisionMismatch(key, current);
    return current;
  }

  #commit(events: readonly StoreEvent[]): void {
    if (events.length > 0) this.#persist?.(events);
    for (const event of events) this.#apply(event);
  }

  #apply(event: StoreEvent): void {
    this.#revision = event.revision;
    if (event.type === 'deleted') {
      this.#entries.delete(event.key);
      this.#keysFor(event.key).remove(event.key);
    } else {
      this.#entries.set(event.key, event.entry);
      if (event.type === 'created') this.#keysFor(event.key).add(event.key);
    }
    this.#history.push(event);
    // Cutting in large pieces keeps the cost per write constant.
    if (this.#history.length > this.#keptEvents * 1.25) this.compact(this.#revision - this.#keptEvents);
    const bucket = bucketOf(event.key);
    if (bucket !== undefined) this.#notify(bucket, event);
    this.#notify('', event);
  }

  #notify(bucket: string, event: StoreEvent): void {
    const watchers = this.#watchers.get(bucket);
    if (watchers === undefined) return;
    for (const watcher of watchers) {
      if (!event.key.startsWith(watcher.prefix)) continue;
      watcher.queue.push(event);
      this.#wake(watcher);
    }
  }

  #wake(watcher: Watcher): void {
    if (this.#woken.size === 0) queueMicrotask(() => this.#deliver());
    this.#woken.add(watcher);
  }

  #deliver(): void {
    const woken = this.#woken;
    this.#woken = new Set();
    for (const watcher of woken) {
      if (watcher.closed) continue;
      const events = watcher.queue;
      watcher.queue = [];
      watcher.onEvents(events);
    }
  }

  #listAt(prefix: string, revision: number, limit: number, startAfter: string | undefined): ListResult {
    if (revision < this.#compactedRevision) throw new Compacted(revision, this.#compactedRevision);
    const state = new Map<string, Entry>();
    for (const entry of this.list(prefix).entries) state.set(entry.key, entry);
    for (let at = this.#history.length - 1; at >= 0 && this.#history[at]!.revision > revision; at--) {
      const event = this.#history[at]!;
      if (!event.key.startsWith(prefix)) continue;
      if (event.previous === undefined) state.delete(event.key);
      else state.set(event.key, event.previous);
    }
    const all = [...state.values()]
      .filter((entry) => startAfter === undefined || entry.key > startAfter)
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    const entries = all.slice(0, limit);
    return { entries, revision, remaining: all.length - entries.length };
  }

  #keysFor(key: string): SortedKeys {
    const bucket = bucketOf(key) ?? '';
    let keys = this.#buckets.get(bucket);
    if (keys === undefined) this.#buckets.set(bucket, (keys = new SortedKeys()));
    return keys;
  }

  #bucketsFor(prefix: string): SortedKeys[] {
    const bucket = bucketOf(prefix);
    if (bucket !== undefined) {
      const keys = this.#buckets.get(bucket);
      return keys === undefined ? [] : [keys];
    }
    return [...this.#buckets.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, keys]) => keys);
  }
}
