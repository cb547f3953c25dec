import { afterEach, beforeEach, expect, it } from 'vitest';
import { itemsOf, startTestServer, type TestServer } from '../test-api-server.ts';

let api: TestServer;
beforeEach(async () => {
  api = await startTestServer();
});
afterEach(async () => {
  await api.stop();
});

const HPAS = (version: string, name = ''): string =>
  `/apis/autoscaling/${version}/namespaces/default/horizontalpodautoscalers${name && `/${name}`}`;
const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };

it('shows an autoscaler that was written in v1 to readers of v2, and the other way about', async () => {
  await api.request('POST', HPAS('v1'), {
    metadata: { name: 'a' },
    spec: { scaleTargetRef: target, maxReplicas: 3, targetCPUUtilizationPercentage: 60 },
  });
  expect((await api.request('GET', HPAS('v2', 'a'))).json).toMatchObject({
    apiVersion: 'autoscaling/v2',
    spec: { metrics: [{ resource: { name: 'cpu', target: { averageUtilization: 60 } } }] },
  });
  await api.request('POST', HPAS('v2'), {
    metadata: { name: 'b' },
    spec: {
      scaleTargetRef: target,
      maxReplicas: 3,
      metrics: [{ type: 'Resource', resource: { name: 'memory', target: { type: 'Utilization', averageUtilization: 50 } } }],
    },
  });
  const shown = (await api.request('GET', HPAS('v1', 'b'))).json;
  expect(shown).toMatchObject({
    apiVersion: 'autoscaling/v1',
    metadata: { annotations: { 'autoscaling.alpha.kubernetes.io/metrics': expect.stringContaining('memory') as unknown } },
  });
  expect(shown['spec']).not.toHaveProperty('metrics');
});

it('keeps metrics that v1 cannot name through an update in v1', async () => {
  await api.request('POST', HPAS('v2'), {
    metadata: { name: 'a' },
    spec: {
      scaleTargetRef: target,
      maxReplicas: 3,
      metrics: [{ type: 'Resource', resource: { name: 'memory', target: { type: 'Utilization', averageUtilization: 50 } } }],
    },
  });
  await api.request('PATCH', HPAS('v1', 'a'), { spec: { maxReplicas: 5 } }, { 'content-type': 'application/merge-patch+json' });
  expect((await api.request('GET', HPAS('v2', 'a'))).json).toMatchObject({
    spec: { maxReplicas: 5, metrics: [{ resource: { name: 'memory' } }] },
  });
});

it('shows the Events of the core group under events.k8s.io in its own words', async () => {
  await api.request('POST', '/api/v1/namespaces/default/events', {
    metadata: { name: 'e' },
    involvedObject: { kind: 'Pod', name: 'p', namespace: 'default' },
    reason: 'Started',
    message: 'went well',
    type: 'Normal',
  });
  const { json } = await api.request('GET', '/apis/events.k8s.io/v1/namespaces/default/events?fieldSelector=regarding.name%3Dp');
  expect(itemsOf(json)).toEqual([
    expect.objectContaining({
      apiVersion: 'events.k8s.io/v1',
      regarding: { kind: 'Pod', name: 'p', namespace: 'default' },
      note: 'went well',
      reason: 'Started',
    }),
  ]);
});

it('takes Events of events.k8s.io and shows them to readers of the core group', async () => {
  const answer = await api.request('POST', '/apis/events.k8s.io/v1/namespaces/default/events', {
    metadata: { name: 'f' },
    eventTime: '2026-01-02T03:04:05.000006Z',
    regarding: { kind: 'Pod', name: 'p', namespace: 'default' },
    note: 'hello',
    reason: 'Said',
    type: 'Normal',
    reportingController: 'me',
    reportingInstance: 'me-1',
    action: 'Say',
  });
  expect(answer.status).toBe(201);
  expect((await api.request('GET', '/api/v1/namespaces/default/events/f')).json).toMatchObject({
    apiVersion: 'v1',
    involvedObject: { name: 'p' },
    message: 'hello',
    reportingComponent: 'me',
  });
});
