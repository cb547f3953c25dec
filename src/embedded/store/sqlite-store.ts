import { DatabaseSync } from 'node:sqlite';
import { MemoryStore, type MemoryStoreOptions } from './memory-store.ts';
import type { Build, Entry, ListOptions, ListResult, Store, StoreEvent, StoreWatch, Write } from './store.ts';
import { StoredValue } from './stored-value.ts';

/**
 * A store whose state outlives the process: a write is in the file's WAL before it returns, so it survives `kill -9`. All
 * reads are served from memory; the history starts anew when the file is opened, so watchers of an earlier run relist.
 */
export class SqliteStore implements Store {
  readonly #database: DatabaseSync;
  readonly #memory: MemoryStore;

  /** Opens or creates the file. Throws when another format is found in it. */
  constructor(file: string, options: Pick<MemoryStoreOptions, 'keptEvents' | 'seldomRead'> = {}) {
    this.#database = new DatabaseSync(file);
    // NORMAL syncs at checkpoints only: enough against a killed process, not against a power cut.
    this.#database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
      CREATE TABLE IF NOT EXISTS entry (key TEXT PRIMARY KEY, revision INTEGER NOT NULL, value TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
      INSERT OR IGNORE INTO meta VALUES ('format', 1), ('revision', 0);`);
    const meta = (name: string): number => Number(this.#database.prepare('SELECT value FROM meta WHERE name = ?').get(name)?.['value']);
    if (meta('format') !== 1) throw new Error(`"${file}" was written in format ${meta('format')}; this program reads format 1.`);
    const entries = this.#database
      .prepare('SELECT key, revision, value FROM entry')
      .all()
      .map((row): Entry => {
        const text = String(row['value']);
        return {
          key: String(row['key']),
          revision: Number(row['revision']),
          value: new StoredValue(JSON.parse(text) as object, Buffer.from(text)),
        };
      });
    const put = this.#database.prepare(
      'INSERT INTO entry VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET revision = excluded.revision, value = excluded.value',
    );
    const remove = this.#database.prepare('DELETE FROM entry WHERE key = ?');
    const setRevision = this.#database.prepare("UPDATE meta SET value = ? WHERE name = 'revision'");
    const persist = (events: readonly StoreEvent[]): void => {
      this.#database.exec('BEGIN');
      try {
        for (const { type, key, revision, entry } of events) {
          if (type === 'deleted') remove.run(key);
          else put.run(key, revision, entry.value.bytes.toString());
        }
        setRevision.run(events.at(-1)!.revision);
        this.#database.exec('COMMIT');
      } catch (error) {
        this.#database.exec('ROLLBACK');
        throw error;
      }
    };
    this.#memory = new MemoryStore({ ...options, initial: { entries, revision: meta('revision') }, persist });
  }

  get revision(): number {
    return this.#memory.revision;
  }
  get compactedRevision(): number {
    return this.#memory.compactedRevision;
  }
  get(key: string): Entry | undefined {
    return this.#memory.get(key);
  }
  list(prefix: string, options?: ListOptions): ListResult {
    return this.#memory.list(prefix, options);
  }
  count(prefix: string): number {
    return this.#memory.count(prefix);
  }
  create(key: string, build: Build): Entry {
    return this.#memory.create(key, build);
  }
  update(key: string, expectedRevision: number, build: Build): Entry {
    return this.#memory.update(key, expectedRevision, build);
  }
  delete(key: string, expectedRevision: number, build: Build): Entry {
    return this.#memory.delete(key, expectedRevision, build);
  }
  writeAll(writes: readonly Write[]): readonly StoreEvent[] {
    return this.#memory.writeAll(writes);
  }
  watch(prefix: string, fromRevision: number, onEvents: (events: readonly StoreEvent[]) => void): StoreWatch {
    return this.#memory.watch(prefix, fromRevision, onEvents);
  }
  compact(revision: number): void {
    this.#memory.compact(revision);
  }

  close(): void {
    this.#memory.close();
    this.#database.close();
  }
}
