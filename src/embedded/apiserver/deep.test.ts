import { expect, it } from 'vitest';
import { startTestServer } from './test-api-server.ts';

it('deep', async () => {
  const api = await startTestServer();
  await api.request('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    metadata: { name: 'things.example.com' },
    spec: { group: 'example.com', scope: 'Namespaced', names: { kind: 'Thing', plural: 'things' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { open: { 'x-kubernetes-preserve-unknown-fields': true } } } } }] },
  });
  const path = '/apis/example.com/v1/namespaces/default/things';
  for (const depth of [100, 5000, 20000, 500_000]) {
    for (const [l, r] of [['[', ']'], ['{"a":', '}']] as const) {
    const nested = l.repeat(depth) + '1' + r.repeat(depth);
    const t = performance.now();
    const a = await api.request('POST', path, `{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"generateName":"t"},"open":${nested}}`);
    const b = await api.request('POST', path, `apiVersion: example.com/v1\nkind: Thing\nmetadata: {generateName: t}\nopen: ${nested}`, { 'content-type': 'application/yaml' });
    const c = await api.request('PATCH', path + '/x?fieldManager=a', `{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"x"},"open":${nested}}`, { 'content-type': 'application/apply-patch+yaml' });
    const d = await api.request('PATCH', path + '/x', `{"open":${nested}}`, { 'content-type': 'application/merge-patch+json' });
    console.log(depth, l, a.status, a.text.slice(0, 120), '|', b.status, b.text.slice(0, 150), '|', c.status, c.text.slice(0, 120), '|', d.status, Math.round(performance.now() - t));
    }
  }
  const list = await api.request('GET', path);
  console.log(list.status, list.text.length);
  await api.stop();
}, 60000);
