import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SAMPLE_APP } from '../../src/cluster/versions.ts';
import { FakeMachine, type FakeProgram } from '../support/fake-machine.ts';
import { KeptCluster } from '../support/kept-cluster.ts';
import { nodeOf } from '../support/node-of.ts';
import { Workplace } from '../support/workplace.ts';

// Whole labs, as a user types them, on the fake kind and minikube whose node is an embedded cluster: real kubectl, helm and traffic.
let kept: KeptCluster;
let place: Workplace;
let machine: FakeMachine | undefined;
beforeEach(async () => {
  [kept, place] = await Promise.all([KeptCluster.up(), Workplace.create()]);
});
afterEach(async () => {
  await kept.down();
  await place.remove();
  await machine?.remove();
});

async function environment(programs: FakeProgram[], more: Record<string, string> = {}): Promise<Record<string, string>> {
  machine = await FakeMachine.with(programs);
  const announcement = JSON.parse(await readFile(path.join(path.dirname(kept.shell['KUBECONFIG']!), 'cluster.json'), 'utf8')) as {
    server: string;
    ingressUrl: string;
  };
  const node = await nodeOf({ ...announcement, kubeconfig: await readFile(kept.shell['KUBECONFIG']!, 'utf8') });
  return {
    ...machine.env,
    ...node,
    PATH: [path.join(machine.folder, 'bin'), path.dirname(process.execPath), '/usr/bin', '/bin'].join(path.delimiter),
    HOME: place.home,
    CANARY_LAB_CLIENTS: '',
    ...more,
  };
}

it.each([
  ['minikube', '02'],
  ['minikube', '01'],
  ['kind', '02'],
] as const)(
  'walks a lab on %s (lab %s) and leaves nothing',
  async (cluster, lab) => {
    const env = await environment([cluster, 'docker']);
    const result = await place.run(['lab', lab, '--cluster', cluster], { env, timeoutMs: 290_000 });
    expect(result.stderr).not.toMatch(/✖/);
    expect(result.exitCode, `${result.stdout.slice(-2000)}${result.stderr.slice(-2000)}`).toBe(0);
    expect(await machine!.exists()).toEqual([]);
    expect(await place.leftovers()).toEqual([]);
    const images = (await machine!.calls()).filter((call) => call.startsWith('docker build')).map((call) => call.match(/--tag (\S+)/)![1]);
    expect(images).toEqual(SAMPLE_APP.tags.map((tag) => `${SAMPLE_APP.repository}:${tag}`));
  },
  300_000,
);

it('runs two labs on kind at the same time, each on a cluster and a port of its own', async () => {
  const env = await environment(['kind', 'docker'], { FAKE_SLOW_MS: '100' });
  const runs = await Promise.all(
    [1, 2].map(() => place.run(['lab', '--cluster', 'kind', '--until', 'cluster', '--image', 'example.com/app'], { env })),
  );
  expect(runs.map(({ exitCode, stderr }) => (exitCode === 0 ? 0 : stderr))).toEqual([0, 0]);
  const [first, second] = runs.map(({ stderr }) =>
    stderr.match(/Creating kind cluster "(\S+)" in docker; its ingress will answer on (\S+)/)!.slice(1),
  );
  expect(first![0]).not.toBe(second![0]);
  expect(await machine!.exists()).toEqual([]);
  expect(await place.leftovers()).toEqual([]);
}, 180_000);

it('says what is missing and exits with 2 when there is no engine', async () => {
  const env = await environment(['kind'], { FAKE_KIND: 'no-engine', PATH: '' });
  const result = await place.run(['lab', '--cluster', 'kind'], {
    env: { ...env, PATH: [path.join(machine!.folder, 'bin'), path.dirname(process.execPath)].join(path.delimiter) },
  });
  expect(result.exitCode).toBe(2);
  expect(result.stderr).toMatch(/^Error: No container engine was found \(looked for docker, nerdctl, podman\)\.\nNext: Install Docker/m);
});
