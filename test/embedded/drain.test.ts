import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Pod } from '../../src/kube/generated/types.ts';
import { daemonSets, deployments, nodes, podDisruptionBudgets, pods } from '../../src/kube/resource-type.ts';
import { type LabRoom, openLabRoom } from '../support/lab-room.ts';

// The real kubectl against three nodes, of which the two workers take Pods.
const WORKER = 'canary-lab-worker';
const WORKER2 = 'canary-lab-worker2';
const NS = { namespace: 'default' };
let room: LabRoom;
beforeAll(async () => {
  room = await openLabRoom(47, { nodes: 3 });
});
afterAll(() => room.close());

const kubectl = (...args: string[]) =>
  room.options.tools.run('kubectl', args, { signal: room.options.ctx.signal }).then(({ exitCode, stdout, stderr }) => ({
    exitCode,
    out: `${stdout}${stderr}`,
  }));
const template = (app: string) => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: 'app', image: 'example.com/web', ports: [{ containerPort: 80 }] }] },
});
async function deploy(app: string, replicas: number): Promise<void> {
  await room.embedded.api.create(deployments, {
    metadata: { ...NS, name: app },
    spec: { replicas, selector: { matchLabels: { app } }, template: template(app) },
  } as never);
  expect((await kubectl('rollout', 'status', `deployment/${app}`, '--timeout=60s')).exitCode).toBe(0);
}
const podsOn = async (node: string): Promise<Pod[]> =>
  (await room.embedded.api.list(pods, NS)).items.filter(
    ({ spec, metadata }) => spec.nodeName === node && metadata.deletionTimestamp === undefined,
  );
const nodeStatus = async (node: string): Promise<string> => (await kubectl('get', 'node', node, '--no-headers')).out.split(/\s+/)[1]!;

beforeEach(async () => {
  for (const type of [deployments, daemonSets, podDisruptionBudgets] as const)
    for (const { metadata } of (await room.embedded.api.list(type as typeof deployments, NS)).items)
      await room.embedded.api.delete(type as typeof deployments, { ...NS, name: metadata.name });
  await kubectl('delete', 'pods', '--all', '--force', '--grace-period=0');
  for (const name of [WORKER, WORKER2]) await kubectl('uncordon', name);
});

it('drains a node: its Pods go elsewhere, those of DaemonSets stay, and new ones keep off until it is uncordoned', async () => {
  await deploy('web', 4);
  await room.embedded.api.create(daemonSets, {
    metadata: { ...NS, name: 'agent' },
    spec: { selector: { matchLabels: { app: 'agent' } }, template: template('agent') },
  } as never);
  expect((await kubectl('rollout', 'status', 'daemonset/agent', '--timeout=60s')).exitCode).toBe(0);
  const refused = await kubectl('drain', WORKER);
  expect(refused.exitCode).toBe(1);
  expect(refused.out).toMatch(/cannot delete DaemonSet-managed Pods \(use --ignore-daemonsets to ignore\): default\/agent-/);
  const drained = await kubectl('drain', WORKER, '--ignore-daemonsets', '--timeout=60s');
  expect(drained.out).toContain(`node/${WORKER} drained`);
  expect(drained.exitCode).toBe(0);
  expect(await nodeStatus(WORKER)).toBe('Ready,SchedulingDisabled');
  expect((await podsOn(WORKER)).map(({ metadata }) => metadata.labels!.app)).toEqual(['agent']);
  await deploy('late', 2);
  expect((await podsOn(WORKER)).map(({ metadata }) => metadata.labels!.app)).toEqual(['agent']);
  expect((await kubectl('uncordon', WORKER)).out).toBe(`node/${WORKER} uncordoned\n`);
  await deploy('later', 4);
  expect((await podsOn(WORKER)).map(({ metadata }) => metadata.labels!.app)).toContain('later');
});

it('refuses Pods without a controller, and takes them by force', async () => {
  await room.embedded.api.create(pods, {
    metadata: { ...NS, name: 'lonely' },
    spec: { nodeName: WORKER2, containers: [{ name: 'app', image: 'example.com/web' }] },
  } as never);
  const refused = await kubectl('drain', WORKER2, '--timeout=60s');
  expect(refused.out).toContain('cannot delete Pods that declare no controller (use --force to override): default/lonely');
  expect((await kubectl('drain', WORKER2, '--force', '--timeout=60s')).exitCode).toBe(0);
  expect(await podsOn(WORKER2)).toEqual([]);
});

it('keeps a disruption budget while it drains', async () => {
  await deploy('web', 3);
  await room.embedded.api.create(podDisruptionBudgets, {
    metadata: { ...NS, name: 'web' },
    spec: { maxUnavailable: 0, selector: { matchLabels: { app: 'web' } } },
  } as never);
  expect((await kubectl('wait', 'pdb/web', '--for=jsonpath={.status.currentHealthy}=3', '--timeout=60s')).exitCode).toBe(0);
  const before = await podsOn(WORKER);
  const refused = await kubectl('drain', WORKER, '--timeout=4s');
  expect(refused.out).toContain("Cannot evict pod as it would violate the pod's disruption budget.");
  expect((await podsOn(WORKER)).length).toBe(before.length);
  await kubectl('patch', 'pdb', 'web', '-p', '{"spec":{"maxUnavailable":1}}');
  expect((await kubectl('drain', WORKER, '--timeout=60s')).exitCode).toBe(0);
  expect(await podsOn(WORKER)).toEqual([]);
});

it('shows its nodes as kubectl does, wide and in the tree of a node', async () => {
  const { out } = await kubectl('get', 'nodes', '-o', 'wide');
  const rows = out
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(/\s{2,}/).slice(0, 7));
  expect(rows.map(([name, status, roles, , version, ip]) => [name, status, roles, version, ip])).toEqual([
    ['canary-lab-control-plane', 'Ready', 'control-plane', 'v1.34.0', '172.18.0.2'],
    [WORKER, 'Ready', '<none>', 'v1.34.0', '172.18.0.3'],
    [WORKER2, 'Ready', '<none>', 'v1.34.0', '172.18.0.4'],
  ]);
  const described = (await kubectl('describe', 'node', WORKER)).out;
  expect(described).toContain('PodCIDR:                      10.244.1.0/24');
  expect((await kubectl('describe', 'node', 'canary-lab-control-plane')).out).toContain(
    'Taints:             node-role.kubernetes.io/control-plane:NoSchedule',
  );
  expect((await room.embedded.api.list(nodes)).items).toHaveLength(3);
});
