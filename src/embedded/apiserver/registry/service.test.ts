import { describe, expect, it } from 'vitest';
import type { Service, ServiceSpec } from '../../../kube/generated/types.ts';
import { aPrepareContext } from './prepare-context.fixture.ts';
import { service } from './service.ts';

const aService = (spec: ServiceSpec): Service => ({ metadata: { name: 's', namespace: 'n' }, spec }) as unknown as Service;
const http = { name: 'http', port: 80 };

function created(spec: ServiceSpec, ctx = aPrepareContext()): Service {
  const object = aService(structuredClone(spec));
  service.default!(object);
  service.prepareCreate!(object, ctx);
  return object;
}

function updated(spec: ServiceSpec, old: Service): Service {
  const object = aService(structuredClone(spec));
  service.default!(object);
  service.prepareUpdate!(object, old, aPrepareContext({ taken: (old.spec.ports ?? []).flatMap((port) => port.nodePort ?? []) }));
  return object;
}

const problems = (object: Service): string[] => service.validate!(object).map((error) => `${error.field}: ${error.message}`);

describe('a new Service', () => {
  it('gets type, ports, address and families', () => {
    expect(created({ selector: { app: 'a' }, ports: [http] })).toMatchObject({
      spec: {
        type: 'ClusterIP',
        sessionAffinity: 'None',
        clusterIP: '10.96.0.1',
        clusterIPs: ['10.96.0.1'],
        ipFamilies: ['IPv4'],
        ipFamilyPolicy: 'SingleStack',
        internalTrafficPolicy: 'Cluster',
        ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 80 }],
      },
      status: { loadBalancer: {} },
    });
  });

  it('gets node ports when it is a LoadBalancer', () => {
    const { spec } = created({ type: 'LoadBalancer', ports: [http, { name: 'https', port: 443 }] });
    expect(spec).toMatchObject({ externalTrafficPolicy: 'Cluster', allocateLoadBalancerNodePorts: true });
    expect(spec.ports!.map((port) => port.nodePort)).toEqual([30_000, 30_001]);
  });

  it('stays without an address when headless or an ExternalName', () => {
    expect(created({ clusterIP: 'None', selector: { a: 'b' }, ports: [http] }).spec).toMatchObject({
      clusterIP: 'None',
      clusterIPs: ['None'],
      ipFamilyPolicy: 'SingleStack',
    });
    expect(created({ clusterIP: 'None', ports: [http] }).spec).toMatchObject({
      ipFamilies: ['IPv4', 'IPv6'],
      ipFamilyPolicy: 'RequireDualStack',
    });
    expect(created({ type: 'ExternalName', externalName: 'a.example.com' }).spec.clusterIP).toBeUndefined();
  });

  it('is refused an address that is taken', () => {
    expect(() => created({ clusterIP: '10.96.0.9', ports: [http] }, aPrepareContext({ taken: ['10.96.0.9'] }))).toThrow(
      'spec.clusterIPs: Invalid value: ["10.96.0.9"]: failed to allocate IP 10.96.0.9: provided IP is already allocated',
    );
  });

  it('is refused a node port that is taken', () => {
    expect(() => created({ type: 'NodePort', ports: [{ ...http, nodePort: 30_080 }] }, aPrepareContext({ taken: [30_080] }))).toThrow(
      'spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated',
    );
  });
});

describe('an updated Service', () => {
  it('keeps its address and node ports when the client leaves them out', () => {
    const old = created({ type: 'NodePort', ports: [http] });
    expect(updated({ type: 'NodePort', ports: [{ ...http, targetPort: 8080 }] }, old).spec).toMatchObject({
      clusterIP: '10.96.0.1',
      clusterIPs: ['10.96.0.1'],
      ports: [{ nodePort: 30_000, targetPort: 8080 }],
    });
  });

  it('gets a node port for a port that is new', () => {
    const old = created({ type: 'NodePort', ports: [http] });
    expect(updated({ type: 'NodePort', ports: [http, { name: 'b', port: 81 }] }, old).spec.ports!.map((port) => port.nodePort)).toEqual([
      30_000, 30_001,
    ]);
  });

  it('loses its node ports when it becomes a ClusterIP again', () => {
    const old = created({ type: 'NodePort', ports: [http] });
    expect(updated({ ...structuredClone(old.spec), type: 'ClusterIP' }, old).spec.ports![0]!.nodePort).toBeUndefined();
  });

  it('may not change its address', () => {
    const old = created({ ports: [http] });
    const object = updated({ ...structuredClone(old.spec), clusterIP: '10.96.0.77', clusterIPs: ['10.96.0.77'] }, old);
    expect(service.validateUpdate!(object, old).map((error) => `${error.field}: ${error.message}`)).toEqual([
      'spec.clusterIPs[0]: Invalid value: ["10.96.0.77"]: may not change once set',
    ]);
  });
});

describe('validation of a Service', () => {
  it.each<[string, ServiceSpec, string]>([
    ['without ports', {}, 'spec.ports: Required value'],
    ['with two ports and no names', { ports: [{ port: 1 }, { port: 2 }] }, 'spec.ports[0].name: Required value'],
    [
      'of an unknown type',
      { type: 'Foo', ports: [http] },
      'spec.type: Unsupported value: "Foo": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
    ],
    ['with port 0', { ports: [{ port: 0 }] }, 'spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive'],
    ['with the same name twice', { ports: [http, { ...http, port: 81 }] }, 'spec.ports[1].name: Duplicate value: "http"'],
  ])('refuses one %s', (_, spec, text) => {
    const object = aService(spec);
    service.default!(object);
    expect(problems(object)).toContain(text);
  });
});
