import { describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '../../../base/random.ts';
import { strategicMergePatch } from './strategic-merge.ts';

type Plain = Record<string, unknown>;
const SEEDS = Array.from({ length: 150 }, (_, seed) => seed);
const chance = (random: Random, of: number): boolean => random.below(of) === 0;
const some = <T>(random: Random, values: readonly T[]): T[] => values.filter(() => chance(random, 2));
const one = <T>(random: Random, values: readonly T[]): T => values[random.below(values.length)]!;
const map = (random: Random, keys: readonly string[]): Plain =>
  Object.fromEntries(some(random, keys).map((key) => [key, String(random.below(3))]));

const env = (random: Random): Plain[] => some(random, ['A', 'B', 'C', 'D']).map((name) => ({ name, value: String(random.below(3)) }));
const ports = (random: Random): Plain[] =>
  some(random, [80, 443, 8080]).map((containerPort) => ({ containerPort, name: one(random, ['x', 'y']) }));
const volumes = (random: Random): Plain[] =>
  some(random, ['v', 'w']).map((name) =>
    chance(random, 2) ? { name, emptyDir: {} } : { name, secret: { secretName: one(random, ['s', 't']) } },
  );
const containers = (random: Random, names: readonly string[]): Plain[] =>
  some(random, names).map((name) => ({
    name,
    image: one(random, ['i:1', 'i:2']),
    env: env(random),
    ports: ports(random),
    args: some(random, ['-a', '-b']),
  }));

/** A Deployment, or a patch of one: both have the same shape. */
function deployment(random: Random): Plain {
  return {
    metadata: { labels: map(random, ['app', 'tier']), finalizers: some(random, ['a/x', 'b/y', 'c/z']) },
    spec: {
      replicas: random.below(4),
      strategy: chance(random, 2) ? { type: 'Recreate' } : { type: 'RollingUpdate', rollingUpdate: { maxSurge: random.below(3) } },
      template: {
        spec: {
          containers: containers(random, ['c', 'd', 'e']),
          volumes: volumes(random),
          tolerations: some(random, ['t', 'u']).map((key) => ({ key })),
          nodeSelector: map(random, ['disk', 'zone']),
        },
      },
    },
  };
}
/** A patch that also deletes: fields by null, elements by directive. */
function deleting(random: Random): Plain {
  const patch = deployment(random) as { metadata: Plain; spec: Plain & { template: { spec: { containers: Plain[] } } } };
  if (chance(random, 2)) patch.metadata['labels'] = { app: null };
  if (chance(random, 2)) patch.spec['replicas'] = null;
  for (const container of patch.spec.template.spec.containers)
    if (chance(random, 3)) container['env'] = [{ name: one(random, ['A', 'B']), $patch: 'delete' }];
  if (chance(random, 3)) patch.spec.template.spec.containers.push({ name: 'gone', $patch: 'delete' });
  return patch;
}

const merge = (current: Plain, patch: Plain): Plain => strategicMergePatch('Deployment', current, patch) as Plain;
const text = (value: unknown): string => JSON.stringify(value);

describe('a random strategic merge patch', () => {
  it.each(SEEDS)('changes nothing the second time (seed %i)', (seed) => {
    const random = seededRandom(seed);
    const [current, patch] = [deployment(random), deleting(random)];
    const once = merge(current, patch);
    expect(merge(once, patch)).toEqual(once);
  });

  it.each(SEEDS)('leaves its arguments as they are, and no directive in the result (seed %i)', (seed) => {
    const random = seededRandom(seed);
    const [current, patch] = [deployment(random), deleting(random)];
    const before = [text(current), text(patch)];
    expect(text(merge(current, patch))).not.toContain('$');
    expect([text(current), text(patch)]).toEqual(before);
  });

  it.each(SEEDS)('of an object onto itself is the object, and the empty patch changes nothing (seed %i)', (seed) => {
    const current = deployment(seededRandom(seed));
    expect(merge(current, current)).toEqual(current);
    expect(merge(current, {})).toEqual(current);
  });

  it.each(SEEDS)('commutes with a patch of other fields (seed %i)', (seed) => {
    const random = seededRandom(seed);
    const current = deployment(random);
    const left = { metadata: { labels: map(random, ['app']) }, spec: { replicas: random.below(9) } };
    const right = {
      metadata: { labels: map(random, ['tier', 'zone']) },
      spec: {
        template: {
          spec: { nodeSelector: map(random, ['disk']), containers: [{ name: 'c', image: one(random, ['i:3', 'i:4']), env: env(random) }] },
        },
      },
    };
    expect(merge(merge(current, left), right)).toEqual(merge(merge(current, right), left));
  });

  it.each(SEEDS)('with an order leaves the elements in that order (seed %i)', (seed) => {
    const random = seededRandom(seed);
    const current = deployment(random) as Plain & { spec: { template: { spec: { containers: Plain[] } } } };
    const order = ['e', 'c', 'd'].sort(() => random.below(3) - 1);
    const patch = {
      spec: {
        template: { spec: { '$setElementOrder/containers': order.map((name) => ({ name })), containers: containers(random, ['c', 'd']) } },
      },
    };
    const names = (merge(current, patch) as typeof current).spec.template.spec.containers.map((container) => String(container['name']));
    expect(names).toEqual(order.filter((name) => names.includes(name)));
  });
});
