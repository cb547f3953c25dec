import { afterEach, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './test-api-server.ts';

let api: TestServer;
afterEach(async () => {
  await api.stop();
});

it('writes the endpoints of its own Service, which no controller keeps', async () => {
  api = await startTestServer({ advertiseAddress: '172.18.0.9' });
  const endpoints = await api.request('GET', '/api/v1/namespaces/default/endpoints/kubernetes');
  expect(endpoints.json).toMatchObject({
    metadata: { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [{ addresses: [{ ip: '172.18.0.9' }], ports: [{ name: 'https', port: 6443, protocol: 'TCP' }] }],
  });
  const slice = await api.request('GET', '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes');
  expect(slice.json).toMatchObject({
    metadata: { labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['172.18.0.9'], conditions: { ready: true } }],
    ports: [{ name: 'https', port: 6443, protocol: 'TCP' }],
  });
  expect(endpoints.json['metadata']!['ownerReferences'] ?? slice.json['metadata']!['ownerReferences']).toBeUndefined();
});
