import { afterEach, beforeEach, expect, it } from 'vitest';
import type { KubeObject } from '../../kube/object.ts';
import {
  clusterRoleBindings,
  configMaps,
  customResourceDefinitions,
  type ResourceType,
  services,
  validatingWebhookConfigurations,
} from '../../kube/resource-type.ts';
import type { Entry, Write } from '../store/store.ts';
import { startTestServer, type TestServer } from './test-api-server.ts';

const widgets: ResourceType<KubeObject> = { group: 'example.com', version: 'v1', resource: 'widgets', kind: 'Widget', namespaced: true };
const JANE = { username: 'jane', groups: ['system:authenticated'] };

let room: TestServer;
beforeEach(async () => {
  room = await startTestServer();
});
afterEach(() => room.stop());

/** What the store holds below a prefix, to be brought back by `restore`. */
const entriesOf = (): readonly Entry[] => room.store.list('/registry/').entries;

function restore(then: readonly Entry[]): void {
  const kept = new Map(then.map((entry) => [entry.key, entry]));
  const writes: Write[] = [
    ...entriesOf()
      .filter(({ key }) => !kept.has(key))
      .map(({ key, value }): Write => ({ type: 'delete', key, build: () => value.object })),
    ...then.map(({ key, value }): Write => ({ type: 'put', key, build: () => value.object })),
  ];
  room.server.followRestore(room.store.writeAll(writes));
}

const define = (): Promise<unknown> =>
  room.admin.create(customResourceDefinitions, {
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: widgets.group,
      scope: 'Namespaced',
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  } as never);
const bind = (): Promise<unknown> =>
  room.admin.create(clusterRoleBindings, {
    metadata: { name: 'janes' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
    subjects: [{ kind: 'User', name: 'jane', apiGroup: 'rbac.authorization.k8s.io' }],
  });
const janeReads = (): Promise<unknown> => room.server.apiFor(JANE).list(configMaps, { namespace: 'default' });

it('allows in the same turn what the restored bindings allow, and no more', async () => {
  const without = entriesOf();
  await bind();
  const withBinding = entriesOf();
  await janeReads();
  restore(without);
  await expect(janeReads()).rejects.toThrow('User "jane" cannot list resource "configmaps"');
  restore(withBinding);
  await janeReads();
});

it('serves in the same turn the kinds of the restored definitions, and no others', async () => {
  const without = entriesOf();
  await define();
  await room.activity.settled();
  await room.admin.create(widgets, { metadata: { namespace: 'default', name: 'w' } });
  const withKind = entriesOf();
  const discovered = async (): Promise<number> => (await room.request('GET', '/apis/example.com/v1')).status;
  restore(without);
  await expect(room.admin.list(widgets, {})).rejects.toThrow('could not find the requested resource');
  expect([await discovered(), (await room.request('GET', '/openapi/v3/apis/example.com/v1')).status]).toEqual([404, 404]);
  restore(withKind);
  expect((await room.admin.list(widgets, {})).items).toHaveLength(1);
  expect([await discovered(), (await room.request('GET', '/openapi/v3/apis/example.com/v1')).status]).toEqual([200, 200]);
});

it('asks the webhooks of the restored configurations, and no others', async () => {
  const without = entriesOf();
  await room.admin.create(validatingWebhookConfigurations, {
    metadata: { name: 'guard' },
    webhooks: [
      {
        name: 'guard.example.com',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        clientConfig: { url: 'https://127.0.0.1:1/' },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: ['CREATE'] }],
      },
    ],
  } as never);
  const guarded = entriesOf();
  const write = (name: string): Promise<unknown> => room.admin.create(configMaps, { metadata: { namespace: 'default', name } });
  await expect(write('a')).rejects.toThrow('failed calling webhook');
  restore(without);
  await write('a');
  restore(guarded);
  await expect(write('b')).rejects.toThrow('failed calling webhook');
});

it('takes the addresses of restored Services and gives back those of Services that vanish', async () => {
  const draft = (name: string, clusterIP?: string) => ({
    metadata: { namespace: 'default', name },
    spec: { ports: [{ port: 80 }], ...(clusterIP === undefined ? {} : { clusterIP }) },
  });
  const without = entriesOf();
  const address = (await room.admin.create(services, draft('a'))).spec!.clusterIP!;
  const withService = entriesOf();
  await expect(room.admin.create(services, draft('b', address))).rejects.toThrow('provided IP is already allocated');
  restore(without);
  expect((await room.admin.create(services, draft('b', address))).spec?.clusterIP).toBe(address);
  restore(withService);
  await expect(room.admin.create(services, draft('b', address))).rejects.toThrow('provided IP is already allocated');
  restore(without);
  await room.admin.create(services, draft('b', address));
});
