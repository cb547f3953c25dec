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

it('finds what a run left: clusters by our name, containers by our label, images, releases, processes and folders', async () => {
  on = await FakeMachine.with(['docker', 'kind', 'minikube']);
  const root = path.join(on.folder, '.canary-lab');
  await mkdir(path.join(root, 'runs', 'run-a'), { recursive: true });
  await writeFile(
    path.join(root, 'runs', 'run-a', 'made.json'),
    JSON.stringify({ context: 'far', releases: [{ name: 'shop', namespace: 'shops' }], namespaces: ['extra'] }),
  );
  for (const name of ['canary-lab-run-a', 'theirs']) {
    await on.put('clusters', name);
    await on.put('profiles', name);
  }
  await on.put('containers', 'canary-lab-run-b');
  await on.put('images', 'ghcr.io/canary-lab/sample-app:1.0.0');
  const processes = [
    { pid: 7, command: `node main.ts cluster serve --directory ${root}/runs/run-a` },
    { pid: 8, command: `node main.ts cluster serve --directory ${root}/clusters/kept` },
    { pid: 9, command: 'sleep 100' },
  ];
  const found = await findLeftovers({ tools: on.toolbox(), machine: machine(processes), root }, on.context());
  expect(found.map(({ next }) => next)).toEqual([
    'kind delete cluster --name canary-lab-run-a',
    'minikube delete --profile canary-lab-run-a',
    'docker rm --force --volumes canary-lab-run-b',
    'docker image rm ghcr.io/canary-lab/sample-app:1.0.0',
    'helm uninstall shop --namespace shops --kube-context far',
    'kubectl delete namespace extra --context far',
    'rm -r .canary-lab/runs/run-a',
    'kill 7',
  ]);
});

it('finds nothing on a machine on which no run has left anything, whatever others have there', async () => {
  on = await FakeMachine.with(['docker', 'kind', 'minikube']);
  await on.put('clusters', 'theirs');
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
