import type { Activity } from '../../base/activity.ts';
import { type Clock, nextTurn } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { type Snapshot, snapshots } from '../../kube/snapshot-resource.ts';
import { storagePrefix } from '../apiserver/storage-key.ts';
import type { StoreEvent, StoreWatch } from '../store/store.ts';
import { KeptTimes } from './kept-times.ts';
import { moveTimes } from './move-times.ts';
import { restoreWrites } from './restore-writes.ts';
import type { SnapshotStore } from './snapshot-store.ts';

export interface ClusterSnapshotsDeps {
  store: SnapshotStore;
  clock: Pick<Clock, 'nowMs'>;
  hostClock: Clock;
  activity: Activity;
  log: Log;
  /** Names the row of the field table of a built-in kind. */
  rowOf: (apiVersion: string, kind: string) => string | undefined;
  /** Called in the turn of the restore with every write in order, before anybody hears of them from a watch. */
  restored: (events: readonly StoreEvent[]) => void;
}

/** How long a restore waits for passes of controllers that wait for something outside the cluster. */
const PATIENCE_HOST_MS = 50;

/** Takes the cluster back to a Snapshot whenever its `spec.restore` is raised above `status.restored`. */
export class ClusterSnapshots {
  readonly #deps: ClusterSnapshotsDeps;
  #watch: StoreWatch | undefined;
  #tail: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(deps: ClusterSnapshotsDeps) {
    this.#deps = deps;
  }

  start(): void {
    const { store, activity } = this.#deps;
    this.#watch = store.watch(storagePrefix(snapshots), store.revision, (events) => {
      for (const event of events) {
        if (event.type === 'deleted' || !isWanted(event.entry.value.object as Snapshot)) continue;
        const end = activity.begin(`restore of ${event.key}`);
        this.#tail = this.#tail.then(() => this.#restore(event.key)).finally(end);
      }
    });
  }

  /** Resolves when no restore is under way. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#watch?.close();
    await this.#tail;
  }

  async #restore(key: string): Promise<void> {
    const { activity, log, restored } = this.#deps;
    // Controllers see the state through caches that learn of it kind by kind: none acts before all of them have.
    const release = activity.hold();
    try {
      await this.#quiet();
      if (this.#isStopped) return;
      const events = this.#write(key);
      if (events === undefined) return;
      restored(events);
      await nextTurn();
    } catch (error) {
      log.error(`cannot restore ${key}: ${messageOf(error)}`);
    } finally {
      release();
    }
  }

  /** Waits until no pass of a controller is half done. Calls inside this process take one turn. */
  async #quiet(): Promise<void> {
    const { activity, hostClock } = this.#deps;
    await nextTurn();
    const enough = new AbortController();
    await Promise.race([activity.reconcilesEnded(), hostClock.sleep(PATIENCE_HOST_MS, enough.signal).catch(() => {})]);
    enough.abort();
    await nextTurn();
  }

  /** The whole restore in one turn; `undefined` when there is nothing to do any more. */
  #write(key: string): readonly StoreEvent[] | undefined {
    const { store, clock, rowOf } = this.#deps;
    const snapshot = store.get(key)?.value.object as Snapshot | undefined;
    const state = store.stateOf(key);
    if (snapshot === undefined || state === undefined || !isWanted(snapshot)) return undefined;
    // Whole seconds, the unit of most times, so that all of them keep their distances.
    const bySeconds = Math.max(0, Math.floor((clock.nowMs() - state.takenAtMs) / 1000));
    const times = new KeptTimes(state.entries, rowOf);
    const writes = restoreWrites(store.list('/registry/').entries, state.entries, (object) =>
      moveTimes(object, times.of(object), bySeconds),
    );
    return store.writeAll([
      ...writes,
      {
        type: 'put',
        key,
        build: (revision) => ({
          ...snapshot,
          metadata: { ...snapshot.metadata, resourceVersion: String(revision) },
          status: { ...snapshot.status, restored: snapshot.spec.restore },
        }),
      },
    ]);
  }
}

function isWanted({ spec, status }: Snapshot): boolean {
  return (spec.restore ?? 0) > (status?.restored ?? 0);
}
