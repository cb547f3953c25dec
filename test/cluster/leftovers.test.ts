import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { findLeftovers } from '../../src/doctor/leftovers.ts';
import type { Machine } from '../../src/doctor/machine.ts';
import { FakeMachine } from '../support/fake-machine.ts';

let on: FakeMachine;
afterEach(async () => {
  await on.remove();
});

const machine = (processes: { pid: number; command: string }[]): Machine => ({
  platform: 'linux',
  arch: 'x64',
  nodeVersion: 'v26.10.0',
  kernel: '6.1',
  readText: async () => undefined,
  isPortFree: async () => true,
  portOwner: async () => undefined,
  processes: async () => processes,
});

it('finds what a run left, whatever it is, by our name and our label, with the line that removes it', async () => {
  on = await FakeMachine.with(['docker', 'kind', 'minikube']);
  const root = path.join(on.folder, '.canary-lab');
  await mkdir(path.join(root, 'runs', 'run-a'), { recursive: true });
  await mkdir(path.join(root, 'cache', 'unpack-x1'), { recursive: true });
  await mkdir(path.join(root, 'cache', 'kubectl-1.0.0'), { recursive: true });
  await writeFile(
    path.join(root, 'runs', 'run-a', 'made.json'),
    JSON.stringify({
      context: 'far',
      releases: [
        { name: 'ingress', namespace: 'edge' },
        { name: 'shop', namespace: 'shops' },
      ],
      namespaces: ['extra'],
      before: { namespaces: ['edge'], definitions: [] },
    }),
  );
  for (const name of ['canary-lab-run-a', 'theirs']) await on.put('profiles', name);
  await on.put('clusters', 'canary-lab-run-a');
  for (const name of ['canary-lab-run-b', 'labelled', 'theirs', 'not-canary-lab-x']) await on.put('containers', name);
  for (const name of ['kind', 'canary-lab-run-a', 'canary-lab-run-c', 'theirs']) await on.put('networks', name);
  for (const name of ['canary-lab-run-c', 'theirs']) await on.put('volumes', name);
  await on.put('images', 'ghcr.io/canary-lab/sample-app:1.0.0');
  const processes = [
    { pid: 7, command: `node main.ts cluster serve --directory ${root}/runs/run-a` },
    { pid: 8, command: `node main.ts cluster serve --directory ${root}/clusters/kept` },
    { pid: 9, command: 'sleep 100' },
    { pid: 10, command: `kubectl port-forward --kubeconfig ${root}/runs/run-a/kubeconfig service/x :80` },
  ];
  const found = await findLeftovers({ tools: on.toolbox(), machine: machine(processes), root }, on.context());
  expect(found.map(({ next }) => next)).toEqual([
    'kind delete cluster --name canary-lab-run-a',
    'minikube delete --profile canary-lab-run-a',
    'docker rm --force --volumes canary-lab-run-b',
    'docker rm --force --volumes labelled',
    'docker network rm canary-lab-run-c',
    'docker volume rm canary-lab-run-c',
    'docker network rm kind',
    'docker image rm ghcr.io/canary-lab/sample-app:1.0.0',
    'helm uninstall shop --namespace shops --wait --kubeconfig .canary-lab/runs/run-a/kubeconfig',
    'helm uninstall ingress --namespace edge --wait --kubeconfig .canary-lab/runs/run-a/kubeconfig',
    'kubectl delete namespace shops --kubeconfig .canary-lab/runs/run-a/kubeconfig',
    'kubectl delete namespace extra --kubeconfig .canary-lab/runs/run-a/kubeconfig',
    'kill 7',
    'kill 10',
    'rm -r .canary-lab/runs/run-a',
    'rm -r .canary-lab/cache/unpack-x1',
  ]);
  expect(found.some(({ isUncertain }) => isUncertain)).toBe(false);
});

it('finds the snapshots of labs that runs have stopped in, by lab, on the cluster of the current context', async () => {
  on = await FakeMachine.with(['kubectl']);
  for (const name of ['02@lab-02-a', '02@lab-02-b', '04@lab-04-a']) await on.put('snapshots', name);
  const look = async () =>
    (await findLeftovers({ tools: on.toolbox(), machine: machine([]), root: path.join(on.folder, '.canary-lab') }, on.context())).map(
      ({ kind, name, next }) => [kind, name, next],
    );
  expect(await look()).toEqual([
    [
      'snapshot',
      '2 snapshots of lab 02 in context kind-shop',
      'kubectl delete snapshots.canary-lab.internal --selector canary-lab.internal/lab=02 --context kind-shop',
    ],
    [
      'snapshot',
      '1 snapshot of lab 04 in context kind-shop',
      'kubectl delete snapshots.canary-lab.internal --selector canary-lab.internal/lab=04 --context kind-shop',
    ],
  ]);
  for (const name of ['02@lab-02-a', '02@lab-02-b', '04@lab-04-a']) await on.take('snapshots', name);
  expect(await look()).toEqual([]);
});

it('names the snapshots of one cluster once, those of a killed run by its own kubeconfig', async () => {
  on = await FakeMachine.with(['kubectl']);
  await on.put('snapshots', '02@lab-02-a');
  const root = path.join(on.folder, '.canary-lab');
  await mkdir(path.join(root, 'runs', 'run-a'), { recursive: true });
  const made = { context: 'far', releases: [], namespaces: [], before: { namespaces: [], definitions: [] } };
  await writeFile(path.join(root, 'runs', 'run-a', 'made.json'), JSON.stringify(made));
  const found = await findLeftovers({ tools: on.toolbox(), machine: machine([]), root }, on.context());
  expect(found.map(({ next }) => next)).toEqual([
    'kubectl delete snapshots.canary-lab.internal --selector canary-lab.internal/lab=02 --kubeconfig .canary-lab/runs/run-a/kubeconfig',
    'rm -r .canary-lab/runs/run-a',
  ]);
});

it.each(['unreachable', 'no-context'])('finds no snapshots when the current context is %s', async (playedCase) => {
  on = await FakeMachine.with(['kubectl'], { FAKE_KUBECTL: playedCase });
  await on.put('snapshots', '02@lab-02-a');
  expect(
    await findLeftovers({ tools: on.toolbox(), machine: machine([]), root: path.join(on.folder, '.canary-lab') }, on.context()),
  ).toEqual([]);
});

it('finds the containers of a kind cluster when kind itself is gone', async () => {
  on = await FakeMachine.with(['docker']);
  await on.put('clusters', 'canary-lab-run-a');
  expect(
    (await findLeftovers({ tools: on.toolbox(), machine: machine([]), root: path.join(on.folder, '.canary-lab') }, on.context())).map(
      ({ name }) => name,
    ),
  ).toEqual(['docker container canary-lab-run-a-control-plane']);
});

it.each<[what: string, cluster: string | undefined, hasRun: boolean, found: (boolean | undefined)[]]>([
  ['as ours when a killed run of kind is in this folder', undefined, true, [undefined]],
  ['as ours when a cluster of ours is there', 'canary-lab-run-a', false, [undefined]],
  ['as one that may be of others when nothing tells', undefined, false, [true]],
  ['not at all while a cluster of others uses it', 'theirs', true, []],
])("tells kind's network %s", async (_, cluster, hasRun, expected) => {
  on = await FakeMachine.with(['docker', 'kind']);
  const root = path.join(on.folder, '.canary-lab');
  await on.put('networks', 'kind');
  if (cluster !== undefined) await on.put('clusters', cluster);
  if (hasRun) {
    await mkdir(path.join(root, 'runs', 'run-a'), { recursive: true });
    await writeFile(path.join(root, 'runs', 'run-a', 'kind-cluster.yaml'), '');
  }
  const found = await findLeftovers({ tools: on.toolbox(), machine: machine([]), root }, on.context());
  expect(found.filter(({ kind }) => kind === 'network').map(({ isUncertain }) => isUncertain)).toEqual(expected);
});

it('finds nothing on a machine on which no run has left anything, whatever others have there', async () => {
  on = await FakeMachine.with(['docker', 'kind', 'minikube']);
  for (const kind of ['clusters', 'profiles', 'networks', 'containers', 'volumes', 'images'] as const) await on.put(kind, 'theirs');
  expect(
    await findLeftovers(
      { tools: on.toolbox(), machine: machine([{ pid: 9, command: 'kind' }]), root: path.join(on.folder, '.canary-lab') },
      on.context(),
    ),
  ).toEqual([]);
});

it('goes on when a program is broken or missing', async () => {
  on = await FakeMachine.with(['docker'], { FAKE_DOCKER: 'no-daemon' });
  expect(
    await findLeftovers({ tools: on.toolbox(), machine: machine([]), root: path.join(on.folder, '.canary-lab') }, on.context()),
  ).toEqual([]);
});
