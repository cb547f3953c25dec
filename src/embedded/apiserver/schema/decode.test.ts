import { describe, expect, it } from 'vitest';
import { decodeObject } from './decode.ts';

const pod = (spec: object): object => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec });

describe('decodeObject', () => {
  it('prunes unknown fields and reports their paths with list indices', () => {
    const { object, unknownFields } = decodeObject('Pod', {
      ...pod({ foo: 1, containers: [{ name: 'a' }, { name: 'b', ports: [{ containerPort: 1, x: 2 }] }] }),
      bar: {},
    });
    expect(unknownFields).toEqual(['spec.foo', 'spec.containers[1].ports[0].x', 'bar']);
    expect(object['spec']).toEqual({ containers: [{ name: 'a' }, { name: 'b', ports: [{ containerPort: 1 }] }] });
  });

  it.each([
    ['ConfigMap', { data: { a: 1 } }, 'json: cannot unmarshal number into Go struct field ConfigMap.data of type string'],
    [
      'Deployment',
      { spec: { replicas: 'two' } },
      'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      'Deployment',
      { spec: { replicas: 1.5 } },
      'json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      'Pod',
      { spec: { containers: {} } },
      'json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container',
    ],
    ['Pod', { spec: [] }, 'json: cannot unmarshal array into Go struct field Pod.spec of type v1.PodSpec'],
    ['Pod', { spec: { hostNetwork: 'yes' } }, 'json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool'],
    [
      'Pod',
      { metadata: { labels: { a: true } } },
      'json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.labels of type string',
    ],
    ['Secret', { data: { a: '?' } }, 'illegal base64 data at input byte 0'],
    [
      'Lease',
      { spec: { renewTime: '2026-01-01T00:00:00.123Z' } },
      'parsing time "2026-01-01T00:00:00.123Z" as "2006-01-02T15:04:05.000000Z07:00": cannot parse ".123Z" as ".000000"',
    ],
  ])('reports a wrong type in a %s as Go does: %j', (schemaName, value, text) => {
    expect(decodeObject(schemaName, value).typeErrors).toEqual([text]);
  });

  it('reports a body that is no object', () => {
    expect(decodeObject('ConfigMap', [1]).typeErrors).toEqual(['json: cannot unmarshal array into Go value of type v1.ConfigMap']);
  });

  it('treats null as absent', () => {
    const { object, unknownFields, typeErrors } = decodeObject('Pod', {
      metadata: { name: 'p', annotations: null, creationTimestamp: null },
      spec: null,
    });
    expect(object).toEqual({ metadata: { name: 'p' } });
    expect([...unknownFields, ...typeErrors]).toEqual([]);
  });

  it.each([
    ['2026-11-24T15:55:50.123Z', '2026-11-24T15:55:50Z'],
    ['2026-11-24T15:55:50Z', '2026-11-24T15:55:50Z'],
    ['2026-11-24T15:55:50+09:00', '2026-11-24T06:55:50Z'],
  ])('stores the time %s as %s', (given, stored) => {
    expect(decodeObject('Pod', { metadata: { creationTimestamp: given } }).object.metadata.creationTimestamp).toBe(stored);
  });

  it('keeps a MicroTime of six digits', () => {
    const { object, typeErrors } = decodeObject('Lease', { metadata: { name: 'l' }, spec: { renewTime: '2026-01-01T00:00:00.123456Z' } });
    expect(typeErrors).toEqual([]);
    expect(object['spec']).toEqual({ renewTime: '2026-01-01T00:00:00.123456Z' });
  });

  it('drops optional empty lists, maps and strings, and keeps zeros', () => {
    const { object } = decodeObject('Deployment', {
      metadata: { name: 'd', labels: {}, namespace: '' },
      spec: { replicas: 0, paused: false, strategy: {}, template: { spec: { containers: [], volumes: [] } } },
    });
    expect(object).toEqual({
      metadata: { name: 'd' },
      spec: { replicas: 0, paused: false, strategy: {}, template: { spec: { containers: [] } } },
    });
  });

  it('keeps an empty storage class name, which means something else than none', () => {
    expect(decodeObject('PersistentVolumeClaim', { spec: { storageClassName: '' } }).object['spec']).toEqual({ storageClassName: '' });
  });

  it('reads quantities given as numbers and stores them in canonical form', () => {
    const { object, typeErrors } = decodeObject(
      'Pod',
      pod({ containers: [{ name: 'c', resources: { limits: { cpu: 0.5, memory: '1024Mi' } } }] }),
    );
    expect(typeErrors).toEqual([]);
    expect((object['spec'] as { containers: { resources: unknown }[] }).containers[0]!.resources).toEqual({
      limits: { cpu: '500m', memory: '1Gi' },
    });
  });

  it('takes a number and a name where a port may be either, and nothing else', () => {
    const probe = (port: unknown): object => pod({ containers: [{ name: 'c', livenessProbe: { tcpSocket: { port } } }] });
    expect(decodeObject('Pod', probe(80)).typeErrors).toEqual([]);
    expect(decodeObject('Pod', probe('http')).typeErrors).toEqual([]);
    expect(decodeObject('Pod', probe(true)).typeErrors).toHaveLength(1);
  });
});
