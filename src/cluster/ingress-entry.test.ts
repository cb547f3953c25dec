import { expect, it } from 'vitest';
import type { Node, Pod, Service } from '../kube/generated/types.ts';
import { ingressEntries } from './ingress-entry.ts';

const node = {
  metadata: { name: 'n1' },
  status: {
    addresses: [
      { type: 'InternalIP', address: '192.168.49.2' },
      { type: 'Hostname', address: 'n1' },
    ],
  },
} as unknown as Node;
const pod = (hostPort?: number) =>
  ({
    metadata: { name: 'c', namespace: 'ingress' },
    status: { phase: 'Running' },
    spec: {
      nodeName: 'n1',
      containers: [{ name: 'controller', ports: [{ name: 'http', containerPort: 80, ...(hostPort === undefined ? {} : { hostPort }) }] }],
    },
  }) as unknown as Pod;
const service = (nodePort?: number, addresses: object[] = []) =>
  ({
    metadata: { name: 'my-controller', namespace: 'ingress' },
    spec: {
      ports: [
        { name: 'http', port: 80, ...(nodePort === undefined ? {} : { nodePort }) },
        { name: 'https', port: 443 },
      ],
    },
    status: { loadBalancer: { ingress: addresses } },
  }) as unknown as Service;
const admission = {
  metadata: { name: 'my-controller-admission', namespace: 'ingress' },
  spec: { ports: [{ name: 'https-webhook', port: 443 }] },
} as unknown as Service;
const forward = { kind: 'port-forward', namespace: 'ingress', service: 'my-controller', port: 80 };

it.each<[what: string, services: Service[], pods: Pod[], entries: object[]]>([
  ['nothing while there is no controller', [], [], []],
  ['nothing while only the admission Service exists', [admission], [], []],
  ['only port-forward when the Service is a ClusterIP', [admission, service()], [pod()], [forward]],
  [
    'the address of the load balancer first',
    [service(30080, [{ ip: '203.0.113.9' }])],
    [pod()],
    [{ kind: 'load-balancer', host: '203.0.113.9', port: 80 }, { kind: 'node-port', host: '192.168.49.2', port: 30080 }, forward],
  ],
  [
    'its name when it has no address',
    [service(undefined, [{ hostname: 'lb.example.com' }])],
    [],
    [{ kind: 'load-balancer', host: 'lb.example.com', port: 80 }, forward],
  ],
  ['no "localhost" that a controller wrote as its status', [service(undefined, [{ hostname: 'localhost' }])], [], [forward]],
  [
    'a port of the node on which the controller runs',
    [service()],
    [pod(80)],
    [{ kind: 'host-port', host: '192.168.49.2', port: 80 }, forward],
  ],
])('offers %s', (_, services, pods, entries) => {
  expect(ingressEntries({ services, pods, nodes: [node] })).toEqual(entries);
});
