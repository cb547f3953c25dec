import * as k8s from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { silentLog } from '../src/base/log.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from '../src/embedded/cluster.ts';

// The API of the embedded cluster through the client library that everybody uses from Node, over HTTPS.
let cluster: EmbeddedCluster;
let config: k8s.KubeConfig;
const namespace = 'library';

beforeAll(async () => {
  cluster = await startEmbeddedCluster({ seed: 11, ingressPort: 18080, log: silentLog });
  config = new k8s.KubeConfig();
  config.loadFromString(cluster.kubeconfig);
  await config.makeApiClient(k8s.CoreV1Api).createNamespace({ body: { metadata: { name: namespace } } });
});
afterAll(async () => {
  await cluster.stop();
});

const core = (): k8s.CoreV1Api => config.makeApiClient(k8s.CoreV1Api);
const apps = (): k8s.AppsV1Api => config.makeApiClient(k8s.AppsV1Api);

/** Resolves with the first watched object that `until` accepts. */
async function watched<T>(
  path: string,
  query: Record<string, string>,
  until: (type: string, object: T) => boolean,
  act?: () => Promise<unknown>,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const abort = await new k8s.Watch(config).watch(
    path,
    query,
    (type, object: T) => {
      if (until(type, object)) resolve(object);
    },
    (error: unknown) => {
      if (error) reject(error);
    },
  );
  try {
    await act?.();
    return await promise;
  } finally {
    abort.abort();
  }
}

it('creates, reads, replaces and deletes an object', async () => {
  const created = await core().createNamespacedConfigMap({ namespace, body: { metadata: { name: 'settings' }, data: { a: '1' } } });
  expect(created.metadata?.uid).toMatch(/^[0-9a-f-]{36}$/);
  const replaced = await core().replaceNamespacedConfigMap({ namespace, name: 'settings', body: { ...created, data: { a: '2' } } });
  expect(Number(replaced.metadata?.resourceVersion)).toBeGreaterThan(Number(created.metadata?.resourceVersion));
  expect((await core().readNamespacedConfigMap({ namespace, name: 'settings' })).data).toEqual({ a: '2' });
  await core().deleteNamespacedConfigMap({ namespace, name: 'settings' });
  await expect(core().readNamespacedConfigMap({ namespace, name: 'settings' })).rejects.toMatchObject({ code: 404 });
});

it('refuses a stale replacement with a conflict', async () => {
  const first = await core().createNamespacedConfigMap({ namespace, body: { metadata: { name: 'stale' } } });
  await core().replaceNamespacedConfigMap({ namespace, name: 'stale', body: { ...first, data: { a: 'b' } } });
  await expect(core().replaceNamespacedConfigMap({ namespace, name: 'stale', body: { ...first, data: { a: 'c' } } })).rejects.toMatchObject(
    { code: 409 },
  );
});

it.each([
  [k8s.PatchStrategy.JsonPatch, [{ op: 'add', path: '/data', value: { p: 'json' } }], 'json'],
  [k8s.PatchStrategy.MergePatch, { data: { p: 'merge' } }, 'merge'],
  [k8s.PatchStrategy.StrategicMergePatch, { data: { p: 'strategic' } }, 'strategic'],
])('takes a patch of type %s', async (strategy, body, value) => {
  const name = `patched-${value}`;
  await core().createNamespacedConfigMap({ namespace, body: { metadata: { name } } });
  const patched = await core().patchNamespacedConfigMap({ namespace, name, body }, k8s.setHeaderOptions('Content-Type', strategy));
  expect(patched.data).toEqual({ p: value });
});

it('applies an object for a field manager and keeps what another manager owns', async () => {
  const objects = k8s.KubernetesObjectApi.makeApiClient(config);
  const base = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied', namespace } };
  await objects.patch(
    { ...base, data: { one: '1' } } as k8s.KubernetesObject,
    undefined,
    undefined,
    'first',
    false,
    k8s.PatchStrategy.ServerSideApply,
  );
  await objects.patch(
    { ...base, data: { two: '2' } } as k8s.KubernetesObject,
    undefined,
    undefined,
    'second',
    false,
    k8s.PatchStrategy.ServerSideApply,
  );
  expect((await core().readNamespacedConfigMap({ namespace, name: 'applied' })).data).toEqual({ one: '1', two: '2' });
});

it('runs a Deployment until it is available and scales it through the scale subresource', async () => {
  const labels = { app: 'web' };
  await apps().createNamespacedDeployment({
    namespace,
    body: {
      metadata: { name: 'web' },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx:1.25', ports: [{ containerPort: 80 }] }] } },
      },
    },
  });
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  await watched<k8s.V1Deployment>(path, { fieldSelector: 'metadata.name=web' }, (_, object) => object.status?.availableReplicas === 2);
  const scale = await apps().readNamespacedDeploymentScale({ namespace, name: 'web' });
  await watched<k8s.V1Deployment>(
    path,
    { fieldSelector: 'metadata.name=web' },
    (_, object) => object.status?.availableReplicas === 3,
    () => apps().replaceNamespacedDeploymentScale({ namespace, name: 'web', body: { ...scale, spec: { replicas: 3 } } }),
  );
  const { items } = await core().listNamespacedPod({ namespace, labelSelector: 'app=web', fieldSelector: 'status.phase=Running' });
  expect(items).toHaveLength(3);
});

it('tells a watcher of additions, changes and deletions in their order', async () => {
  const seen: string[] = [];
  await watched<k8s.V1ConfigMap>(
    `/api/v1/namespaces/${namespace}/configmaps`,
    { fieldSelector: 'metadata.name=followed' },
    (type) => seen.push(type) > 0 && type === 'DELETED',
    async () => {
      const created = await core().createNamespacedConfigMap({ namespace, body: { metadata: { name: 'followed' } } });
      await core().replaceNamespacedConfigMap({ namespace, name: 'followed', body: { ...created, data: { a: 'b' } } });
      await core().deleteNamespacedConfigMap({ namespace, name: 'followed' });
    },
  );
  expect(seen).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
});

it('continues a list page by page', async () => {
  for (const name of ['page-a', 'page-b', 'page-c'])
    await core().createNamespacedConfigMap({ namespace, body: { metadata: { name, labels: { page: 'yes' } } } });
  const first = await core().listNamespacedConfigMap({ namespace, labelSelector: 'page=yes', limit: 2 });
  const second = await core().listNamespacedConfigMap({
    namespace,
    labelSelector: 'page=yes',
    limit: 2,
    _continue: first.metadata!._continue!,
  });
  expect([...first.items, ...second.items].map((item) => item.metadata?.name)).toEqual(['page-a', 'page-b', 'page-c']);
});

it('gives the log of a Pod and runs a command in it', async () => {
  const [pod] = (await core().listNamespacedPod({ namespace, labelSelector: 'app=web' })).items;
  const name = pod!.metadata!.name!;
  expect(await core().readNamespacedPodLog({ namespace, name })).toMatch(/\S/);
  const { PassThrough } = await import('node:stream');
  const stdout = new PassThrough();
  let output = '';
  stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const status = await new Promise<k8s.V1Status>((resolve, reject) => {
    new k8s.Exec(config).exec(namespace, name, 'c', ['echo', 'hello'], stdout, null, null, false, resolve).catch(reject);
  });
  expect(status.status).toBe('Success');
  expect(output).toBe('hello\n');
});

it('forwards a port of a Pod in the framing of the library', async () => {
  const [pod] = (await core().listNamespacedPod({ namespace, labelSelector: 'app=web' })).items;
  const { PassThrough } = await import('node:stream');
  const [input, output] = [new PassThrough(), new PassThrough()];
  let text = '';
  const { promise, resolve } = Promise.withResolvers<void>();
  output.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    if (text.includes('}')) resolve();
  });
  await new k8s.PortForward(config).portForward(namespace, pod!.metadata!.name!, [80], output, null, input);
  input.write('GET / HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n');
  await promise;
  expect(text).toMatch(/^HTTP\/1\.1 200 OK/);
});

it('attaches to a container and shows what it prints until it ends', async () => {
  const name = 'talker';
  await core().createNamespacedPod({
    namespace,
    body: {
      metadata: { name },
      spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox', command: ['sh', '-c', 'sleep 2; echo spoken'] }] },
    },
  });
  await watched<k8s.V1Pod>(
    `/api/v1/namespaces/${namespace}/pods`,
    { fieldSelector: `metadata.name=${name}` },
    (_, object) => object.status?.phase === 'Running',
  );
  const { PassThrough } = await import('node:stream');
  const stdout = new PassThrough();
  let text = '';
  stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const socket = await new k8s.Attach(config).attach(namespace, name, 'c', stdout, null, null, false);
  await new Promise((resolve) => {
    socket.on('close', resolve);
  });
  expect(text).toContain('spoken');
});

it('serves a custom resource as soon as its definition is established, and validates it', async () => {
  const definitions = config.makeApiClient(k8s.ApiextensionsV1Api);
  await definitions.createCustomResourceDefinition({
    body: {
      metadata: { name: 'lamps.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'lamps', kind: 'Lamp' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: { spec: { type: 'object', properties: { watts: { type: 'integer', maximum: 100 } } } },
              },
            },
          },
        ],
      },
    },
  });
  const custom = config.makeApiClient(k8s.CustomObjectsApi);
  const where = { group: 'example.com', version: 'v1', namespace, plural: 'lamps' };
  await custom.createNamespacedCustomObject({
    ...where,
    body: { apiVersion: 'example.com/v1', kind: 'Lamp', metadata: { name: 'desk' }, spec: { watts: 40, unknown: true } },
  });
  expect(await custom.getNamespacedCustomObject({ ...where, name: 'desk' })).toMatchObject({ spec: { watts: 40 } });
  await expect(
    custom.createNamespacedCustomObject({
      ...where,
      body: { apiVersion: 'example.com/v1', kind: 'Lamp', metadata: { name: 'sun' }, spec: { watts: 1000 } },
    }),
  ).rejects.toMatchObject({ code: 422 });
});

it('does nothing in a dry run', async () => {
  const dry = await core().createNamespacedConfigMap({ namespace, body: { metadata: { name: 'dry' } }, dryRun: 'All' });
  expect(dry.metadata?.uid).toBeDefined();
  await expect(core().readNamespacedConfigMap({ namespace, name: 'dry' })).rejects.toMatchObject({ code: 404 });
});
