import { expect, it } from 'vitest';
import { aTemplate, openControllerRoom } from '../../../../test/support/controller-room.ts';
import { isConditionTrue } from '../../../kube/conditions.ts';
import type { DaemonSetSpec, NodeSpec, PodSpec } from '../../../kube/generated/types.ts';
import type { IntOrString } from '../../../kube/object.ts';
import { daemonSets, nodes, pods } from '../../../kube/resource-type.ts';
import { createScheduler } from '../../scheduler/scheduler.ts';
import { createDaemonSetController } from './daemonset-controller.ts';

const key = { namespace: 'default', name: 'agent' };
const open = () => openControllerRoom((deps) => [createDaemonSetController(deps), createScheduler(deps)], { binds: false });
type Room = Awaited<ReturnType<typeof open>>;
const addNode = (room: Room, name: string, spec: NodeSpec = {}, labels: Record<string, string> = {}) =>
  room.api.seed(nodes, { metadata: { name, labels }, spec, status: { allocatable: { cpu: '2', memory: '1Gi', pods: '10' } } });
const create = (room: Room, spec: Partial<DaemonSetSpec> = {}, podSpec: Partial<PodSpec> = {}) => {
  const template = aTemplate('agent:1');
  return room.api.create(daemonSets, {
    metadata: key,
    spec: {
      minReadySeconds: 2,
      selector: { matchLabels: { app: 'web' } },
      template: { ...template, spec: { ...template.spec!, ...podSpec } },
      ...spec,
    },
  });
};
const nodesWithPod = (room: Room): string[] =>
  room.api
    .all(pods)
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ spec }) => spec.nodeName ?? '')
    .sort();

it.each<[maxUnavailable: IntOrString, nodeCount: number, fewest: number]>([
  [1, 4, 3],
  [2, 4, 2],
  ['50%', 4, 2],
  ['10%', 4, 3],
  ['100%', 3, 0],
  [3, 3, 0],
])('with %s unavailable keeps enough of %i Pods: never fewer than %i', async (maxUnavailable, nodeCount, fewest) => {
  await using room = await open();
  for (let i = 0; i < nodeCount; i++) addNode(room, `n${i}`);
  await create(room, { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable } } });
  await room.advance(10_000);
  let least = nodeCount;
  room.deps.informers.for(pods).onChange(() => {
    least = Math.min(
      least,
      room.api
        .all(pods)
        .filter(({ metadata, status }) => metadata.deletionTimestamp === undefined && isConditionTrue(status?.conditions, 'Ready')).length,
    );
  });
  await room.api.patch(daemonSets, key, { type: 'merge', body: { spec: { template: aTemplate('agent:2') } } });
  await room.advance(60_000);
  expect(least).toBe(fewest);
  expect(room.api.all(pods).map((pod) => pod.spec.containers[0]!.image)).toEqual(Array.from({ length: nodeCount }, () => 'agent:2'));
  expect(room.api.all(daemonSets)[0]!.status).toMatchObject({ updatedNumberScheduled: nodeCount, numberAvailable: nodeCount });
});

it.each<[what: string, node: NodeSpec, labels: Record<string, string>, podSpec: Partial<PodSpec>, runs: boolean]>([
  ['an empty node', {}, {}, {}, true],
  ['a cordoned node', { unschedulable: true }, {}, {}, true],
  ['a tainted node', { taints: [{ key: 'gpu', effect: 'NoSchedule' }] }, {}, {}, false],
  [
    'a tainted node that it tolerates',
    { taints: [{ key: 'gpu', effect: 'NoSchedule' }] },
    {},
    { tolerations: [{ key: 'gpu', operator: 'Exists' }] },
    true,
  ],
  ['a node that is not ready', { taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' }] }, {}, {}, true],
  ['a node with the label that it selects', {}, { disk: 'ssd' }, { nodeSelector: { disk: 'ssd' } }, true],
  ['a node without the label that it selects', {}, { disk: 'hdd' }, { nodeSelector: { disk: 'ssd' } }, false],
])('decides about %s', async (_, node, labels, podSpec, runs) => {
  await using room = await open();
  addNode(room, 'n1', node, labels);
  await create(room, {}, podSpec);
  await room.advance(5000);
  expect(nodesWithPod(room)).toEqual(runs ? ['n1'] : []);
  expect(room.api.all(daemonSets)[0]!.status).toMatchObject({
    desiredNumberScheduled: runs ? 1 : 0,
    currentNumberScheduled: runs ? 1 : 0,
    numberReady: runs ? 1 : 0,
    numberMisscheduled: 0,
  });
});

it('leaves the Pods of OnDelete on the old template until somebody deletes them', async () => {
  await using room = await open();
  for (const name of ['n1', 'n2']) addNode(room, name);
  await create(room, { updateStrategy: { type: 'OnDelete' } });
  await room.advance(5000);
  await room.api.patch(daemonSets, key, { type: 'merge', body: { spec: { template: aTemplate('agent:2') } } });
  await room.advance(5000);
  expect(room.api.all(daemonSets)[0]!.status).not.toHaveProperty('updatedNumberScheduled');
  await room.api.delete(pods, { namespace: 'default', name: room.api.all(pods)[0]!.metadata.name });
  await room.advance(5000);
  expect(
    room.api
      .all(pods)
      .map((pod) => pod.spec.containers[0]!.image)
      .sort(),
  ).toEqual(['agent:1', 'agent:2']);
});
