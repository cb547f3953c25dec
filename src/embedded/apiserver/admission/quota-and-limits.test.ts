import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../test-api-server.ts';

let api: TestServer;
beforeEach(async () => {
  api = await startTestServer();
});
afterEach(async () => {
  await api.stop();
});

const root = '/api/v1/namespaces/default';
const pod = (name: string, resources: object = {}): object => ({
  metadata: { name },
  spec: { containers: [{ name: 'c', image: 'i', resources }] },
});

it('refuses one object more than a quota counts, and counts again what is deleted', async () => {
  await api.request('POST', `${root}/resourcequotas`, {
    metadata: { name: 'few' },
    spec: { hard: { pods: '1', 'count/configmaps': '5' } },
  });
  expect((await api.request('POST', `${root}/pods`, pod('a'))).status).toBe(201);
  const refused = await api.request('POST', `${root}/pods`, pod('b'));
  expect([refused.status, refused.json['message']]).toEqual([
    403,
    'pods "b" is forbidden: exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1',
  ]);
  expect((await api.request('GET', `${root}/resourcequotas/few`)).json['status']).toMatchObject({
    hard: { pods: '1' },
    used: { pods: '1' },
  });
  await api.request('DELETE', `${root}/pods/a`);
  expect((await api.request('POST', `${root}/pods`, pod('b'))).status).toBe(201);
});

it('refuses quotas on amounts and limits on Pods by name', async () => {
  const quota = await api.request('POST', `${root}/resourcequotas`, { metadata: { name: 'cpu' }, spec: { hard: { 'requests.cpu': '1' } } });
  expect([quota.status, quota.json['message']]).toEqual([
    422,
    'ResourceQuota "cpu" is invalid: spec.hard[requests.cpu]: Forbidden: "requests.cpu" is not modelled: only counts of objects are',
  ]);
  const limits = await api.request('POST', `${root}/limitranges`, {
    metadata: { name: 'l' },
    spec: { limits: [{ type: 'Pod', max: { cpu: '1' } }] },
  });
  expect(limits.json['message']).toContain('"Pod" is not modelled');
});

it('gives containers the defaults of a LimitRange and keeps them within its bounds', async () => {
  await api.request('POST', `${root}/limitranges`, {
    metadata: { name: 'l' },
    spec: {
      limits: [{ type: 'Container', default: { cpu: '500m' }, defaultRequest: { cpu: '100m' }, max: { cpu: '1' }, min: { cpu: '50m' } }],
    },
  });
  const made = await api.request('POST', `${root}/pods`, pod('a'));
  expect(made.json).toMatchObject({
    metadata: {
      annotations: { 'kubernetes.io/limit-ranger': 'LimitRanger plugin set: cpu request for container c; cpu limit for container c' },
    },
    spec: { containers: [{ resources: { requests: { cpu: '100m' }, limits: { cpu: '500m' } } }] },
  });
  const refused = await api.request('POST', `${root}/pods`, pod('b', { limits: { cpu: '2' }, requests: { cpu: '10m' } }));
  expect(refused.json['message']).toBe(
    'pods "b" is forbidden: [minimum cpu usage per Container is 50m, but request is 10m, maximum cpu usage per Container is 1, but limit is 2]',
  );
});

it('gives a claim the default class and a Pod the global default priority', async () => {
  await api.request('POST', '/apis/storage.k8s.io/v1/storageclasses', {
    metadata: { name: 'fast', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'example.com/fast',
  });
  await api.request('POST', '/apis/scheduling.k8s.io/v1/priorityclasses', { metadata: { name: 'usual' }, value: 7, globalDefault: true });
  const claim = await api.request('POST', `${root}/persistentvolumeclaims`, {
    metadata: { name: 'd' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  });
  expect(claim.json).toMatchObject({ spec: { storageClassName: 'fast' } });
  expect((await api.request('POST', `${root}/pods`, pod('a'))).json).toMatchObject({ spec: { priorityClassName: 'usual', priority: 7 } });
});

it('fills in limits by the names that they have, whatever those are', async () => {
  await api.request('POST', `${root}/limitranges`, {
    metadata: { name: 'odd' },
    spec: { limits: [{ type: 'Container', default: { toString: '1' }, defaultRequest: { constructor: '2' } }] },
  });
  const amounts = { limits: { cpu: '1' }, requests: { cpu: '1' } };
  const made = await api.request('POST', `${root}/pods`, pod('a', amounts));
  expect((made.json['spec'] as unknown as { containers: { resources: object }[] }).containers[0]!.resources).toEqual({
    limits: { cpu: '1', toString: '1' },
    requests: { cpu: '1', constructor: '2', toString: '1' },
  });
});
