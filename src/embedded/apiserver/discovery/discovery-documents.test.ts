import { afterAll, beforeAll, expect, it } from 'vitest';
import { itemsOf, startTestServer, type TestServer } from '../test-api-server.ts';

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
let api: TestServer;
beforeAll(async () => {
  api = await startTestServer();
});
afterAll(async () => {
  await api.stop();
});

it('answers aggregated discovery under exactly its media type', async () => {
  const { json, headers } = await api.request('GET', '/apis', undefined, {
    accept: `${AGGREGATED},application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json`,
  });
  expect(headers).toMatchObject({ 'content-type': AGGREGATED, vary: 'Accept', etag: expect.stringMatching(/^"[0-9A-F]{40}"$/) });
  const apps = itemsOf(json).find((item) => String(item['metadata']!['name']) === 'apps');
  expect(apps).toMatchObject({ versions: [{ version: 'v1', freshness: 'Current' }] });
  expect(
    (apps!['versions'] as unknown as { resources: { resource: string }[] }[])[0]!.resources.find(
      ({ resource }) => resource === 'deployments',
    ),
  ).toMatchObject({
    responseKind: { group: 'apps', version: 'v1', kind: 'Deployment' },
    scope: 'Namespaced',
    singularResource: 'deployment',
    shortNames: ['deploy'],
    categories: ['all'],
    subresources: [
      { subresource: 'scale', responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' } },
      { subresource: 'status' },
    ],
  });
});

it('falls back to the old documents for clients that know only those', async () => {
  const accept = { accept: 'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json' };
  expect((await api.request('GET', '/api', undefined, accept)).json).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
  expect((await api.request('GET', '/apis', undefined, accept)).json).toMatchObject({ kind: 'APIGroupList' });
  const { json } = await api.request('GET', '/api/v1');
  expect(json).toMatchObject({ kind: 'APIResourceList', groupVersion: 'v1' });
  expect(json['resources']).toContainEqual({
    name: 'pods/eviction',
    singularName: '',
    namespaced: true,
    group: 'policy',
    version: 'v1',
    kind: 'Eviction',
    verbs: ['create'],
  });
});

it('answers 304 to the ETag that it gave, and never to that of another server', async () => {
  const first = await api.request('GET', '/apis', undefined, { accept: AGGREGATED });
  expect((await api.request('GET', '/apis', undefined, { accept: AGGREGATED, 'if-none-match': first.headers.etag! })).status).toBe(304);
  const other = await startTestServer();
  expect((await other.request('GET', '/apis', undefined, { accept: AGGREGATED, 'if-none-match': first.headers.etag! })).status).toBe(200);
  await other.stop();
});

it('says that it is well, which version it is, and what time the cluster has', async () => {
  expect(await api.request('GET', '/healthz')).toMatchObject({ status: 200, text: 'ok' });
  expect((await api.request('GET', '/readyz')).text).toBe('ok');
  expect((await api.request('GET', '/version')).json).toMatchObject({ major: '1', minor: '34', gitVersion: 'v1.34.0' });
  const cluster = await startTestServer({
    clock: { nowMs: () => Date.UTC(2030, 0, 2, 3, 4, 5), after: () => ({ cancel() {} }), sleep: () => Promise.resolve() },
  });
  expect((await cluster.request('GET', '/version')).headers.date).toBe('Wed, 02 Jan 2030 03:04:05 GMT');
  await cluster.stop();
});

it('sends OpenAPI clients to the current hash of a group version', async () => {
  const { json } = await api.request('GET', '/openapi/v3');
  const url = String((json['paths'] as unknown as Record<string, { serverRelativeURL: string }>)['apis/apps/v1']!.serverRelativeURL);
  expect((await api.request('GET', url)).headers).toMatchObject({ 'cache-control': 'public, immutable' });
  expect(await api.request('GET', '/openapi/v3/apis/apps/v1?hash=OLD')).toMatchObject({ status: 301, headers: { location: url } });
  expect((await api.request('GET', '/openapi/v2')).headers['content-type']).toBe(
    'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
  );
});
