import { describe, expect, it } from 'vitest';
import { openControllerRoom } from '../../../../test/support/controller-room.ts';
import { configMaps, events, namespaces, pods, serviceAccounts } from '../../../kube/resource-type.ts';
import { createServiceAccountController } from '../serviceaccount/serviceaccount-controller.ts';
import { createNamespaceController } from './namespace-controller.ts';

const open = () =>
  openControllerRoom((deps) => [
    createNamespaceController(deps, { resourceTypes: () => [namespaces, configMaps, serviceAccounts, pods, events] }),
    createServiceAccountController(deps, { caCertificate: 'PEM' }),
  ]);
const shop = { metadata: { name: 'shop' }, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } };
const pod = { metadata: { namespace: 'shop', name: 'a' }, spec: { containers: [] } };

describe('namespace controller', () => {
  it('gives a new namespace its ServiceAccount and the root CA, and restores them', async () => {
    await using room = await open();
    await room.api.create(namespaces, shop);
    await room.settled();
    expect(room.api.all(serviceAccounts, 'shop').map((account) => account.metadata.name)).toEqual(['default']);
    expect(room.api.all(configMaps, 'shop')[0]).toMatchObject({ metadata: { name: 'kube-root-ca.crt' }, data: { 'ca.crt': 'PEM' } });
    await room.api.delete(configMaps, { namespace: 'shop', name: 'kube-root-ca.crt' });
    await room.settled();
    expect(room.api.all(configMaps, 'shop')).toHaveLength(1);
  });

  it('empties a deleted namespace, Pods first, and lets it go', async () => {
    await using room = await open();
    await room.api.create(namespaces, shop);
    await room.api.create(pods, pod);
    await room.settled();
    await room.api.delete(namespaces, { name: 'shop' });
    await room.settled();
    await room.advance(1000);
    expect(room.api.all(namespaces)).toEqual([]);
    expect([...room.api.all(pods, 'shop'), ...room.api.all(configMaps, 'shop'), ...room.api.all(serviceAccounts, 'shop')]).toEqual([]);
    const deletions = room.api.writes.filter((write) => write.startsWith('delete '));
    expect(deletions.indexOf('delete pods shop/a')).toBeLessThan(deletions.indexOf('delete configmaps shop/kube-root-ca.crt'));
  });

  it('says what holds a namespace back', async () => {
    await using room = await open();
    await room.api.create(namespaces, shop);
    room.api.seed(configMaps, { metadata: { namespace: 'shop', name: 'held', finalizers: ['example.com/hold'] } });
    await room.settled();
    await room.api.delete(namespaces, { name: 'shop' });
    await room.settled();
    const conditions = Object.fromEntries(
      room.api.all(namespaces)[0]!.status!.conditions!.map(({ type, status, message }) => [type, `${status} ${message}`]),
    );
    expect(conditions.NamespaceContentRemaining).toBe('True Some resources are remaining: configmaps has 1 resource instances');
    expect(conditions.NamespaceFinalizersRemaining).toBe(
      'True Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
    );
    await room.api.patch(configMaps, { namespace: 'shop', name: 'held' }, { type: 'merge', body: { metadata: { finalizers: null } } });
    await room.advance(1000);
    expect(room.api.all(namespaces)).toEqual([]);
  });
});
