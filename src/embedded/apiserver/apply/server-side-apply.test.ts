import { describe, expect, it } from 'vitest';
import { apply, fieldsOf, owners, update } from '../../../../test/support/field-managers.ts';
import { type Random, seededRandom } from '../../../base/random.ts';
import type { AnyObject } from '../../../kube/object.ts';
import { isStatus, type StatusError } from '../../../kube/status-error.ts';
import { builtInTypeInfo, crdTypeInfo } from './type-info.ts';

const configMap = builtInTypeInfo('ConfigMap');
const deployment = builtInTypeInfo('Deployment');
const service = builtInTypeInfo('Service');

const conflictOf = (work: () => unknown): StatusError => {
  try {
    work();
  } catch (error) {
    if (isStatus(error, 'Conflict')) return error;
    throw error;
  }
  throw new Error('There was no conflict.');
};
const container = (patch: object): object => ({ spec: { template: { spec: { containers: [{ name: 'c', ...patch }] } } } });

describe('serverSideApply', () => {
  it('creates with one Apply entry of exactly the applied fields', () => {
    const created = apply(
      configMap,
      undefined,
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: 'n', labels: { app: 'web' } }, data: { a: '1' } },
      'helm',
    );
    expect(created.metadata.managedFields).toEqual([
      {
        manager: 'helm',
        operation: 'Apply',
        apiVersion: 'v1',
        time: '1970-01-01T00:00:00Z',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { 'f:a': {} }, 'f:metadata': { 'f:labels': { 'f:app': {} } } },
      },
    ]);
  });

  it('removes a field that the manager drops and nobody else owns', () => {
    const live = apply(configMap, undefined, { data: { a: '1', b: '2' } }, 'helm');
    expect(apply(configMap, live, { data: { a: '1' } }, 'helm')['data']).toEqual({ a: '1' });
  });

  it('removes the whole list item that the manager drops, defaults inside included', () => {
    const live = apply(
      deployment,
      undefined,
      {
        spec: {
          template: {
            spec: {
              containers: [
                { name: 'c', image: 'i' },
                { name: 'd', image: 'j' },
              ],
            },
          },
        },
      },
      'helm',
    );
    const stored = structuredClone(live);
    for (const item of (stored['spec'] as { template: { spec: { containers: { imagePullPolicy?: string }[] } } }).template.spec.containers)
      item.imagePullPolicy = 'Always';
    expect(apply(deployment, stored, container({ image: 'i' }), 'helm')['spec']).toEqual({
      template: { spec: { containers: [{ name: 'c', image: 'i', imagePullPolicy: 'Always' }] } },
    });
  });

  it('keeps a dropped field that another manager owns as well', () => {
    let live = apply(configMap, undefined, { data: { a: '1', b: '2' } }, 'one');
    live = apply(configMap, live, { data: { b: '2' } }, 'two');
    expect(owners(live)).toEqual(['one/Apply', 'two/Apply']);
    live = apply(configMap, live, { data: { a: '1' } }, 'one');
    expect(live['data']).toEqual({ a: '1', b: '2' });
    expect(fieldsOf(live, 'two')).toEqual(['.data.b']);
  });

  it('refuses another value for one owned field with the short text', () => {
    const live = apply(configMap, undefined, { data: { a: '1' } }, 'ap1');
    const error = conflictOf(() => apply(configMap, live, { data: { a: '2' } }, 'ap2'));
    expect(error.message).toBe('Apply failed with 1 conflict: conflict with "ap1": .data.a');
    expect(error.status.details?.causes).toEqual([{ reason: 'FieldManagerConflict', message: 'conflict with "ap1"', field: '.data.a' }]);
    expect(error.code).toBe(409);
  });

  it('lists several conflicts under their manager', () => {
    const live = apply(
      deployment,
      undefined,
      { spec: { replicas: 2, template: { spec: { containers: [{ name: 'c', image: 'i' }] } } } },
      'kubectl',
    );
    const error = conflictOf(() =>
      apply(deployment, live, { spec: { replicas: 4, template: { spec: { containers: [{ name: 'c', image: 'z' }] } } } }, 'other'),
    );
    expect(error.message).toBe(
      'Apply failed with 2 conflicts: conflicts with "kubectl":\n- .spec.replicas\n- .spec.template.spec.containers[name="c"].image',
    );
  });

  it('names the version of an Update manager', () => {
    const live = update(configMap, undefined, { data: { a: '1' } }, 'upd');
    expect(conflictOf(() => apply(configMap, live, { data: { a: '2' } }, 'ap')).message).toBe(
      'Apply failed with 1 conflict: conflict with "upd" using v1: .data.a',
    );
  });

  it('takes the field over with force', () => {
    const live = apply(configMap, undefined, { data: { a: '1', b: '1' } }, 'ap1');
    const taken = apply(configMap, live, { data: { a: '2' } }, 'ap2', { force: true });
    expect(taken['data']).toEqual({ a: '2', b: '1' });
    expect(fieldsOf(taken, 'ap1')).toEqual(['.data.b']);
    expect(fieldsOf(taken, 'ap2')).toEqual(['.data.a']);
  });

  it('shares a field that has the same value', () => {
    const live = apply(configMap, apply(configMap, undefined, { data: { a: '1' } }, 'ap1'), { data: { a: '1' } }, 'ap2');
    expect(fieldsOf(live, 'ap1')).toEqual(['.data.a']);
    expect(fieldsOf(live, 'ap2')).toEqual(['.data.a']);
  });

  it('returns the live object itself when nothing changes', () => {
    const live = apply(configMap, undefined, { data: { a: '1' } }, 'ap1');
    expect(apply(configMap, live, { data: { a: '1' } }, 'ap1', { nowMs: 60_000 })).toBe(live);
  });

  it('dates an entry only when its fields change', () => {
    let live = apply(configMap, undefined, { data: { a: '1' } }, 'ap1');
    live = apply(configMap, live, { data: { a: '2' } }, 'ap1', { nowMs: 60_000 });
    expect(live.metadata.managedFields?.[0]?.time).toBe('1970-01-01T00:00:00Z');
    live = apply(configMap, live, { data: { a: '2', b: '1' } }, 'ap1', { nowMs: 60_000 });
    expect(live.metadata.managedFields?.[0]?.time).toBe('1970-01-01T00:01:00Z');
  });

  it('does not conflict with a controller that writes status and its own annotation', () => {
    let live = apply(deployment, undefined, { spec: { replicas: 1 } }, 'helm');
    live = update(
      deployment,
      live,
      { metadata: { name: 'x', annotations: { 'deployment.kubernetes.io/revision': '1' } }, spec: { replicas: 1 } },
      'kube-controller-manager',
    );
    live = update(
      deployment,
      live,
      {
        metadata: { name: 'x', annotations: { 'deployment.kubernetes.io/revision': '1' } },
        spec: { replicas: 1 },
        status: { replicas: 1 },
      },
      'kube-controller-manager',
      { subresource: 'status' },
    );
    expect(owners(live)).toEqual(['helm/Apply', 'kube-controller-manager/Update', 'kube-controller-manager/Update/status']);
    const again = apply(deployment, live, { spec: { replicas: 3 }, status: {} }, 'helm');
    expect(again['spec']).toEqual({ replicas: 3 });
    expect(again['status']).toEqual({ replicas: 1 });
    expect(again.metadata.annotations).toEqual({ 'deployment.kubernetes.io/revision': '1' });
  });

  it('merges ports by number and protocol, TCP when none is given', () => {
    const live = apply(
      service,
      undefined,
      {
        spec: {
          ports: [
            { port: 53, protocol: 'UDP', name: 'u' },
            { port: 53, protocol: 'TCP', name: 't' },
          ],
        },
      },
      'a',
    );
    const merged = apply(service, live, { spec: { ports: [{ port: 53, name: 't', targetPort: 5353 }] } }, 'b');
    expect(merged['spec']).toEqual({
      ports: [
        { port: 53, protocol: 'UDP', name: 'u' },
        { port: 53, protocol: 'TCP', name: 't', targetPort: 5353 },
      ],
    });
    expect(fieldsOf(merged, 'b')).toContain('.spec.ports[port=53,protocol="TCP"].targetPort');
  });

  it('treats selectors and argument lists as one piece', () => {
    const live = apply(deployment, undefined, { spec: { selector: { matchLabels: { a: '1' } } } }, 'a');
    expect(fieldsOf(live, 'a')).toEqual(['.spec.selector']);
    expect(conflictOf(() => apply(deployment, live, { spec: { selector: { matchLabels: { b: '1' } } } }, 'b')).message).toContain(
      '.spec.selector',
    );
    expect(fieldsOf(apply(deployment, undefined, container({ args: ['x'] }), 'a'), 'a')).toContain(
      '.spec.template.spec.containers[name="c"].args',
    );
  });

  it('merges lists of custom resources by their declared keys and sets as sets', () => {
    const types = crdTypeInfo({
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          properties: {
            items: {
              type: 'array',
              'x-kubernetes-list-type': 'map',
              'x-kubernetes-list-map-keys': ['name'],
              items: { type: 'object', properties: { name: { type: 'string' }, v: { type: 'integer' } } },
            },
            tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
          },
        },
      },
    });
    const live = apply(types, undefined, { spec: { items: [{ name: 'a', v: 1 }], tags: ['x'] } }, 'one');
    const merged = apply(types, live, { spec: { items: [{ name: 'b', v: 2 }], tags: ['y'] } }, 'two');
    expect(merged['spec']).toEqual({
      items: [
        { name: 'a', v: 1 },
        { name: 'b', v: 2 },
      ],
      tags: ['x', 'y'],
    });
    expect(fieldsOf(merged, 'two')).toEqual([
      '.spec.items[name="b"]',
      '.spec.items[name="b"].name',
      '.spec.items[name="b"].v',
      '.spec.tags[="y"]',
    ]);
    expect(apply(types, merged, { spec: { tags: [] } }, 'two')['spec']).toEqual({ items: [{ name: 'a', v: 1 }], tags: ['x'] });
  });

  it('refuses a configuration that names a list item twice', () => {
    expect(() =>
      apply(
        deployment,
        undefined,
        {
          kind: 'Deployment',
          ...container({
            env: [
              { name: 'A', value: '1' },
              { name: 'A', value: '2' },
            ],
          }),
        },
        'a',
      ),
    ).toThrow(
      'failed to create typed patch object (/x; v1, Kind=Deployment): .spec.template.spec.containers[name="c"].env: duplicate entries for key [name="A"]',
    );
  });

  it('writes nothing but status through the status subresource', () => {
    const live = apply(deployment, undefined, { spec: { replicas: 1 } }, 'helm');
    const written = apply(deployment, live, { spec: { replicas: 9 }, status: { replicas: 1 } }, 'ctl', { subresource: 'status' });
    expect([written['spec'], written['status']]).toEqual([{ replicas: 1 }, { replicas: 1 }]);
    expect(owners(written)).toEqual(['ctl/Apply/status', 'helm/Apply']);
    expect(apply(deployment, written, {}, 'ctl', { subresource: 'status' })['status']).not.toEqual({ replicas: 1 });
  });

  it('refuses a configuration that carries managedFields', () => {
    expect(() => apply(configMap, undefined, { metadata: { name: 'x', managedFields: [{}] } }, 'a')).toThrow(
      'metadata.managedFields must be nil',
    );
  });
});

describe('random applies by two managers', () => {
  const KEYS = ['a', 'b', 'c', 'd'];
  const some = (random: Random): Record<string, string> =>
    Object.fromEntries(KEYS.filter(() => random.below(2) === 0).map((key) => [key, String(random.below(2))]));

  it.each(Array.from({ length: 40 }, (_, seed) => seed))('leave exactly the fields that somebody claims (seed %i)', (seed) => {
    const random = seededRandom(seed);
    const claims: Record<string, Record<string, string>> = {};
    let live: AnyObject | undefined;
    for (let step = 0; step < 12; step++) {
      const manager = ['one', 'two'][random.below(2)]!;
      const data = some(random);
      live = apply(configMap, live, Object.keys(data).length === 0 ? {} : { data }, manager, { force: true, nowMs: step * 1000 });
      const other = manager === 'one' ? 'two' : 'one';
      for (const key of Object.keys(data))
        if (claims[other]?.[key] !== undefined && claims[other][key] !== data[key]) delete claims[other][key];
      claims[manager] = data;
      expect(live['data'] ?? {}).toEqual({ ...claims['one'], ...claims['two'] });
    }
  });
});
