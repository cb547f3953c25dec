import { describe, expect, it } from 'vitest';
import { openControllerRoom } from '../../../../test/support/controller-room.ts';
import type { ServiceSpec } from '../../../kube/generated/types.ts';
import { endpointSlices, endpoints, pods, services } from '../../../kube/resource-type.ts';
import { createEndpointsController } from '../endpoints/endpoints-controller.ts';
import { createEndpointSliceController } from './endpointslice-controller.ts';

const key = { namespace: 'default', name: 'web' };
const open = (keepsTerminating = false) =>
  openControllerRoom((deps) => [createEndpointSliceController(deps), createEndpointsController(deps)], {
    fate: (pod) => (pod.metadata.labels?.sick ? 'running' : 'ready'),
    keepsTerminating,
  });
type Room = Awaited<ReturnType<typeof open>>;
const aService = (spec: Partial<ServiceSpec> = {}) => ({
  metadata: { ...key, labels: { team: 'blue' } },
  spec: {
    clusterIP: '10.96.0.9',
    selector: { app: 'web' },
    ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 'web' }],
    ...spec,
  },
});
const aPod = (name: string, labels: Record<string, string> = {}, port = 8080) => ({
  metadata: { namespace: 'default', name, labels: { app: 'web', ...labels } },
  spec: { containers: [{ name: 'main', image: 'web:1', ports: [{ name: 'web', containerPort: port, protocol: 'TCP' }] }] },
});
const targets = (room: Room): string[] =>
  room.api
    .all(endpointSlices)
    .flatMap((slice) => slice.endpoints ?? [])
    .map((endpoint) => `${endpoint.targetRef?.name} ${endpoint.conditions?.ready ? 'ready' : 'not ready'}`)
    .sort();

describe('endpointslice controller', () => {
  it('lists the Pods of a Service with their readiness and the number of a named port', async () => {
    await using room = await open();
    await room.api.create(services, aService());
    await room.api.create(pods, aPod('a'));
    await room.api.create(pods, aPod('b', { sick: 'yes' }));
    await room.settled();
    expect(targets(room)).toEqual(['a ready', 'b not ready']);
    const [slice, ...more] = room.api.all(endpointSlices);
    expect(more).toEqual([]);
    expect(slice!.metadata.name).toMatch(/^web-[a-z0-9]{5}$/);
    expect(slice!.metadata.labels).toEqual({
      team: 'blue',
      'kubernetes.io/service-name': 'web',
      'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
    });
    expect(slice!.ports).toEqual([{ name: 'http', port: 8080, protocol: 'TCP' }]);
    expect(room.api.all(endpoints)[0]!.subsets).toMatchObject([
      {
        addresses: [{ targetRef: { name: 'a' } }],
        notReadyAddresses: [{ targetRef: { name: 'b' } }],
        ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
      },
    ]);
  });

  it('swaps all endpoints in one write when the selector changes', async () => {
    await using room = await open();
    await room.api.create(pods, aPod('a', { hash: 'one' }));
    await room.api.create(pods, aPod('b', { hash: 'two' }));
    await room.api.create(services, aService({ selector: { app: 'web', hash: 'one' } }));
    await room.settled();
    const seen: string[][] = [];
    room.deps.informers.for(endpointSlices).onChange(() => seen.push(targets(room)));
    const before = room.api.writes.length;
    await room.api.patch(services, key, { type: 'merge', body: { spec: { selector: { hash: 'two' } } } });
    await room.settled();
    expect(seen).toEqual([['a ready'], ['b ready']]);
    expect(room.api.writes.slice(before).filter((write) => write.includes('endpointslices'))).toHaveLength(1);
  });

  it('keeps a terminating Pod that still serves, as not ready', async () => {
    await using room = await open(true);
    await room.api.create(services, aService());
    await room.api.create(pods, aPod('a'));
    await room.settled();
    await room.api.delete(pods, { namespace: 'default', name: 'a' });
    await room.settled();
    expect(room.api.all(endpointSlices)[0]!.endpoints![0]!.conditions).toEqual({ ready: false, serving: true, terminating: true });
    expect(room.api.all(endpoints)[0]!.subsets ?? []).toEqual([]);
  });

  it('gives Pods with another number behind the port name a slice of their own', async () => {
    await using room = await open();
    await room.api.create(services, aService());
    await room.api.create(pods, aPod('a'));
    await room.api.create(pods, aPod('b', {}, 9090));
    await room.settled();
    expect(
      room.api
        .all(endpointSlices)
        .map((slice) => slice.ports![0]!.port)
        .sort(),
    ).toEqual([8080, 9090]);
  });

  it('leaves a Service without selector alone', async () => {
    await using room = await open();
    await room.api.create(services, aService({ selector: undefined }));
    await room.settled();
    expect(room.api.all(endpointSlices)).toEqual([]);
    expect(room.api.all(endpoints)).toEqual([]);
  });

  it('marks the slices of a headless Service and keeps an empty one while nothing matches', async () => {
    await using room = await open();
    await room.api.create(services, aService({ clusterIP: 'None' }));
    await room.settled();
    const slices = room.api.all(endpointSlices);
    expect(slices).toHaveLength(1);
    expect(slices[0]!.endpoints).toEqual([]);
    expect(slices[0]!.metadata.labels).toHaveProperty(['service.kubernetes.io/headless'], '');
  });

  it('removes Endpoints together with their Service', async () => {
    await using room = await open();
    await room.api.create(services, aService());
    await room.settled();
    await room.api.delete(services, key);
    await room.settled();
    expect(room.api.all(endpoints)).toEqual([]);
  });
});
