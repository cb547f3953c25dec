import { afterEach, beforeEach, expect, it } from 'vitest';
import { nextTurn } from '../../base/clock.ts';
import { itemsOf, startTestServer, type TestServer } from './test-api-server.ts';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const WIDGETS = '/apis/demo.io/v1/namespaces/default/widgets';
const widgets = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.demo.io' },
  spec: {
    group: 'demo.io',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', shortNames: ['wd'], categories: ['all'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', properties: { size: { type: 'integer', maximum: 10 } } },
              status: { type: 'object', properties: { phase: { type: 'string' } } },
            },
          },
        },
      },
    ],
  },
};
let api: TestServer;
beforeEach(async () => {
  api = await startTestServer();
});
afterEach(async () => {
  await api.stop();
});
const aggregated = async () =>
  api.request('GET', '/apis', undefined, { accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' });

it('serves the resource in discovery and OpenAPI by the time Established can be seen', async () => {
  expect((await api.request('GET', WIDGETS)).text).toBe('404 page not found\n');
  const before = (await aggregated()).headers['etag'];
  const { json } = await api.request('POST', CRDS, widgets);
  expect(json['status']).toMatchObject({ storedVersions: ['v1'] });
  const { json: established } = await api.request('GET', `${CRDS}/widgets.demo.io`);
  expect(established['status']).toMatchObject({
    acceptedNames: { kind: 'Widget' },
    conditions: [
      { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts' },
      { type: 'Established', status: 'True', reason: 'InitialNamesAccepted' },
    ],
  });
  const { json: groups, headers } = await aggregated();
  expect(itemsOf(groups).find((item) => String(item['metadata']!['name']) === 'demo.io')).toMatchObject({
    versions: [
      {
        version: 'v1',
        resources: [
          { resource: 'widgets', scope: 'Namespaced', shortNames: ['wd'], categories: ['all'], subresources: [{ subresource: 'status' }] },
        ],
      },
    ],
  });
  expect(headers['etag']).not.toBe(before);
  expect((await api.request('GET', '/openapi/v3')).json['paths']).toHaveProperty('apis/demo.io/v1');
  expect((await api.request('GET', '/apis/demo.io/v1')).json).toMatchObject({ kind: 'APIResourceList', groupVersion: 'demo.io/v1' });
});

it('prunes, validates and versions its objects and keeps the status apart', async () => {
  await api.request('POST', CRDS, widgets);
  const { json } = await api.request('POST', WIDGETS, { metadata: { name: 'w' }, spec: { size: 3, color: 'x' }, status: { phase: 'no' } });
  expect(json).toMatchObject({ apiVersion: 'demo.io/v1', kind: 'Widget', metadata: { generation: 1 }, spec: { size: 3 } });
  expect([json['spec'], json['status']]).toEqual([{ size: 3 }, undefined]);
  expect((await api.request('POST', WIDGETS, { metadata: { name: 'v' }, spec: { size: 11 } })).json).toMatchObject({
    code: 422,
    message: expect.stringContaining('spec.size in body should be less than or equal to 10'),
  });
  const merge = { 'content-type': 'application/merge-patch+json' };
  expect((await api.request('PATCH', `${WIDGETS}/w/status`, { status: { phase: 'Run' }, spec: { size: 9 } }, merge)).json).toMatchObject({
    metadata: { generation: 1 },
    spec: { size: 3 },
    status: { phase: 'Run' },
  });
  expect((await api.request('PATCH', `${WIDGETS}/w`, { spec: { size: 4 } }, merge)).json['metadata']).toMatchObject({ generation: 2 });
  expect((await api.request('PATCH', `${WIDGETS}/w`, {}, { 'content-type': 'application/strategic-merge-patch+json' })).json).toMatchObject(
    { code: 415 },
  );
});

it('removes the objects with their definition, waiting for those that have finalizers', async () => {
  await api.request('POST', CRDS, widgets);
  await api.request('POST', WIDGETS, { metadata: { name: 'free' } });
  await api.request('POST', WIDGETS, { metadata: { name: 'held', finalizers: ['x.y/z'] } });
  expect((await api.request('DELETE', `${CRDS}/widgets.demo.io`)).json).toMatchObject({
    kind: 'CustomResourceDefinition',
    metadata: { finalizers: ['customresourcecleanup.apiextensions.k8s.io'] },
  });
  await api.activity.settled();
  expect(itemsOf((await api.request('GET', WIDGETS)).json).map((item) => item['metadata']!['name'])).toEqual(['held']);
  await api.request('PATCH', `${WIDGETS}/held`, { metadata: { finalizers: null } }, { 'content-type': 'application/merge-patch+json' });
  await nextTurn();
  expect((await api.request('GET', `${CRDS}/widgets.demo.io`)).status).toBe(404);
  expect((await api.request('GET', WIDGETS)).text).toBe('404 page not found\n');
});
