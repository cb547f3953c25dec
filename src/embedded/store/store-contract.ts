import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nextTurn } from '../../base/clock.ts';
import { Compacted, RevisionMismatch, type Store, type StoreEvent } from './store.ts';

const PODS = '/registry/core/pods/';
const named =
  (name: string) =>
  (revision: number): object => ({ name, revision });
const names = (entries: readonly { value: { object: object } }[]): string[] =>
  entries.map(({ value }) => (value.object as { name: string }).name);

/** What every driver of the store does. `open` makes an empty store that keeps at least 100 and at most 200 events. */
export function describeStore(driver: string, open: () => Store): void {
  describe(`${driver} store`, () => {
    let store: Store;
    beforeEach(() => {
      store = open();
    });
    afterEach(() => {
      store.close();
    });
    const create = (key: string): number => store.create(PODS + key, named(key)).revision;
    const update = (key: string): number => store.update(PODS + key, store.get(PODS + key)!.revision, named(`${key}'`)).revision;
    const remove = (key: string): number => store.delete(PODS + key, store.get(PODS + key)!.revision, named(`${key}†`)).revision;
    const follow = (prefix: string, from: number): StoreEvent[] => {
      const seen: StoreEvent[] = [];
      store.watch(prefix, from, (events) => seen.push(...events));
      return seen;
    };
    const told = (events: readonly StoreEvent[]): string[] => events.map((event) => `${event.type} ${event.revision}`);

    it('gives every write of any key the next revision', () => {
      expect([create('a/1'), create('a/2'), update('a/1'), remove('a/2')]).toEqual([1, 2, 3, 4]);
      expect(store.revision).toBe(4);
    });

    it('hands the revision of the write to the builder of the object', () => {
      create('a/1');
      expect(store.create(`${PODS}a/2`, named('x')).value.object).toEqual({ name: 'x', revision: 2 });
    });

    it('refuses to create a key that exists and tells what is there', () => {
      create('a/1');
      const attempt = (): unknown => store.create(`${PODS}a/1`, named('x'));
      expect(attempt).toThrow(RevisionMismatch);
      expect(store.revision).toBe(1);
    });

    it('refuses an update or a delete that expects another revision', () => {
      create('a/1');
      update('a/1');
      expect(() => store.update(`${PODS}a/1`, 1, named('x'))).toThrow(RevisionMismatch);
      expect(() => store.delete(`${PODS}a/1`, 1, named('x'))).toThrow(RevisionMismatch);
      expect(() => store.update(`${PODS}a/9`, 1, named('x'))).toThrow(RevisionMismatch);
      expect(names([store.get(`${PODS}a/1`)!])).toEqual(["a/1'"]);
    });

    it('changes nothing when the builder throws', () => {
      create('a/1');
      expect(() =>
        store.update(`${PODS}a/1`, 1, () => {
          throw new Error('no');
        }),
      ).toThrow('no');
      expect(store.revision).toBe(1);
      expect(store.get(`${PODS}a/1`)?.revision).toBe(1);
    });

    it('freezes what it keeps and encodes it once', () => {
      const { value } = store.create(`${PODS}a/1`, () => ({ spec: { list: [{ a: 1 }] } }));
      expect(() => {
        (value.object as { spec: { list: { a: number }[] } }).spec.list[0]!.a = 2;
      }).toThrow(TypeError);
      expect(value.bytes.toString()).toBe('{"spec":{"list":[{"a":1}]}}');
      expect(value.bytes).toBe(value.bytes);
    });

    it('lists a prefix in the order of the keys, in pages', () => {
      for (const key of ['b/2', 'a/1', 'b/1', 'c/1']) create(key);
      expect(names(store.list(PODS).entries)).toEqual(['a/1', 'b/1', 'b/2', 'c/1']);
      expect(names(store.list(`${PODS}b/`).entries)).toEqual(['b/1', 'b/2']);
      const first = store.list(PODS, { limit: 3 });
      expect([names(first.entries), first.remaining]).toEqual([['a/1', 'b/1', 'b/2'], 1]);
      const second = store.list(PODS, { limit: 3, startAfter: first.entries.at(-1)!.key });
      expect([names(second.entries), second.remaining]).toEqual([['c/1'], 0]);
      expect(store.count(`${PODS}b/`)).toBe(2);
    });

    it('does not mix a namespace with one whose name begins alike', () => {
      create('team/1');
      create('team-b/1');
      expect(names(store.list(`${PODS}team/`).entries)).toEqual(['team/1']);
    });

    it('lists the state of an earlier revision', () => {
      create('a/1');
      create('a/2');
      update('a/1');
      remove('a/2');
      create('a/3');
      expect(names(store.list(PODS, { atRevision: 2 }).entries)).toEqual(['a/1', 'a/2']);
      expect(names(store.list(PODS, { atRevision: 3, startAfter: `${PODS}a/1` }).entries)).toEqual(['a/2']);
      expect(names(store.list(PODS, { atRevision: 5 }).entries)).toEqual(["a/1'", 'a/3']);
    });

    it('delivers the events of a prefix in order, after the write has returned', async () => {
      create('a/1');
      const seen = follow(PODS, 1);
      update('a/1');
      store.create('/registry/core/secrets/a/1', named('other'));
      remove('a/1');
      expect(seen).toEqual([]);
      await nextTurn();
      expect(told(seen)).toEqual(['updated 2', 'deleted 4']);
      expect(names([seen[1]!.entry, seen[1]!.previous!])).toEqual(['a/1†', "a/1'"]);
    });

    it('replays the history after the asked-for revision before live events', async () => {
      for (const key of ['a/1', 'a/2', 'a/3']) create(key);
      const seen = follow(PODS, 1);
      create('a/4');
      await nextTurn();
      expect(told(seen)).toEqual(['created 2', 'created 3', 'created 4']);
    });

    it('lets a watcher write without losing the order of the others', async () => {
      const seen: string[] = [];
      store.watch(PODS, 0, (events) => {
        for (const event of events) if (event.key.endsWith('a/1') && event.type === 'created') update('a/1');
      });
      store.watch(PODS, 0, (events) => seen.push(...told(events)));
      create('a/1');
      await nextTurn();
      expect(seen).toEqual(['created 1', 'updated 2']);
    });

    it('makes several writes at once, each with a revision and an event of its own', async () => {
      create('a/1');
      create('a/2');
      const seen = follow(PODS, 2);
      const events = store.writeAll([
        { type: 'delete', key: `${PODS}a/1`, build: named('a/1†') },
        { type: 'put', key: `${PODS}a/2`, build: named("a/2'") },
        { type: 'put', key: `${PODS}a/1`, build: named('a/1 again') },
      ]);
      expect(names(store.list(PODS).entries)).toEqual(['a/1 again', "a/2'"]);
      await nextTurn();
      expect(told(seen)).toEqual(['deleted 3', 'updated 4', 'created 5']);
      expect(seen).toEqual(events);
      expect(names([seen[0]!.previous!, seen[1]!.previous!])).toEqual(['a/1', 'a/2']);
      expect(names(store.list(PODS, { atRevision: 3 }).entries)).toEqual(['a/2']);
    });

    it('makes none of several writes when one of them cannot be made', async () => {
      create('a/1');
      const seen = follow(PODS, 1);
      const attempt = (last: { type: 'put' | 'delete'; key: string; build: (revision: number) => object }) => (): unknown =>
        store.writeAll([{ type: 'delete', key: `${PODS}a/1`, build: named('a/1†') }, last]);
      expect(attempt({ type: 'delete', key: `${PODS}a/1`, build: named('a/1††') })).toThrow(RevisionMismatch);
      const build = (): object => {
        throw new Error('no');
      };
      expect(attempt({ type: 'put', key: `${PODS}a/2`, build })).toThrow('no');
      expect(store.writeAll([])).toEqual([]);
      await nextTurn();
      expect([store.revision, seen, names(store.list(PODS).entries)]).toEqual([1, [], ['a/1']]);
    });

    it('delivers nothing after a watch is closed', async () => {
      const seen: StoreEvent[] = [];
      const watch = store.watch(PODS, 0, (events) => seen.push(...events));
      create('a/1');
      watch.close();
      await nextTurn();
      expect(seen).toEqual([]);
    });

    it('refuses to list or watch what was compacted away, and keeps the newest state', () => {
      for (const key of ['a/1', 'a/2', 'a/3']) create(key);
      store.compact(2);
      expect(store.compactedRevision).toBe(2);
      expect(() => store.list(PODS, { atRevision: 1 })).toThrow(Compacted);
      expect(() => store.watch(PODS, 1, () => {})).toThrow(Compacted);
      expect(() => store.watch(PODS, 2, () => {}).close()).not.toThrow();
      expect(names(store.list(PODS).entries)).toEqual(['a/1', 'a/2', 'a/3']);
    });

    it('compacts by itself when the history grows', () => {
      create('a/1');
      for (let i = 0; i < 200; i++) update('a/1');
      expect(store.compactedRevision).toBeGreaterThan(0);
      expect(() => store.watch(PODS, 0, () => {})).toThrow(Compacted);
    });
  });
}
