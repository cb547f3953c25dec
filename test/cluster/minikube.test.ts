import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import type { ClusterSpec } from '../../src/cluster/provider.ts';
import { MinikubeProvider } from '../../src/cluster/providers/minikube.ts';
import type { EmbeddedCluster } from '../../src/embedded/cluster.ts';
import { startEmbeddedCluster } from '../../src/embedded/cluster.ts';
import { FakeMachine, type FakeProgram, hurriedClock } from '../support/fake-machine.ts';
import { nodeOf } from '../support/node-of.ts';
import { expectNothingLeftAfterInterrupts, specOn } from '../support/provider-stage.ts';

// minikube and docker are fakes that answer as recorded; the cluster behind them is an embedded one.
let cluster: EmbeddedCluster;
let node: Record<string, string>;
beforeAll(async () => {
  cluster = await startEmbeddedCluster({ seed: 9, log: silentLog });
  node = await nodeOf(cluster);
});
afterAll(async () => {
  await cluster.stop();
});
let machine: FakeMachine;
afterEach(async () => {
  await machine.remove();
});

async function setUp(env: Record<string, string> = {}, programs: FakeProgram[] = ['minikube', 'docker']): Promise<FakeMachine> {
  machine = await FakeMachine.with(programs, { ...node, ...env });
  return machine;
}

const provider = (onStart?: (argv: readonly string[]) => void): MinikubeProvider =>
  new MinikubeProvider({ tools: machine.toolbox(onStart), logsFolder: path.join(machine.folder, 'logs'), progress: () => {} });
const spec = (more: Partial<ClusterSpec> = {}): ClusterSpec => specOn(machine, more);

it('starts a profile of its own with published ports and no addon, loads the images, and deletes it', async () => {
  await setUp();
  const ctx = machine.context();
  const created = await provider().create(spec(), ctx);
  expect(created).toMatchObject({ provider: 'minikube', name: 'canary-lab-run-ab12', kubernetesVersion: cluster.kubernetesVersion });
  const { port } = new URL(created.ingressUrl);
  expect(await machine.exists()).toEqual([
    'images/example.com/sample-app:1.0.0',
    'images/example.com/sample-app:2.0.0',
    'profiles/canary-lab-run-ab12',
  ]);
  await ctx.cleanup.run();
  expect(await machine.exists()).toEqual([]);
  const calls = await machine.calls();
  // The last one: the first may have lost a race for a port.
  const start = calls.findLast((call) => call.startsWith('minikube start'))!;
  expect(start).toContain(
    'start --profile canary-lab-run-ab12 --driver docker --cpus 2 --memory 4g --wait all --wait-timeout 6m --interactive=false --embed-certs',
  );
  expect(start).toContain(`--ports 127.0.0.1:${port || 80}:80 --ports 127.0.0.1:`);
  expect(calls).toContain('minikube image load --profile canary-lab-run-ab12 example.com/sample-app:1.0.0 example.com/sample-app:2.0.0');
  expect(calls).toContain('minikube delete --profile canary-lab-run-ab12');
  expect(calls.some((call) => call.includes('addons'))).toBe(false);
});

it('reaches the ingress of a virtual machine through a gateway, and builds the images inside it', async () => {
  await setUp({ FAKE_MINIKUBE: 'virtual-machine' }, ['minikube']);
  const ctx = machine.context();
  const created = await provider().create(spec(), ctx);
  const calls = await machine.calls();
  expect(calls.find((call) => call.startsWith('minikube start'))).toMatch(/--driver kvm2 (?!.*--ports)/);
  expect(calls).toContain(
    'minikube image build --profile canary-lab-run-ab12 --tag example.com/sample-app:2.0.0 --build-opt=build-arg=VERSION=2.0.0 PROJECT/sample-app',
  );
  const answer = await fetch(created.ingressUrl);
  expect([answer.status, await answer.text()]).toEqual([503, 'no ingress controller in this cluster can be reached yet\n']);
  await ctx.cleanup.run();
  await expect(fetch(created.ingressUrl)).rejects.toThrow();
  expect(await machine.exists()).toEqual([]);
});

it.each<[minikube: string, code: string]>([
  ['as-root', 'DRIVER_AS_ROOT'],
  ['few-cores', 'TOO_FEW_CPUS'],
  ['little-memory', 'TOO_LITTLE_MEMORY'],
  ['no-internet', 'NO_INTERNET'],
  ['pull-failure', 'NO_INTERNET'],
  ['not-running', 'ENGINE_NOT_RUNNING'],
  ['unhealthy', 'DRIVER_UNUSABLE'],
  ['provision', 'NODE_NOT_READY'],
  ['too-old', 'PROGRAM_TOO_OLD'],
  ['unknown', 'MINIKUBE_FAILED'],
])('leaves nothing behind when minikube is "%s"', async (minikube, code) => {
  await setUp({ FAKE_MINIKUBE: minikube });
  const ctx = machine.context();
  await expect(provider().create(spec(), ctx)).rejects.toMatchObject({ code, next: expect.stringMatching(/\w/) });
  await ctx.cleanup.run();
  expect(await machine.exists()).toEqual([]);
});

it('tries other ports when it loses the race for one', async () => {
  await setUp({ FAKE_MINIKUBE: 'port-taken-once' });
  const ctx = machine.context();
  await provider().create(spec({ images: [] }), ctx);
  await ctx.cleanup.run();
  const starts = (await machine.calls())
    .filter((call) => call.startsWith('minikube start'))
    .map((call) => call.match(/--ports \S+:80 /)![0]);
  expect(new Set(starts).size).toBe(2);
  expect(await machine.exists()).toEqual([]);
});

it('saves the log of a node that does not become Ready', async () => {
  await setUp({ FAKE_KUBECONFIG: node['FAKE_DEAD_KUBECONFIG']! });
  const ctx = machine.context(undefined, hurriedClock());
  await expect(provider().create(spec(), ctx)).rejects.toMatchObject({
    code: 'NODE_NOT_READY',
    next: expect.stringContaining(`${machine.folder}/logs/canary-lab-run-ab12.log`),
  });
  await ctx.cleanup.run();
  expect(await machine.exists()).toEqual([]);
});

it('detects what it would use without starting anything', async () => {
  await setUp({}, ['docker']);
  expect(await provider().detect(machine.context())).toMatchObject({
    usable: false,
    why: expect.stringContaining('"minikube" is neither'),
  });
  await machine.remove();
  await setUp({}, ['minikube']);
  expect(await provider().detect(machine.context())).toMatchObject({ usable: false, why: expect.stringContaining('No container engine') });
  await machine.remove();
  await setUp();
  expect(await provider().detect(machine.context())).toEqual({ usable: true, detail: 'minikube 1.36.0 with driver docker (28.2.2)' });
  expect((await machine.calls()).filter((call) => !/version|info|config get/.test(call))).toEqual([]);
});

it('leaves nothing when it is interrupted at any command, as it starts or in the middle of it', async () => {
  await expectNothingLeftAfterInterrupts(setUp, (_, onStart) => provider(onStart));
}, 300_000);
