import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { silentLog } from '../../src/base/log.ts';
import { isPortFree } from '../../src/cluster/host-port.ts';
import type { ClusterSpec } from '../../src/cluster/provider.ts';
import { KindProvider } from '../../src/cluster/providers/kind.ts';
import type { EmbeddedCluster } from '../../src/embedded/cluster.ts';
import { startEmbeddedCluster } from '../../src/embedded/cluster.ts';
import { FakeMachine, type FakeProgram, hurriedClock } from '../support/fake-machine.ts';
import { nodeOf } from '../support/node-of.ts';
import { expectNothingLeftAfterInterrupts, specOn } from '../support/provider-stage.ts';
import { projectRoot } from '../support/workplace.ts';

// kind, docker and podman are fakes that answer as recorded; the cluster behind them is an embedded one.
let cluster: EmbeddedCluster;
let node: Record<string, string>;
let ingress: HttpServer;
beforeAll(async () => {
  cluster = await startEmbeddedCluster({ seed: 8, log: silentLog });
  // Nothing is installed in the cluster: this stands for what answers on port 80 of the node.
  ingress = createHttpServer((_, response) => {
    response.writeHead(404).end('from the node');
  }).listen(0, '127.0.0.1');
  await once(ingress, 'listening');
  node = await nodeOf({ ...cluster, ingressUrl: `http://127.0.0.1:${(ingress.address() as { port: number }).port}` });
});
afterAll(async () => {
  ingress.close();
  await cluster.stop();
});
let machine: FakeMachine;
afterEach(async () => {
  await machine.remove();
});

async function setUp(env: Record<string, string> = {}, programs: FakeProgram[] = ['kind', 'docker']): Promise<FakeMachine> {
  machine = await FakeMachine.with(programs, { ...node, ...env });
  return machine;
}

function provider(onStart?: (argv: readonly string[]) => void): KindProvider {
  return new KindProvider({
    tools: machine.toolbox(onStart),
    configFile: path.join(projectRoot, 'kind', 'cluster.yaml'),
    logsFolder: path.join(machine.folder, 'logs'),
    progress: () => {},
  });
}

const spec = (more: Partial<ClusterSpec> = {}): ClusterSpec => specOn(machine, more);

it('publishes the ingress on a free port of 127.0.0.1, which is free again afterwards', async () => {
  await setUp();
  const ctx = machine.context();
  const created = await provider().create(spec({ images: [] }), ctx);
  const port = Number(new URL(created.ingressUrl).port || 80);
  expect(await (await fetch(created.ingressUrl, { headers: { connection: 'close' } })).text()).toBe('from the node');
  const config = parse(await readFile(path.join(machine.directory, 'kind-cluster.yaml'), 'utf8')) as {
    nodes: { extraPortMappings: object[] }[];
  };
  expect(config.nodes[0]!.extraPortMappings[0]).toEqual({ containerPort: 80, hostPort: port, listenAddress: '127.0.0.1', protocol: 'TCP' });
  await ctx.cleanup.run();
  // Somebody else may have taken it since.
  const answered = async (): Promise<string> => (await fetch(created.ingressUrl, { headers: { connection: 'close' } })).text();
  await expect.poll(async () => (await isPortFree(port)) || (await answered().catch(() => '')) !== 'from the node').toBe(true);
});

it('creates a cluster of its own name, loads the images and leaves nothing', async () => {
  await setUp({ FAKE_INGRESS_PORT: '' });
  const ctx = machine.context();
  const created = await provider().create(spec(), ctx);
  expect(created).toMatchObject({
    provider: 'kind',
    name: 'canary-lab-run-ab12',
    kubernetesVersion: cluster.kubernetesVersion,
    endCommand: 'kind delete cluster --name canary-lab-run-ab12',
  });
  expect(await machine.exists()).toEqual([
    'clusters/canary-lab-run-ab12',
    'images/example.com/sample-app:1.0.0',
    'images/example.com/sample-app:2.0.0',
    'networks/kind',
  ]);
  await ctx.cleanup.run();
  expect(await machine.exists()).toEqual([]);
  expect(await machine.calls()).toEqual([
    'kind version',
    'docker info --format {{json .}}',
    'docker network ls --filter name=kind --format {{.Name}}',
    'kind get clusters',
    'kind create cluster --name canary-lab-run-ab12 --config FOLDER/run/kind-cluster.yaml --kubeconfig FOLDER/run/kubeconfig --wait 120s',
    ...['1.0.0', '2.0.0'].flatMap((tag) => [
      `docker image inspect example.com/sample-app:${tag}`,
      `docker build --build-arg VERSION=${tag} --tag example.com/sample-app:${tag} PROJECT/sample-app`,
    ]),
    'kind load docker-image example.com/sample-app:1.0.0 example.com/sample-app:2.0.0 --name canary-lab-run-ab12',
    'docker image rm --force example.com/sample-app:2.0.0',
    'docker image rm --force example.com/sample-app:1.0.0',
    'kind delete cluster --name canary-lab-run-ab12 --kubeconfig FOLDER/run/kubeconfig',
    'kind get clusters',
    'docker network rm kind',
  ]);
});

it('leaves images and a network that were there before', async () => {
  await setUp();
  await machine.put('networks', 'kind');
  await machine.put('images', 'example.com/sample-app:1.0.0');
  const ctx = machine.context();
  await provider().create(spec(), ctx);
  await ctx.cleanup.run();
  expect(await machine.exists()).toEqual(['images/example.com/sample-app:1.0.0', 'networks/kind']);
});

it('takes other ports when a port is taken, and again when it loses the race for one', async () => {
  const blocked = [await block(80), await block(8080)];
  await setUp({ FAKE_KIND: 'port-taken-once' });
  const ctx = machine.context();
  try {
    const created = await provider().create(spec({ images: [] }), ctx);
    expect(Number(new URL(created.ingressUrl).port)).toBeGreaterThan(8081);
    expect((await machine.calls()).filter((call) => call.startsWith('kind create'))).toHaveLength(2);
  } finally {
    await ctx.cleanup.run();
    for (const server of blocked) server?.close();
  }
  expect(await machine.exists()).toEqual([]);
});

it('saves an archive for Podman, since kind calls the docker program to load images', async () => {
  await setUp({}, ['kind', 'podman']);
  const ctx = machine.context();
  await provider().create(spec(), ctx);
  await ctx.cleanup.run();
  expect(await machine.calls()).toEqual(
    expect.arrayContaining([
      'podman save --output FOLDER/run/images.tar --multi-image-archive example.com/sample-app:1.0.0 example.com/sample-app:2.0.0',
      'kind load image-archive FOLDER/run/images.tar --name canary-lab-run-ab12',
    ]),
  );
  expect(await machine.exists()).toEqual([]);
});

it('names the node image of the version that is asked for', async () => {
  await setUp();
  const ctx = machine.context();
  await provider().create(spec({ images: [], kubernetes: 'v1.30.0' }), ctx);
  await ctx.cleanup.run();
  expect((await machine.calls()).find((call) => call.startsWith('kind create'))).toMatch(/ --image kindest\/node:v1\.30\.0$/);
});

it.each<[kindCase: string, docker: string, code: string]>([
  ['no-engine', 'ok', 'ENGINE_MISSING'],
  ['no-daemon', 'ok', 'ENGINE_NOT_RUNNING'],
  ['pull-failure', 'ok', 'NODE_IMAGE_UNREACHABLE'],
  ['forbidden-caps', 'ok', 'PRIVILEGED_CONTAINERS_FORBIDDEN'],
  ['port-taken', 'ok', 'PORT_TAKEN'],
  ['inotify', 'ok', 'INOTIFY_LIMIT'],
  ['telinit', 'ok', 'ENGINE_INIT'],
  ['not-booted', 'ok', 'NODE_NOT_BOOTED'],
  ['exists', 'ok', 'CLUSTER_EXISTS'],
  ['too-old', 'ok', 'PROGRAM_TOO_OLD'],
  ['load-missing', 'ok', 'IMAGE_MISSING'],
  ['ok', 'no-daemon', 'ENGINE_NOT_RUNNING'],
  ['ok', 'forbidden', 'ENGINE_FORBIDDEN'],
  ['ok', 'base-image-unreachable', 'BASE_IMAGE_UNREACHABLE'],
])('leaves nothing behind, not even the network, when kind is "%s" and docker "%s"', async (kindCase, docker, code) => {
  await setUp({ FAKE_KIND: kindCase, FAKE_DOCKER: docker });
  const ctx = machine.context();
  await expect(provider().create(spec(), ctx)).rejects.toMatchObject({ code, next: expect.stringMatching(/\w/) });
  await ctx.cleanup.run();
  expect(await machine.exists()).toEqual([]);
});

it('finds by itself that the node is not Ready, as kind ends its wait with exit code 0, and saves the logs', async () => {
  await setUp({ FAKE_KIND: 'wait-timeout', FAKE_KUBECONFIG: node['FAKE_DEAD_KUBECONFIG']! });
  const ctx = machine.context(undefined, hurriedClock());
  const error = await provider()
    .create(spec(), ctx)
    .then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
  expect(error).toMatchObject({ code: 'NODE_NOT_READY', next: expect.stringContaining(path.join(machine.folder, 'logs')) });
  expect(await machine.calls()).toContain('kind export logs FOLDER/logs/canary-lab-run-ab12 --name canary-lab-run-ab12');
  await ctx.cleanup.run();
  expect(await machine.exists()).toEqual([]);
});

it('detects what is missing without starting anything, and never throws', async () => {
  await setUp({}, []);
  expect(await provider().detect(machine.context())).toMatchObject({
    usable: false,
    why: expect.stringContaining('"kind" is neither'),
    next: expect.stringContaining('Install it'),
  });
  await machine.remove();
  await setUp({ FAKE_DOCKER: 'cgroup-v1' });
  expect(await provider().detect(machine.context())).toMatchObject({ usable: true });
  await machine.remove();
  await setUp({}, ['kind']);
  expect(await provider().detect(machine.context())).toMatchObject({ usable: false, why: expect.stringContaining('No container engine') });
  await machine.remove();
  await setUp();
  expect(await provider().detect(machine.context())).toEqual({ usable: true, detail: 'kind 0.30.0 with docker 28.2.2' });
  expect((await machine.calls()).every((call) => /^(kind version|docker info)/.test(call))).toBe(true);
});

it('refuses a Kubernetes version that does not start on cgroup v1 before it creates anything', async () => {
  await setUp({ FAKE_DOCKER: 'cgroup-v1' });
  await expect(provider().create(spec({ kubernetes: 'v1.35.0' }), machine.context())).rejects.toMatchObject({
    code: 'CGROUP_V1',
    next: expect.stringContaining('--kubernetes v1.34.0'),
  });
  expect(await machine.exists()).toEqual([]);
});

it('leaves nothing when it is interrupted at any command, as it starts or in the middle of it', async () => {
  await expectNothingLeftAfterInterrupts(setUp, (_, onStart) => provider(onStart));
}, 300_000);

it('runs two labs at once that do not meet, and the last one takes the network with it', async () => {
  await setUp();
  const [first, second] = [machine.context(), machine.context()];
  const one = await provider().create(spec({ name: 'run-1', images: [] }), first);
  const two = await provider().create(spec({ name: 'run-2', images: [] }), second);
  expect(one.name).not.toBe(two.name);
  expect(one.ingressUrl).not.toBe(two.ingressUrl);
  await first.cleanup.run();
  expect(await machine.exists()).toEqual(['clusters/canary-lab-run-2', 'networks/kind']);
  expect(await (await fetch(two.ingressUrl, { headers: { connection: 'close' } })).text()).toBe('from the node');
  await second.cleanup.run();
  expect(await machine.exists()).toEqual([]);
});

async function block(port: number): Promise<Server | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
