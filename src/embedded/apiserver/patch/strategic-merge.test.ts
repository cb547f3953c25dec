import { describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '../../../base/random.ts';
import { rowType } from '../schema/field-types.ts';
import { mergeKeys, replacedMaps } from './merge-keys.ts';
import { strategicMergePatch } from './strategic-merge.ts';

type Env = { name: string; value?: string };
const deployment = (env: Env[]): object => ({ spec: { template: { spec: { containers: [{ name: 'c', image: 'i', env }] } } } });
const envPatch = (patch: object): object => ({ spec: { template: { spec: { containers: [{ name: 'c', ...patch }] } } } });
const envOf = (object: object): Env[] =>
  (object as { spec: { template: { spec: { containers: { env: Env[] }[] } } } }).spec.template.spec.containers[0]!.env;
const names = (object: object): string[] => envOf(object).map((entry) => entry.name);

describe('strategicMergePatch', () => {
  it('merges maps, and null deletes', () => {
    expect(
      strategicMergePatch('ConfigMap', { data: { a: '1', b: '2' }, immutable: true }, { data: { a: null, c: '3' }, immutable: null }),
    ).toEqual({ data: { b: '2', c: '3' } });
  });

  it('puts a new element before those that were there', () => {
    expect(names(strategicMergePatch('Deployment', deployment([{ name: 'A' }]), envPatch({ env: [{ name: 'B' }] })))).toEqual(['B', 'A']);
  });

  it('merges the element with the same key in place', () => {
    const patched = strategicMergePatch(
      'Deployment',
      deployment([
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
      ]),
      envPatch({ env: [{ name: 'B', value: '3' }] }),
    );
    expect(envOf(patched)).toEqual([
      { name: 'A', value: '1' },
      { name: 'B', value: '3' },
    ]);
  });

  it('removes an element with $patch: delete', () => {
    expect(
      names(
        strategicMergePatch('Deployment', deployment([{ name: 'A' }, { name: 'B' }]), envPatch({ env: [{ $patch: 'delete', name: 'A' }] })),
      ),
    ).toEqual(['B']);
  });

  it('replaces the whole list with $patch: replace as an element', () => {
    expect(
      names(strategicMergePatch('Deployment', deployment([{ name: 'A' }]), envPatch({ env: [{ name: 'Z' }, { $patch: 'replace' }] }))),
    ).toEqual(['Z']);
  });

  it('replaces a whole map with $patch: replace in it', () => {
    expect(strategicMergePatch('ConfigMap', { data: { a: '1' } }, { data: { $patch: 'replace', b: '2' } })).toEqual({ data: { b: '2' } });
  });

  it('orders the result by $setElementOrder', () => {
    const patch = envPatch({ env: [{ name: 'C' }], '$setElementOrder/env': [{ name: 'B' }, { name: 'C' }, { name: 'A' }] });
    expect(names(strategicMergePatch('Deployment', deployment([{ name: 'A' }, { name: 'B' }]), patch))).toEqual(['B', 'C', 'A']);
  });

  it('keeps an element that the order does not name where it was', () => {
    const patch = envPatch({ '$setElementOrder/env': [{ name: 'C' }, { name: 'B' }] });
    expect(names(strategicMergePatch('Deployment', deployment([{ name: 'A' }, { name: 'B' }, { name: 'C' }]), patch))).toEqual([
      'A',
      'C',
      'B',
    ]);
  });

  it('keeps only the named keys with $retainKeys', () => {
    const current = { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } };
    expect(strategicMergePatch('Deployment', current, { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } })).toEqual({
      spec: { strategy: { type: 'Recreate' } },
    });
  });

  it('adds to finalizers and removes from them with $deleteFromPrimitiveList', () => {
    const current = { metadata: { finalizers: ['a/x', 'b/y'] } };
    expect(strategicMergePatch('ConfigMap', current, { metadata: { finalizers: ['c/z'] } })).toEqual({
      metadata: { finalizers: ['c/z', 'a/x', 'b/y'] },
    });
    const removal = { metadata: { '$deleteFromPrimitiveList/finalizers': ['a/x'], '$setElementOrder/finalizers': ['b/y'] } };
    expect(strategicMergePatch('ConfigMap', current, removal)).toEqual({ metadata: { finalizers: ['b/y'] } });
  });

  it('replaces lists without a merge key and the selector of a budget', () => {
    expect(strategicMergePatch('Pod', { spec: { tolerations: [{ key: 'a' }] } }, { spec: { tolerations: [{ key: 'b' }] } })).toEqual({
      spec: { tolerations: [{ key: 'b' }] },
    });
    expect(
      strategicMergePatch(
        'PodDisruptionBudget',
        { spec: { selector: { matchLabels: { a: '1' } } } },
        { spec: { selector: { matchLabels: { b: '2' } } } },
      ),
    ).toEqual({ spec: { selector: { matchLabels: { b: '2' } } } });
  });

  it('fails like upstream on an element without its key and on an unknown directive', () => {
    expect(() => strategicMergePatch('Pod', { spec: { containers: [{ name: 'c' }] } }, { spec: { containers: [{ image: 'x' }] } })).toThrow(
      'map: map[image:x] does not contain declared merge key: name',
    );
    expect(() => strategicMergePatch('ConfigMap', { data: {} }, { data: { $patch: 'explode' } })).toThrow('"explode"');
  });

  it('names existing fields in its tables', () => {
    for (const path of [...Object.keys(mergeKeys), ...replacedMaps]) {
      const [row, field] = path.split('.') as [string, string];
      expect(rowType(row).fields.has(field), path).toBe(true);
    }
  });
});

describe('random lists', () => {
  const LETTERS = ['A', 'B', 'C', 'D', 'E', 'F'];
  const some = (random: Random): Env[] =>
    LETTERS.filter(() => random.below(2) === 0)
      .sort(() => random.below(3) - 1)
      .map((name) => ({ name, value: String(random.below(9)) }));

  it.each(Array.from({ length: 60 }, (_, seed) => seed))('keep every key, the patched values and the given order (seed %i)', (seed) => {
    const random = seededRandom(seed);
    const [before, patch] = [some(random), some(random)];
    const current = deployment(before);
    const copy = structuredClone(current);
    const merged = strategicMergePatch('Deployment', current, envPatch({ env: patch }));
    const values = new Map([...before, ...patch].map((entry) => [entry.name, entry.value]));
    expect(new Map(envOf(merged).map((entry) => [entry.name, entry.value]))).toEqual(values);
    const patched = patch.map((entry) => entry.name);
    expect(names(merged).filter((name) => patched.includes(name))).toEqual(patched);
    const others = before.map((entry) => entry.name).filter((name) => !patched.includes(name));
    expect(names(merged).filter((name) => others.includes(name))).toEqual(others);
    const order = [...values.keys()].sort(() => random.below(3) - 1).map((name) => ({ name }));
    expect(names(strategicMergePatch('Deployment', current, envPatch({ env: patch, '$setElementOrder/env': order })))).toEqual(
      order.map((entry) => entry.name),
    );
    expect(current).toEqual(copy);
  });
});
