import { afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from '../../src/embedded/cluster.ts';
import { POWER_ANNOTATION } from '../../src/embedded/kubelet/node-power.ts';
import { findCondition } from '../../src/kube/conditions.ts';
import type { Event, Pod, PodSpec } from '../../src/kube/generated/types.ts';
import {
  daemonSets,
  deployments,
  endpointSlices,
  events,
  leases,
  nodes,
  pods,
  services,
  statefulSets,
} from '../../src/kube/resource-type.ts';

const CONTROL = 'canary-lab-control-plane';
const WORKER = 'canary-lab-worker';
const WORKER2 = 'canary-lab-worker2';
const MINUTE = 60_000;
let cluster: EmbeddedCluster;
afterEach(() => cluster.stop());

async function start(count: number): Promise<void> {
  cluster = await startEmbeddedCluster({ seed: 23, ingressPort: 8510, rate: 0, nodes: count, log: silentLog });
}
const pass = async (ms: number): Promise<void> => {
  await cluster.clock.advanceTo(cluster.clock.nowMs() + ms);
  await cluster.activity.settled();
};
const template = (app: string, spec: Partial<PodSpec> = {}) => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: 'app', image: 'example.com/web', ports: [{ containerPort: 80 }] }], ...spec },
});
async function deploy(app: string, replicas: number, spec: Partial<PodSpec> = {}): Promise<void> {
  await cluster.api.create(deployments, {
    metadata: { namespace: 'default', name: app },
    spec: { replicas, selector: { matchLabels: { app } }, template: template(app, spec) },
  } as never);
  await cluster.activity.settled();
}
const podsOf = async (app: string): Promise<Pod[]> =>
  (await cluster.api.list(pods, { namespace: 'default', labelSelector: `app=${app}` })).items;
/** How many Pods of the app each node has, leaving ones apart. */
async function perNode(app: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { spec, metadata } of await podsOf(app))
    if (metadata.deletionTimestamp === undefined) counts[spec.nodeName ?? 'none'] = (counts[spec.nodeName ?? 'none'] ?? 0) + 1;
  return counts;
}
const power = (node: string, value: 'off' | null): Promise<unknown> =>
  cluster.api.patch(nodes, { name: node }, { type: 'merge', body: { metadata: { annotations: { [POWER_ANNOTATION]: value } } } });
const readyOf = async (name: string) => findCondition((await cluster.api.get(nodes, { name }))?.status?.conditions, 'Ready');
const taintsOf = async (name: string): Promise<string[]> =>
  ((await cluster.api.get(nodes, { name }))?.spec.taints ?? []).map(({ key, effect }) => `${key}:${effect}`);
const eventTexts = async (kind: string): Promise<string[]> =>
  ((await cluster.api.list(events, { namespace: 'default' })).items as Event[])
    .filter(({ involvedObject }) => involvedObject.kind === kind)
    .map(({ reason, message }) => `${reason}: ${message}`);

describe('a cluster of three nodes', () => {
  it('has the names, roles, addresses and ranges that kind gives', async () => {
    await start(3);
    const all = (await cluster.api.list(nodes)).items;
    expect(
      all.map(({ metadata, spec, status }) => [
        metadata.name,
        spec.podCIDR,
        status!.addresses!.find(({ type }) => type === 'InternalIP')!.address,
        metadata.labels!['node-role.kubernetes.io/control-plane'],
        status!.capacity!.pods,
      ]),
    ).toEqual([
      [CONTROL, '10.244.0.0/24', '172.18.0.2', '', '110'],
      [WORKER, '10.244.1.0/24', '172.18.0.3', undefined, '110'],
      [WORKER2, '10.244.2.0/24', '172.18.0.4', undefined, '110'],
    ]);
    expect(await taintsOf(CONTROL)).toEqual(['node-role.kubernetes.io/control-plane:NoSchedule']);
    expect(cluster.nodes).toEqual([CONTROL, WORKER, WORKER2]);
  });

  it('spreads the Pods of a Deployment over its workers, and gives them addresses of their node', async () => {
    await start(3);
    await deploy('web', 6);
    expect(await perNode('web')).toEqual({ [WORKER]: 3, [WORKER2]: 3 });
    for (const { spec, status } of await podsOf('web')) {
      expect(status!.podIP).toMatch(spec.nodeName === WORKER ? /^10\.244\.1\./ : /^10\.244\.2\./);
      expect(status!.hostIP).toBe(spec.nodeName === WORKER ? '172.18.0.3' : '172.18.0.4');
    }
  });

  it('runs one Pod of a DaemonSet on each node, the control plane too where it is tolerated', async () => {
    await start(3);
    for (const [app, tolerations] of [
      ['workers', []],
      ['all', [{ operator: 'Exists' }]],
    ] as const) {
      await cluster.api.create(daemonSets, {
        metadata: { namespace: 'default', name: app },
        spec: { selector: { matchLabels: { app } }, template: template(app, { tolerations: [...tolerations] }) },
      } as never);
    }
    await cluster.activity.settled();
    expect(await perNode('workers')).toEqual({ [WORKER]: 1, [WORKER2]: 1 });
    expect(await perNode('all')).toEqual({ [CONTROL]: 1, [WORKER]: 1, [WORKER2]: 1 });
  });

  it('has each host port once per node', async () => {
    await start(3);
    await deploy('ports', 3, { containers: [{ name: 'app', image: 'example.com/web', ports: [{ containerPort: 80, hostPort: 9480 }] }] });
    expect(await perNode('ports')).toEqual({ [WORKER]: 1, [WORKER2]: 1, none: 1 });
    const waiting = (await podsOf('ports')).find(({ spec }) => spec.nodeName === undefined)!;
    expect(findCondition(waiting.status?.conditions, 'PodScheduled')?.message).toMatch(
      /^0\/3 nodes are available: 1 node\(s\) had untolerated taint \{node-role.kubernetes.io\/control-plane: \}, 2 node\(s\) didn't have free ports for the requested pod ports\./,
    );
  });

  it('renews the lease of each node', async () => {
    await start(3);
    await pass(5 * MINUTE);
    for (const name of cluster.nodes) {
      const { spec } = (await cluster.api.get(leases, { namespace: 'kube-node-lease', name }))!;
      expect(cluster.clock.nowMs() - Date.parse(spec!.renewTime!)).toBeLessThan(11_000);
      expect(await readyOf(name)).toMatchObject({ status: 'True' });
    }
  });
});

describe('a node that falls silent', () => {
  it('is unknown after 50 s, and its Pods are no longer ready', async () => {
    await start(3);
    await deploy('web', 4);
    await cluster.api.create(services, {
      metadata: { namespace: 'default', name: 'web' },
      spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
    } as never);
    await power(WORKER, 'off');
    await pass(39_000);
    expect(await readyOf(WORKER)).toMatchObject({ status: 'True' });
    await pass(12_000);
    expect(await readyOf(WORKER)).toMatchObject({
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
    });
    expect(await taintsOf(WORKER)).toEqual(['node.kubernetes.io/unreachable:NoSchedule', 'node.kubernetes.io/unreachable:NoExecute']);
    for (const { spec, status } of await podsOf('web'))
      expect(findCondition(status?.conditions, 'Ready')?.status).toBe(spec.nodeName === WORKER ? 'False' : 'True');
    const [slice] = (await cluster.api.list(endpointSlices, { namespace: 'default', labelSelector: 'kubernetes.io/service-name=web' }))
      .items;
    expect(slice!.endpoints!.filter(({ conditions }) => conditions?.ready).map(({ nodeName }) => nodeName)).toEqual([WORKER2, WORKER2]);
    expect(await eventTexts('Node')).toContain(`NodeNotReady: Node ${WORKER} status is now: NodeNotReady`);
    expect(await eventTexts('Pod')).toContain('NodeNotReady: Node is not ready');
  });

  it('loses its Pods five minutes later, and they are made anew elsewhere', async () => {
    await start(3);
    await deploy('web', 4);
    await power(WORKER, 'off');
    await pass(5 * MINUTE + 39_000);
    expect(await perNode('web')).toEqual({ [WORKER]: 2, [WORKER2]: 2 });
    await pass(12_000);
    expect(await perNode('web')).toEqual({ [WORKER2]: 4 });
    const lost = (await podsOf('web')).filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
    expect(lost.map(({ spec }) => spec.nodeName)).toEqual([WORKER, WORKER]);
    expect(findCondition(lost[0]!.status?.conditions, 'DisruptionTarget')).toMatchObject({
      status: 'True',
      reason: 'DeletionByTaintManager',
      message: 'Taint manager: deleting due to NoExecute taint',
    });
    expect(await eventTexts('Pod')).toContain(`TaintManagerEviction: Marking for deletion Pod default/${lost[0]!.metadata.name}`);
  });

  it.each([
    ['sooner', 30, true],
    ['at once', 0, true],
    ['never', undefined, false],
  ])('loses a Pod %s that says so', async (_, tolerationSeconds, isLost) => {
    await start(2);
    const toleration = { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' };
    await deploy('web', 1, { tolerations: [{ ...toleration, ...(tolerationSeconds === undefined ? {} : { tolerationSeconds }) }] });
    await power(WORKER, 'off');
    await pass(51_000 + (tolerationSeconds ?? 3600) * 1000);
    expect((await podsOf('web')).some(({ metadata }) => metadata.deletionTimestamp !== undefined)).toBe(isLost);
  });

  it('keeps its Pods when it is back in time, started again as after a crash', async () => {
    await start(3);
    await deploy('web', 2);
    const before = (await podsOf('web')).map(({ metadata }) => metadata.uid).sort();
    await power(WORKER, 'off');
    await pass(2 * MINUTE);
    await power(WORKER, null);
    await pass(10 * MINUTE);
    expect(await readyOf(WORKER)).toMatchObject({ status: 'True', reason: 'KubeletReady' });
    expect(await taintsOf(WORKER)).toEqual([]);
    const after = await podsOf('web');
    expect(after.map(({ metadata }) => metadata.uid).sort()).toEqual(before);
    const back = after.find(({ spec }) => spec.nodeName === WORKER)!;
    expect(findCondition(back.status?.conditions, 'Ready')?.status).toBe('True');
    expect(back.status?.containerStatuses?.[0]).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 255 } } });
    expect(await eventTexts('Pod')).toContain(`TaintManagerEviction: Cancelling deletion of Pod default/${back.metadata.name}`);
  });

  it('finishes what was deleted meanwhile once it is back', async () => {
    await start(3);
    await deploy('web', 2);
    await power(WORKER, 'off');
    await pass(7 * MINUTE);
    expect(await podsOf('web')).toHaveLength(3);
    await power(WORKER, null);
    await pass(MINUTE);
    expect(await podsOf('web')).toHaveLength(2);
  });

  it('holds a StatefulSet up until somebody says that it is out of service', async () => {
    await start(3);
    await cluster.api.create(statefulSets, {
      metadata: { namespace: 'default', name: 'db' },
      spec: { replicas: 1, serviceName: 'db', selector: { matchLabels: { app: 'db' } }, template: template('db') },
    } as never);
    await cluster.activity.settled();
    const [first] = await podsOf('db');
    const node = first!.spec.nodeName!;
    await power(node, 'off');
    await pass(10 * MINUTE);
    expect((await podsOf('db')).map(({ metadata }) => metadata.uid)).toEqual([first!.metadata.uid]);
    const taints = [
      ...(await cluster.api.get(nodes, { name: node }))!.spec.taints!,
      { key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' },
    ];
    await cluster.api.patch(nodes, { name: node }, { type: 'merge', body: { spec: { taints } } });
    await pass(1000);
    const [second] = await podsOf('db');
    expect(second!.metadata.uid).not.toBe(first!.metadata.uid);
    expect(second!.spec.nodeName).not.toBe(node);
  });
});

it('removes the Pods of a deleted node 40 s later, and lets somebody make the node anew', async () => {
  await start(3);
  await deploy('web', 4);
  await cluster.api.delete(nodes, { name: WORKER });
  await pass(39_000);
  expect(await perNode('web')).toEqual({ [WORKER]: 2, [WORKER2]: 2 });
  await pass(2000);
  expect(await perNode('web')).toEqual({ [WORKER2]: 4 });
  expect(await podsOf('web')).toHaveLength(4);
  expect(await cluster.api.get(leases, { namespace: 'kube-node-lease', name: WORKER })).toBeUndefined();
  expect(await eventTexts('Node')).toContain(`RemovingNode: Node ${WORKER} event: Removing Node ${WORKER} from Controller`);
  await cluster.api.create(nodes, { metadata: { name: WORKER }, spec: {} } as never);
  await pass(1000);
  expect(await readyOf(WORKER)).toMatchObject({ status: 'True' });
  await deploy('more', 4);
  expect((await perNode('more'))[WORKER]).toBeGreaterThan(0);
});

it('taints a cordoned node and drives off what does not tolerate a taint of effect NoExecute', async () => {
  await start(3);
  await deploy('web', 4);
  await cluster.api.patch(nodes, { name: WORKER }, { type: 'merge', body: { spec: { unschedulable: true } } });
  await pass(1000);
  expect(await taintsOf(WORKER)).toEqual(['node.kubernetes.io/unschedulable:NoSchedule']);
  expect(await perNode('web')).toEqual({ [WORKER]: 2, [WORKER2]: 2 });
  const taints = [{ key: 'maintenance', effect: 'NoExecute' }];
  await cluster.api.patch(nodes, { name: WORKER }, { type: 'merge', body: { spec: { taints } } });
  await pass(MINUTE);
  expect(await perNode('web')).toEqual({ [WORKER2]: 4 });
  await cluster.api.patch(nodes, { name: WORKER }, { type: 'merge', body: { spec: { unschedulable: null } } });
  await pass(1000);
  expect(await taintsOf(WORKER)).toEqual(['maintenance:NoExecute']);
});
