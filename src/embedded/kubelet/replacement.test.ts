import { Agent, request } from 'node:http';
import { expect, it } from 'vitest';
import { openKubeletRoom } from '../../../test/support/kubelet-room.ts';
import { nextTurn } from '../../base/clock.ts';
import { isConditionTrue } from '../../kube/conditions.ts';
import { endpointSlices, pods, services } from '../../kube/resource-type.ts';
import { createSampleAppProgram } from '../images/sample-app.ts';

it('fails no request of kept-alive clients while every Pod behind a Service address is replaced', async () => {
  await using room = await openKubeletRoom({ 'ghcr.io/canary-lab/sample-app': createSampleAppProgram() });
  room.clock.setRate(1);
  const container = {
    name: 'app',
    image: 'ghcr.io/canary-lab/sample-app:1.0.0',
    ports: [{ name: 'http', containerPort: 8080 }],
    readinessProbe: { httpGet: { path: '/readyz', port: 'http' } },
  };
  room.api.seed(services, {
    metadata: { namespace: 'default', name: 'web' },
    spec: { clusterIP: '10.96.5.5', clusterIPs: ['10.96.5.5'], ports: [{ name: 'http', port: 80 }] },
  });
  const slice = room.api.seed(endpointSlices, {
    metadata: { namespace: 'default', name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080 }],
    endpoints: [],
  });
  // What the EndpointSlice controller would write.
  const follow = (): void => {
    const endpoints = room.api
      .all(pods)
      .filter(({ status }) => status?.podIP !== undefined)
      .map((pod) => ({
        addresses: [pod.status!.podIP!],
        targetRef: { kind: 'Pod', name: pod.metadata.name, uid: pod.metadata.uid },
        conditions: { ready: isConditionTrue(pod.status?.conditions, 'Ready') && pod.metadata.deletionTimestamp === undefined },
      }));
    void room.api.patch(endpointSlices, { namespace: 'default', name: slice.metadata.name }, { type: 'merge', body: { endpoints } });
  };
  room.deps.informers.for(pods).onChange(follow);
  for (const name of ['a-1', 'a-2']) await room.bind({ containers: [container] }, { name });
  await room.settled();

  const failures: string[] = [];
  const answered = new Set<string>();
  let isRunning = true;
  let requests = 0;
  const client = async (): Promise<void> => {
    // One kept-alive connection per address, as a proxy's pool has; an address that is withdrawn gets no new request.
    const agents = new Map<string, Agent>();
    while (isRunning) {
      const addresses = room.deps.informers
        .for(endpointSlices)
        .list('default')
        .flatMap(({ endpoints }) =>
          (endpoints ?? []).filter(({ conditions }) => conditions?.ready).map((endpoint) => endpoint.addresses[0]!),
        );
      const ip = addresses[requests % addresses.length]!;
      const at = room.network.resolvePod(ip, 8080)!;
      if (!agents.has(ip)) agents.set(ip, new Agent({ keepAlive: true, maxSockets: 1 }));
      requests += 1;
      await new Promise<void>((resolve) => {
        const sent = request({ ...at, path: '/success', agent: agents.get(ip)! }, (response) => {
          let body = '';
          response.on('data', (chunk) => {
            body += String(chunk);
          });
          response.on('end', () => {
            if (response.statusCode === 200) answered.add(JSON.parse(body).pod);
            else failures.push(String(response.statusCode));
            resolve();
          });
        });
        sent.on('error', (error) => {
          failures.push(error.message);
          resolve();
        });
        sent.end();
      });
      await nextTurn();
    }
    for (const agent of agents.values()) agent.destroy();
  };
  const clients = [client(), client(), client(), client()];
  for (const [next, old] of [
    ['b-1', 'a-1'],
    ['b-2', 'a-2'],
    ['c-1', 'b-1'],
    ['c-2', 'b-2'],
  ] as const) {
    await room.bind({ containers: [container] }, { name: next });
    await expect.poll(() => isConditionTrue(room.pod(next).status?.conditions, 'Ready')).toBe(true);
    await room.api.delete(pods, { namespace: 'default', name: old });
    await expect.poll(() => room.api.all(pods).some(({ metadata }) => metadata.name === old)).toBe(false);
  }
  isRunning = false;
  await Promise.all(clients);
  expect(failures).toEqual([]);
  expect([...answered].sort()).toEqual(['a-1', 'a-2', 'b-1', 'b-2', 'c-1', 'c-2']);
  expect(requests).toBeGreaterThan(50);
});
