import { expect } from 'vitest';
import { configMaps, namespaces } from '../../src/kube/resource-type.ts';
import { lateCases } from './cases/late.ts';
import { requestCases } from './cases/requests.ts';
import { describeCases } from './describe-cases.ts';

describeCases('Requests', requestCases);

// A namespace that never ends, and more writes than the history keeps.
describeCases('Requests after much has happened', lateCases, [], async ({ cluster: { api } }) => {
  await api.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ending' } } as never);
  await api.create(configMaps, { metadata: { name: 'held', namespace: 'ending', finalizers: ['example.com/held'] } });
  await api.delete(namespaces, { name: 'ending' });
  await api.create(configMaps, { metadata: { name: 'busy', namespace: 'default' } });
  for (let round = 0; round < 10_500; round++)
    await api.patch(configMaps, { namespace: 'default', name: 'busy' }, { type: 'merge', body: { data: { round: String(round) } } });
  expect((await api.get(namespaces, { name: 'ending' }))?.metadata.deletionTimestamp).toBeDefined();
});
