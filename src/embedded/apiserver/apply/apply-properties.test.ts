import { describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '../../../base/random.ts';
import type { AnyObject } from '../../../kube/object.ts';
import { isStatus } from '../../../kube/status-error.ts';
import { type FieldSet, pathsOf } from './field-set.ts';
import { trackUpdate } from './managed-fields.ts';
import { serverSideApply } from './server-side-apply.ts';
import { builtInTypeInfo } from './type-info.ts';

type Plain = Record<string, unknown>;
const types = builtInTypeInfo('Deployment');
const SEEDS = Array.from({ length: 120 }, (_, seed) => seed);
const MANAGERS = ['one', 'two', 'three'];
const some = <T>(random: Random, values: readonly T[]): T[] => values.filter(() => random.below(2) === 0);
const map = (random: Random, keys: readonly string[]): Plain =>
  Object.fromEntries(some(random, keys).map((key) => [key, String(random.below(3))]));

/** Without empty lists and maps, which typed clients never send. */
function pruned<T>(value: T): T {
  if (Array.isArray(value)) return value.map((item: unknown) => pruned(item)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .map(([key, child]) => [key, pruned(child)] as const)
    .filter(([, child]) => typeof child !== 'object' || child === null || Object.keys(child).length > 0);
  return Object.fromEntries(entries) as T;
}

/** A random part of a Deployment; `names` are the containers that it may hold. */
function configuration(random: Random, names: readonly string[] = ['c', 'd'], labels: readonly string[] = ['app', 'tier']): Plain {
  const containers = some(random, names).map((name) => ({
    name,
    ...(random.below(2) === 0 ? { image: `i:${random.below(3)}` } : {}),
    env: some(random, ['A', 'B', 'C']).map((variable) => ({ name: variable, value: String(random.below(3)) })),
    ports: some(random, [80, 443]).map((containerPort) => ({ containerPort, protocol: 'TCP' })),
  }));
  return pruned({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'x', labels: map(random, labels) },
    spec: {
      ...(random.below(2) === 0 ? { replicas: random.below(4) } : {}),
      template: { spec: { ...(containers.length > 0 ? { containers } : {}), nodeSelector: map(random, ['disk']) } },
    },
  });
}

const apply = (live: AnyObject | undefined, body: Plain, manager: string, force: boolean, nowMs = 0): AnyObject =>
  serverSideApply({
    ...(live === undefined ? {} : { live }),
    applied: structuredClone(body) as unknown as AnyObject,
    manager,
    force,
    apiVersion: 'apps/v1',
    nowMs,
    types,
  });
const tryApply = (live: AnyObject | undefined, body: Plain, manager: string): AnyObject | 'conflict' => {
  try {
    return apply(live, body, manager, false);
  } catch (error) {
    if (isStatus(error, 'Conflict')) return 'conflict';
    throw error;
  }
};
function update(before: AnyObject, body: Plain, manager: string, nowMs: number): AnyObject {
  const after = {
    ...structuredClone(body),
    metadata: { ...(structuredClone(body)['metadata'] as object), managedFields: before.metadata.managedFields },
  } as unknown as AnyObject;
  after.metadata.managedFields = trackUpdate({ before, after, manager, apiVersion: 'apps/v1', nowMs, types });
  return after;
}
const content = (object: AnyObject): unknown => {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
};
/** Element order aside: applies in another order may leave lists of elements in another order. */
function unordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unordered).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, child]) => [key, unordered(child)]),
      )
    : value;
}
const entriesOf = (object: AnyObject): { manager: string; operation: string; fields: string[] }[] =>
  (object.metadata.managedFields ?? []).map(({ manager = '', operation = '', fieldsV1 }) => ({
    manager,
    operation,
    fields: pathsOf(fieldsV1 as FieldSet),
  }));

/** A history of forced applies and updates by several managers. */
function history(
  random: Random,
  steps: number,
  check: (live: AnyObject, step: { manager: string; body: Plain; kind: 'apply' | 'update' }) => void,
): AnyObject {
  let live = apply(undefined, configuration(random), 'one', true);
  for (let step = 1; step <= steps; step++) {
    const manager = MANAGERS[random.below(MANAGERS.length)]!;
    const body = configuration(random);
    const kind = random.below(4) === 0 ? ('update' as const) : ('apply' as const);
    live = kind === 'apply' ? apply(live, body, manager, true, step * 1000) : update(live, body, manager, step * 1000);
    check(live, { manager, body, kind });
  }
  return live;
}

/** Whether the object has what a path of a field set names. */
function exists(object: unknown, path: string): boolean {
  let at: unknown = object;
  for (const part of path.match(/\.[^.[]+(?:\.[^.[]+\/[^.[]+)?|\[[^\]]*\]/g) ?? []) {
    if (part.startsWith('.')) {
      if (typeof at !== 'object' || at === null || !(part.slice(1) in at)) return false;
      at = (at as Plain)[part.slice(1)];
    } else {
      const keys = Object.fromEntries(
        part
          .slice(1, -1)
          .split(',')
          .map((pair) => {
            const [key = '', value = ''] = pair.split('=');
            return [key, JSON.parse(value) as unknown];
          }),
      );
      at = (at as Plain[]).find((item) => Object.entries(keys).every(([key, value]) => item[key] === value));
      if (at === undefined) return false;
    }
  }
  return true;
}

describe('server-side apply of random configurations', () => {
  it.each(SEEDS)('changes nothing the second time, managedFields included (seed %i)', (seed) => {
    const random = seededRandom(seed);
    const live = history(random, 6, () => {});
    const body = configuration(random);
    const once = apply(live, body, 'one', true);
    expect(apply(once, body, 'one', false)).toEqual(once);
  });

  it.each(SEEDS)('leaves what was applied in the object, and its manager the owner of it (seed %i)', (seed) => {
    const random = seededRandom(seed);
    history(random, 6, (live, { manager, body, kind }) => {
      if (kind !== 'apply') return;
      const again = apply(live, body, manager, true);
      expect(content(again)).toEqual(content(live));
      const fresh = entriesOf(apply(undefined, body, manager, true)).find((entry) => entry.manager === manager)?.fields ?? [];
      expect(entriesOf(live).find((entry) => entry.manager === manager && entry.operation === 'Apply')?.fields ?? []).toEqual(fresh);
    });
  });

  it.each(SEEDS)('never lets anybody own what is not there (seed %i)', (seed) => {
    history(seededRandom(seed), 8, (live) => {
      for (const { manager, fields } of entriesOf(live))
        for (const path of fields) expect(exists(live, path), `${manager} owns ${path}`).toBe(true);
    });
  });

  it.each(SEEDS)('commutes where the managers own different fields (seed %i)', (seed) => {
    const random = seededRandom(seed);
    const base = apply(undefined, configuration(random, ['base'], ['base']), 'three', true);
    const left = configuration(random, ['c'], ['app']);
    const { metadata, spec } = configuration(random, ['d'], ['tier']) as {
      metadata: Plain;
      spec?: { template?: { spec?: { containers?: Plain[] } } };
    };
    const right = pruned({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: { template: { spec: { containers: spec?.template?.spec?.containers ?? [] } } },
    });
    // The base may already hold a value that one of them contests.
    if (tryApply(base, left, 'one') === 'conflict' || tryApply(base, right, 'two') === 'conflict') return;
    const one = tryApply(tryApply(base, left, 'one') as AnyObject, right, 'two');
    const other = tryApply(tryApply(base, right, 'two') as AnyObject, left, 'one');
    expect(one).not.toBe('conflict');
    expect(unordered(content(one as AnyObject))).toEqual(unordered(content(other as AnyObject)));
  });

  it.each(SEEDS)('conflicts exactly where another manager has another value (seed %i)', (seed) => {
    const random = seededRandom(seed);
    const [first, second] = [configuration(random), configuration(random)];
    const live = apply(undefined, first, 'one', true);
    const result = tryApply(live, second, 'two');
    const forced = apply(live, second, 'two', true);
    // Without a conflict nothing was taken away from the first manager.
    const kept = entriesOf(forced).find((entry) => entry.manager === 'one')?.fields ?? [];
    const before = entriesOf(live).find((entry) => entry.manager === 'one')?.fields ?? [];
    expect(result === 'conflict').toBe(JSON.stringify(kept) !== JSON.stringify(before));
  });

  it.each(SEEDS)('takes away what its manager drops and nobody else claims (seed %i)', (seed) => {
    const random = seededRandom(seed);
    const live = apply(undefined, configuration(random), 'one', true);
    const emptied = apply(live, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x' } }, 'one', true);
    expect(emptied.metadata.managedFields ?? []).toEqual([]);
    expect(emptied.metadata.labels ?? {}).toEqual({});
    expect((emptied['spec'] as Plain | undefined)?.['replicas']).toBeUndefined();
  });
});
