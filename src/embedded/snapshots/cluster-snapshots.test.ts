import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Activity } from '../../base/activity.ts';
import { hostClock, nextTurn, rfc3339 } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { type Random, seededRandom } from '../../base/random.ts';
import { VirtualClock } from '../../base/virtual-clock.ts';
import { clocks } from '../../kube/clock-resource.ts';
import type { Lease } from '../../kube/generated/types.ts';
import type { AnyObject, KubeObject } from '../../kube/object.ts';
import { apiVersionOf, configMaps, deployments, leases, namespaces, pods, type ResourceType } from '../../kube/resource-type.ts';
import { type Snapshot, snapshots } from '../../kube/snapshot-resource.ts';
import { storageKey } from '../apiserver/storage-key.ts';
import { MemoryStore } from '../store/memory-store.ts';
import type { Store, StoreEvent } from '../store/store.ts';
import { ClusterSnapshots } from './cluster-snapshots.ts';
import { SnapshotStore } from './snapshot-store.ts';

const TYPES = [configMaps, pods, deployments, namespaces] as unknown as ResourceType<KubeObject>[];

/** A store with snapshots and no cluster around it. */
class Room {
  readonly clock: VirtualClock;
  readonly activity = new Activity();
  readonly inner: Store = new MemoryStore();
  readonly store: SnapshotStore;
  /** The writes of each restore. */
  readonly restorations: (readonly StoreEvent[])[] = [];
  readonly #snapshots: ClusterSnapshots;
  #uids = 0;

  constructor() {
    this.clock = new VirtualClock({ host: hostClock, activity: this.activity, rate: 0, startMs: Date.parse('2026-11-24T10:00:00.300Z') });
    this.store = new SnapshotStore(this.inner, this.clock);
    this.#snapshots = new ClusterSnapshots({
      store: this.store,
      clock: this.clock,
      hostClock,
      activity: this.activity,
      log: silentLog,
      rowOf: (_apiVersion, kind) => kind,
      restored: (events) => this.restorations.push(events),
    });
    this.#snapshots.start();
  }

  create(type: ResourceType, name: string, rest: object = {}): string {
    const namespace = type.namespaced ? 'default' : undefined;
    const key = storageKey(type, namespace, name);
    const uid = `uid-${++this.#uids}`;
    this.store.create(key, (revision) => ({
      apiVersion: apiVersionOf(type),
      kind: type.kind,
      metadata: { name, namespace, uid, resourceVersion: String(revision), creationTimestamp: rfc3339(this.clock.nowMs()) },
      ...rest,
    }));
    return key;
  }

  update(key: string, change: object): void {
    const entry = this.store.get(key)!;
    const object = entry.value.object as AnyObject;
    this.store.update(key, entry.revision, (revision) => ({
      ...object,
      ...change,
      metadata: { ...object.metadata, resourceVersion: String(revision) },
    }));
  }

  remove(key: string): void {
    const entry = this.store.get(key)!;
    this.store.delete(key, entry.revision, () => entry.value.object);
  }

  take(name: string): string {
    return this.create(snapshots, name, { spec: {} });
  }

  async restore(key: string): Promise<void> {
    const { spec, status } = this.object<Snapshot>(key)!;
    const restore = Math.max(spec.restore ?? 0, status?.restored ?? 0) + 1;
    this.update(key, { spec: { restore } });
    await this.activity.settled();
    expect(this.object<Snapshot>(key)?.status?.restored).toBe(restore);
  }

  object<T extends object>(key: string): T | undefined {
    return this.store.get(key)?.value.object as T | undefined;
  }

  /** Everything but Snapshots, without versions; times as their distance from now, in s. */
  state(): Map<string, unknown> {
    const relative = (value: unknown): unknown => {
      if (typeof value === 'string') {
        const ms = /^\d{4}-.*Z$/.test(value) ? Date.parse(value) : Number.NaN;
        return Number.isNaN(ms) ? value : `${Math.floor(this.clock.nowMs() / 1000) - Math.floor(ms / 1000)} s ago`;
      }
      if (Array.isArray(value)) return value.map(relative);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, name === 'resourceVersion' ? '' : relative(child)]));
    };
    return new Map(
      this.store
        .list('/registry/')
        .entries.filter(({ key }) => !key.includes('/snapshots/'))
        .map(({ key, value }) => [key, relative(value.object)]),
    );
  }

  stop(): Promise<void> {
    return this.#snapshots.stop();
  }
}

let room: Room;
beforeEach(() => {
  room = new Room();
});
afterEach(() => room.stop());
const advance = (ms: number): Promise<void> => room.clock.advanceTo(room.clock.nowMs() + ms);

describe('a Snapshot', () => {
  it('is taken by the write that creates it', () => {
    room.create(configMaps, 'a');
    room.create(configMaps, 'b');
    const key = room.take('one');
    expect(room.object<Snapshot>(key)?.status).toEqual({ takenAt: '2026-11-24T10:00:00Z', objects: 2, restored: 0 });
    room.create(configMaps, 'c');
    expect([...room.store.stateOf(key)!.entries.values()]).toEqual(
      ['a', 'b'].map((name) => room.store.get(storageKey(configMaps, 'default', name))),
    );
  });

  it('keeps the objects that the store has, and no copies', () => {
    const a = room.create(configMaps, 'a');
    const key = room.take('one');
    expect(room.store.stateOf(key)!.entries.get(a)!.value).toBe(room.store.get(a)!.value);
  });

  it('is not taken by a write that fails', () => {
    const key = room.take('one');
    const state = room.store.stateOf(key);
    expect(() => room.take('one')).toThrow('is not the expected one');
    expect(room.store.stateOf(key)).toBe(state);
  });

  it('does not let clients write its status', () => {
    const key = room.take('one');
    room.update(key, { status: { restored: 7, objects: -1 } });
    expect(room.object<Snapshot>(key)?.status).toMatchObject({ restored: 0, objects: 0 });
  });

  it('is forgotten when it is deleted', () => {
    const key = room.take('one');
    room.remove(key);
    expect(room.store.stateOf(key)).toBeUndefined();
  });

  it('does not outlive the process that took it, as its objects do', () => {
    const a = room.create(configMaps, 'a');
    const key = room.take('one');
    const next = new SnapshotStore(room.inner, room.clock);
    expect([next.get(key), next.get(a)?.key]).toEqual([undefined, a]);
  });
});

describe('a restore', () => {
  it('is carried out once for each number', async () => {
    const a = room.create(configMaps, 'a', { data: { v: '1' } });
    const key = room.take('one');
    room.update(a, { data: { v: '2' } });
    await room.restore(key);
    expect(room.object(a)).toMatchObject({ data: { v: '1' } });
    room.update(a, { data: { v: '3' } });
    room.update(key, { spec: { restore: 1 } });
    await room.activity.settled();
    expect(room.object(a)).toMatchObject({ data: { v: '3' } });
    await room.restore(key);
    expect([room.object(a), room.restorations.length]).toEqual([expect.objectContaining({ data: { v: '1' } }), 2]);
  });

  it('writes nothing but its own status when nothing has changed and no time has passed', async () => {
    room.create(configMaps, 'a');
    const key = room.take('one');
    await room.restore(key);
    expect(room.restorations[0]!.map((event) => [event.type, event.key])).toEqual([['updated', key]]);
  });

  it('leaves later Snapshots to go forward to, and the time', async () => {
    const time = room.create(clocks, 'cluster', { spec: { rate: 1 } });
    const first = room.take('first');
    const a = room.create(configMaps, 'a');
    const second = room.take('second');
    room.update(time, { spec: { rate: 2 } });
    await room.restore(first);
    expect([room.object(a), room.object(time)]).toEqual([undefined, expect.objectContaining({ spec: { rate: 2 } })]);
    await room.restore(second);
    expect(room.object(a)).toBeDefined();
  });

  it('moves times ahead by the whole seconds that have passed, again from the first at the next restore', async () => {
    const a = room.create(configMaps, 'a');
    await advance(10_000);
    const key = room.take('one');
    const created = (): string | undefined => room.object<AnyObject>(a)?.metadata.creationTimestamp;
    await advance(60_900);
    await room.restore(key);
    expect(created()).toBe('2026-11-24T10:01:00Z');
    await advance(60_100);
    await room.restore(key);
    expect(created()).toBe('2026-11-24T10:02:01Z');
  });

  it('deletes an object of the same name but another life before it creates the former one', async () => {
    const a = room.create(configMaps, 'a');
    const { uid } = room.object<AnyObject>(a)!.metadata;
    const key = room.take('one');
    room.remove(a);
    room.create(configMaps, 'a');
    await room.restore(key);
    expect(room.object<AnyObject>(a)!.metadata.uid).toBe(uid);
    expect(room.restorations[0]!.map((event) => event.type)).toEqual(['deleted', 'created', 'updated']);
  });

  it('makes namespaces before what is in them and deletes them after it', async () => {
    const namespace = room.create(namespaces, 'old');
    const a = room.create(configMaps, 'a');
    const key = room.take('one');
    for (const gone of [a, namespace]) room.remove(gone);
    for (const type of TYPES) room.create(type, 'new');
    await room.restore(key);
    const told = room.restorations[0]!.map((event) => `${event.type} ${event.key.slice('/registry/'.length)}`);
    expect(told.indexOf('deleted core/namespaces/new')).toBe(3);
    expect(told.slice(4)).toEqual([
      'created core/namespaces/old',
      'created core/configmaps/default/a',
      'updated canary-lab.internal/snapshots/one',
    ]);
  });

  it('keeps a Lease as it is while its holder is the same, and gives up one that has changed hands or came later', async () => {
    const held = (holderIdentity: string, renewTime: string) => ({ spec: { holderIdentity, renewTime } });
    const [same, other, gone] = ['same', 'other', 'gone'].map((name) => room.create(leases, name, held('one', 'then'))) as [
      string,
      string,
      string,
    ];
    const key = room.take('one');
    room.update(same, held('one', 'now'));
    room.update(other, held('two', 'now'));
    room.remove(gone);
    const later = room.create(leases, 'later', held('one', 'now'));
    await room.restore(key);
    expect(room.object<Lease>(same)?.spec).toEqual(held('one', 'now').spec);
    expect([other, gone, later].map((lease) => room.object(lease))).toEqual([undefined, undefined, undefined]);
  });

  it('lets no pass of a controller begin until those who watch have heard of all of it', async () => {
    const a = room.create(configMaps, 'a');
    const key = room.take('one');
    room.remove(a);
    const order: string[] = [];
    room.store.watch('/registry/core/', room.store.revision, (events) => order.push(...events.map((event) => event.type)));
    room.update(key, { spec: { restore: 1 } });
    for (let turn = 0; turn < 10 && !room.activity.isHeld; turn++) await Promise.resolve();
    expect(room.activity.isHeld).toBe(true);
    room.activity.afterHold(() => order.push('pass'));
    await room.activity.settled();
    expect(order).toEqual(['created', 'pass']);
  });

  it('waits for the passes that run, but not for long', async () => {
    const key = room.take('one');
    const end = room.activity.beginReconcile('a pass');
    room.update(key, { spec: { restore: 1 } });
    for (let turn = 0; turn < 5; turn++) await nextTurn();
    expect(room.restorations).toHaveLength(0);
    while (room.restorations.length === 0) await hostClock.sleep(5);
    end();
    await room.activity.settled();
  });
});

describe('any history', () => {
  const step = (random: Random): void => {
    const type = TYPES[random.below(TYPES.length)]!;
    const key = storageKey(type, type.namespaced ? 'default' : undefined, `n${random.below(5)}`);
    const at = rfc3339(room.clock.nowMs() - random.below(100_000));
    const n = String(random.below(9));
    const content = type.kind === 'ConfigMap' ? { data: { n } } : { spec: { n }, status: { conditions: [{ lastTransitionTime: at }] } };
    if (room.store.get(key) === undefined) room.create(type, key.slice(key.lastIndexOf('/') + 1), content);
    else if (random.next() < 0.5) room.update(key, content);
    else room.remove(key);
  };

  it.each(Array.from({ length: 40 }, (_, seed) => seed))(
    'goes back to the state that it had, in steps that a watcher can follow (seed %i)',
    async (seed) => {
      const random = seededRandom(seed);
      const shown = new Map<string, object>();
      const broken: string[] = [];
      const follow = (events: readonly StoreEvent[]): void => {
        for (const { type, key, revision, entry } of events) {
          const { uid, resourceVersion } = (entry.value.object as AnyObject).metadata;
          const known = shown.get(key) as AnyObject | undefined;
          if ((type === 'created') !== (known === undefined)) broken.push(`${type} ${key} at ${revision}`);
          if (type === 'updated' && known?.metadata.uid !== uid) broken.push(`another uid of ${key} at ${revision}`);
          if (type !== 'deleted' && resourceVersion !== String(revision))
            broken.push(`version ${resourceVersion} of ${key} at ${revision}`);
          if (type === 'deleted') shown.delete(key);
          else shown.set(key, entry.value.object);
        }
      };
      room.store.watch('/registry/', 0, follow);
      const taken: { key: string; state: Map<string, unknown> }[] = [];
      for (let part = 0; part < 4; part++) {
        for (let n = random.below(12); n > 0; n--) step(random);
        await advance(random.below(5) * 1000);
        const state = room.state();
        taken.push({ key: room.take(`s${part}`), state });
      }
      for (let part = 0; part < 6; part++) {
        for (let n = random.below(12); n > 0; n--) step(random);
        await advance(random.below(100) * 1000);
        const { key, state } = taken[random.below(taken.length)]!;
        await room.restore(key);
        expect(room.state()).toEqual(state);
      }
      await nextTurn();
      expect(broken).toEqual([]);
      expect(shown).toEqual(new Map(room.store.list('/registry/').entries.map(({ key, value }) => [key, value.object])));
    },
  );
});
