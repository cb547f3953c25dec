import { afterEach, beforeEach, expect, it } from 'vitest';
import { nodeMetrics, podMetrics } from '../../../kube/pod-metrics.ts';
import { nodes, pods } from '../../../kube/resource-type.ts';
import { startTestServer, type TestServer } from '../test-api-server.ts';

const AT_MS = Date.UTC(2025, 0, 1);
const ROOT = '/apis/metrics.k8s.io/v1beta1';
let api: TestServer;
beforeEach(async () => {
  api = await startTestServer({
    nodeAgent: {
      async *logs() {},
      exec: () => Promise.resolve(0),
      usage: ({ metadata }) =>
        metadata.name === 'unmeasured'
          ? undefined
          : {
              atMs: AT_MS,
              windowMs: 15_000,
              containers: [
                { name: 'app', cpuMillicores: 250, memoryBytes: 20 * 1024 ** 2 },
                { name: 'side', cpuMillicores: 0.5, memoryBytes: 1024 },
              ],
            },
    },
  });
  await api.admin.create(nodes, {
    metadata: { name: 'n1' },
    spec: {},
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  } as never);
  await api.admin.create(nodes, { metadata: { name: 'silent' }, spec: {} } as never);
  for (const [name, phase, app] of [
    ['busy', 'Running', 'web'],
    ['other', 'Running', 'db'],
    ['unmeasured', 'Running', 'web'],
    ['ended', 'Succeeded', 'web'],
  ] as const) {
    const key = { namespace: 'default', name };
    await api.admin.create(pods, {
      metadata: { ...key, labels: { app } },
      spec: { nodeName: 'n1', containers: [{ name: 'app', image: 'i' }] },
    });
    await api.admin.patch(pods, key, { type: 'merge', body: { status: { phase } } }, { subresource: 'status' });
  }
});
afterEach(() => api.stop());

it('shows the Pods that run and were measured, in the units of metrics-server', async () => {
  const { json } = await api.request('GET', `${ROOT}/namespaces/default/pods?labelSelector=app%3Dweb`);
  expect(json).toMatchObject({
    kind: 'PodMetricsList',
    apiVersion: 'metrics.k8s.io/v1beta1',
    items: [
      {
        metadata: { name: 'busy', namespace: 'default', labels: { app: 'web' } },
        timestamp: '2025-01-01T00:00:00Z',
        window: '15s',
        containers: [
          { name: 'app', usage: { cpu: '250000000n', memory: '20480Ki' } },
          { name: 'side', usage: { cpu: '500000n', memory: '1Ki' } },
        ],
      },
    ],
  });
  expect((json as unknown as { items: unknown[] }).items).toHaveLength(1);
  expect((await api.admin.list(podMetrics)).items.map(({ metadata }) => metadata.name)).toEqual(['busy', 'other']);
});

it('shows one Pod by name, and no Pod that was not measured', async () => {
  expect((await api.request('GET', `${ROOT}/namespaces/default/pods/busy`)).json).toMatchObject({ kind: 'PodMetrics', window: '15s' });
  const missing = await api.request('GET', `${ROOT}/namespaces/default/pods/unmeasured`);
  expect(missing.status).toBe(404);
  expect(missing.json).toMatchObject({ message: 'pods.metrics.k8s.io "unmeasured" not found' });
});

it('sums up the Pods of each node that reports', async () => {
  const { items } = await api.admin.list(nodeMetrics);
  expect(items).toMatchObject([{ metadata: { name: 'n1' }, usage: { cpu: '581000000n', memory: '655362Ki' } }]);
});

it('prints a table', async () => {
  const { json } = await api.request('GET', `${ROOT}/namespaces/default/pods/busy`, undefined, {
    accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
  });
  expect(json).toMatchObject({ kind: 'Table', rows: [{ cells: ['busy', '250500000n', '20481Ki', '15s'] }] });
});

it.each(['POST', 'PUT', 'DELETE'])('cannot be written with %s', async (method) => {
  const path = `${ROOT}/namespaces/default/pods${method === 'POST' ? '' : '/busy'}`;
  expect((await api.request(method, path, method === 'DELETE' ? undefined : { metadata: { name: 'busy' } })).status).toBe(405);
  await expect(api.admin.create(podMetrics, { metadata: { namespace: 'default', name: 'new' } } as never)).rejects.toMatchObject({
    status: { reason: 'MethodNotAllowed' },
  });
});

it('is told of by discovery with the verbs get and list alone', async () => {
  const { json } = await api.request('GET', ROOT);
  expect(json).toMatchObject({
    groupVersion: 'metrics.k8s.io/v1beta1',
    resources: [
      { name: 'nodes', namespaced: false, kind: 'NodeMetrics', verbs: ['get', 'list'] },
      { name: 'pods', namespaced: true, kind: 'PodMetrics', verbs: ['get', 'list'] },
    ],
  });
});
