import { describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '../../../base/random.ts';
import type { AnyObject } from '../../../kube/object.ts';
import { type FieldSet, pathsOf } from './field-set.ts';
import { trackUpdate } from './managed-fields.ts';
import { serverSideApply } from './server-side-apply.ts';
import { crdTypeInfo } from './type-info.ts';

type Plain = Record<string, unknown>;
const SEEDS = Array.from({ length: 150 }, (_, seed) => seed);
const text = { type: 'string' };
const types = crdTypeInfo({
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        map: { type: 'object', additionalProperties: text },
        nested: { type: 'object', additionalProperties: { type: 'object', properties: { a: text, b: text } } },
        keyed: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: {
            type: 'object',
            properties: {
              name: text,
              labels: { type: 'object', additionalProperties: text },
              tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: text },
            },
          },
        },
        set: { type: 'array', 'x-kubernetes-list-type': 'set', items: text },
        atomic: { type: 'array', items: text },
        open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      },
    },
  },
});

const some = <T>(random: Random, values: readonly T[]): T[] => values.filter(() => random.below(2) === 0);
const word = (random: Random): string => String(random.below(3));
const map = (random: Random, of: (random: Random) => unknown = word): Plain =>
  Object.fromEntries(some(random, ['k', 'l']).map((key) => [key, of(random)]));

/** A random custom object in which every list and map may be empty. */
function configuration(random: Random): Plain {
  const fields: Plain = {
    map: map(random),
    nested: map(random, (inner) => Object.fromEntries(some(inner, ['a', 'b']).map((key) => [key, word(inner)]))),
    keyed: some(random, ['x', 'y']).map((name) => ({
      name,
      ...Object.fromEntries(some(random, ['labels', 'tags']).map((key) => [key, key === 'tags' ? some(random, ['t', 'u']) : map(random)])),
    })),
    set: some(random, ['p', 'q']),
    atomic: some(random, ['p', 'q']),
    open: map(random, (inner) => (inner.below(2) === 0 ? map(inner) : some(inner, ['p']))),
  };
  const kept = Object.fromEntries(some(random, Object.keys(fields)).map((key) => [key, fields[key]]));
  return { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 't' }, ...(random.below(8) === 0 ? {} : { spec: kept }) };
}

const apply = (live: AnyObject | undefined, body: Plain, manager: string, nowMs = 0): AnyObject =>
  serverSideApply({
    ...(live === undefined ? {} : { live }),
    applied: structuredClone(body) as unknown as AnyObject,
    manager,
    force: true,
    apiVersion: 'example.com/v1',
    nowMs,
    types,
  });

function update(before: AnyObject, body: Plain, nowMs: number): AnyObject {
  const after = structuredClone(body) as unknown as AnyObject;
  after.metadata.managedFields = before.metadata.managedFields;
  after.metadata.managedFields = trackUpdate({ before, after, manager: 'editor', apiVersion: 'example.com/v1', nowMs, types });
  return after;
}

function history(random: Random, steps: number, check: (live: AnyObject) => void): AnyObject {
  let live = apply(undefined, configuration(random), 'one');
  for (let step = 1; step <= steps; step++) {
    const body = configuration(random);
    live = random.below(3) === 0 ? update(live, body, step * 1000) : apply(live, body, random.below(2) === 0 ? 'one' : 'two', step * 1000);
    check(live);
  }
  return live;
}

const ownersOf = (object: AnyObject): Record<string, string[]> =>
  Object.fromEntries(
    (object.metadata.managedFields ?? []).map(({ manager, operation, fieldsV1 }) => [
      `${manager} ${operation}`,
      pathsOf(fieldsV1 as FieldSet),
    ]),
  );

/** Whether the object has what a path of a field set names. */
function exists(root: unknown, path: string): boolean {
  let at = root;
  for (const [, field, index] of path.matchAll(/\.([^.[]+)|\[([^\]]*)\]/g)) {
    if (field !== undefined) at = (at as Plain | undefined)?.[field];
    else if (index!.startsWith('=')) at = (at as unknown[]).find((item) => item === JSON.parse(index!.slice(1)));
    else at = (at as Plain[]).find((item) => `name=${JSON.stringify(item['name'])}` === index);
    if (at === undefined) return false;
  }
  return true;
}

describe('server-side apply of objects with empty lists and maps', () => {
  it.each(SEEDS)('changes nothing the second time but a list that became empty, and nothing at all the third (seed %i)', (seed) => {
    const random = seededRandom(seed);
    const live = history(random, 5, () => {});
    const body = configuration(random);
    const once = apply(live, body, 'one', 9000);
    const twice = apply(once, body, 'one', 10_000);
    // An empty list is owned by nobody: it goes with its last item, and is a new value for the next apply. So it is upstream.
    const withoutEmptyLists = ({ spec = {}, ...rest }: { spec?: Plain }): object => ({
      ...rest,
      spec: Object.fromEntries(Object.entries(spec).filter(([, value]) => !Array.isArray(value) || value.length > 0)),
    });
    expect(withoutEmptyLists(twice as Plain)).toEqual(withoutEmptyLists(once as Plain));
    expect(apply(twice, body, 'one', 11_000)).toEqual(twice);
  });

  it.each(SEEDS)('lets nobody own what is not there (seed %i)', (seed) => {
    history(seededRandom(seed), 6, (live) => {
      for (const [owner, paths] of Object.entries(ownersOf(live)))
        for (const path of paths) expect(exists(live, path), `${owner} owns ${path}`).toBe(true);
    });
  });

  it.each(SEEDS)('leaves every field that is not empty to somebody (seed %i)', (seed) => {
    history(seededRandom(seed), 6, (live) => {
      const owned = Object.values(ownersOf(live)).flat();
      for (const [key, value] of Object.entries((live['spec'] ?? {}) as Plain))
        if (JSON.stringify(value).match(/\d|"[pqtu]"/) !== null)
          expect(
            owned.some((path) => path === `.spec.${key}` || path.startsWith(`.spec.${key}.`) || path.startsWith(`.spec.${key}[`)),
            `${key} of ${JSON.stringify(live)}`,
          ).toBe(true);
    });
  });

  it.each(SEEDS)('commutes for managers of different fields (seed %i)', (seed) => {
    const random = seededRandom(seed);
    const only = (body: Plain, keys: readonly string[]): Plain => ({
      ...body,
      spec: Object.fromEntries(Object.entries((body['spec'] ?? {}) as Plain).filter(([key]) => keys.includes(key))),
    });
    const [left, right] = [only(configuration(random), ['map', 'keyed', 'atomic']), only(configuration(random), ['nested', 'set', 'open'])];
    const content = ({ metadata, ...rest }: AnyObject): object => ({ ...rest, name: metadata.name });
    const one = apply(apply(undefined, left, 'one'), right, 'two');
    const other = apply(apply(undefined, right, 'two'), left, 'one');
    expect(content(one)).toEqual(content(other));
    expect(ownersOf(one)).toEqual(ownersOf(other));
  });
});
