import { describe, expect, it } from 'vitest';
import { aTemplate, openControllerRoom } from '../../../../test/support/controller-room.ts';
import { daemonSets, nodes, pods } from '../../../kube/resource-type.ts';
import { createScheduler } from '../../scheduler/scheduler.ts';
import { createDaemonSetController } from './daemonset-controller.ts';

const key = { namespace: 'default', name: 'agent' };
const open = () => openControllerRoom((deps) => [createDaemonSetController(deps), createScheduler(deps)], { binds: false });
type Room = Awaited<ReturnType<typeof open>>;
const addNode = (room: Room, name: string, taints: { key: string; effect: string }[] = []) =>
  room.api.seed(nodes, { metadata: { name }, spec: { taints }, status: { allocatable: { cpu: '2', memory: '1Gi', pods: '10' } } });
const aSet = () => ({ metadata: key, spec: { selector: { matchLabels: { app: 'web' } }, template: aTemplate('agent:1') } });
const placed = (room: Room): string[] =>
  room.api
    .all(pods)
    .map((pod) => `${pod.spec.nodeName} ${pod.spec.containers[0]!.image}`)
    .sort();

describe('daemonset controller', () => {
  it('runs one Pod on each node without an untolerated taint, and on nodes that join', async () => {
    await using room = await open();
    addNode(room, 'n1');
    addNode(room, 'n2', [{ key: 'gpu', effect: 'NoSchedule' }]);
    await room.api.create(daemonSets, aSet());
    await room.settled();
    expect(placed(room)).toEqual(['n1 agent:1']);
    addNode(room, 'n3');
    await room.settled();
    expect(placed(room)).toEqual(['n1 agent:1', 'n3 agent:1']);
    expect(room.api.all(daemonSets)[0]!.status).toEqual({
      desiredNumberScheduled: 2,
      currentNumberScheduled: 2,
      numberMisscheduled: 0,
      numberReady: 2,
      updatedNumberScheduled: 2,
      numberAvailable: 2,
      observedGeneration: 1,
    });
  });

  it('replaces one Pod after the other on a new template', async () => {
    await using room = await open();
    for (const name of ['n1', 'n2', 'n3']) addNode(room, name);
    await room.api.create(daemonSets, aSet());
    await room.settled();
    let fewest = Infinity;
    room.deps.informers.for(pods).onChange(() => {
      fewest = Math.min(
        fewest,
        room.api
          .all(pods)
          .filter(
            (pod) =>
              pod.metadata.deletionTimestamp === undefined &&
              pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'),
          ).length,
      );
    });
    await room.api.patch(daemonSets, key, { type: 'merge', body: { spec: { template: aTemplate('agent:2') } } });
    await room.settled();
    expect(placed(room)).toEqual(['n1 agent:2', 'n2 agent:2', 'n3 agent:2']);
    expect(fewest).toBe(2);
  });
});
