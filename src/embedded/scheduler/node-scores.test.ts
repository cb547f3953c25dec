import { describe, expect, it } from 'vitest';
import { openControllerRoom } from '../../../test/support/controller-room.ts';
import type { Pod, PodSpec, Taint } from '../../kube/generated/types.ts';
import { nodes, pods, replicaSets, services } from '../../kube/resource-type.ts';
import { createScheduler } from './scheduler.ts';

const open = () => openControllerRoom((deps) => [createScheduler(deps)], { binds: false });
type Room = Awaited<ReturnType<typeof open>>;
interface NodeShape {
  labels?: Record<string, string>;
  taints?: Taint[];
  cpu?: string;
}
async function addNodes(room: Room, shapes: Record<string, NodeShape>): Promise<void> {
  for (const [name, { labels = {}, taints = [], cpu = '8' }] of Object.entries(shapes))
    room.api.seed(nodes, {
      metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
      spec: { taints },
      status: { allocatable: { cpu, memory: '16Gi', pods: '110' } },
    });
  await room.settled();
}
async function addPods(
  room: Room,
  names: readonly string[],
  spec: Partial<PodSpec> = {},
  labels: Record<string, string> = {},
): Promise<void> {
  for (const name of names) {
    await room.api.create(pods, {
      metadata: { namespace: 'default', name, labels },
      spec: { schedulerName: 'default-scheduler', containers: [{ name: 'main', image: 'web:1' }], ...spec },
    });
    await room.settled();
  }
}
const placed = (room: Room): Record<string, string | undefined> =>
  Object.fromEntries(room.api.all(pods).map((pod: Pod) => [pod.metadata.name, pod.spec.nodeName]));
const perNode = (room: Room): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const node of Object.values(placed(room))) counts[node ?? 'none'] = (counts[node ?? 'none'] ?? 0) + 1;
  return counts;
};
const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `p${index}`);

describe('which of the fitting nodes is taken', () => {
  it('counts Pods that request nothing', async () => {
    await using room = await open();
    await addNodes(room, { n1: {}, n2: {}, n3: {} });
    await addPods(room, names(9));
    expect(perNode(room)).toEqual({ n1: 3, n2: 3, n3: 3 });
  });

  it('prefers the node with more room', async () => {
    await using room = await open();
    await addNodes(room, { small: { cpu: '1' }, large: { cpu: '8' } });
    await addPods(room, names(2));
    expect(perNode(room)).toEqual({ large: 2 });
  });

  it('spreads the Pods of a Service, however the rest is spread', async () => {
    await using room = await open();
    await addNodes(room, { n1: {}, n2: {} });
    await addPods(room, ['other'], { nodeSelector: { 'kubernetes.io/hostname': 'n1' } });
    room.api.seed(services, { metadata: { namespace: 'default', name: 'web' }, spec: { selector: { app: 'web' } } });
    await addPods(room, names(4), {}, { app: 'web' });
    const { other, ...web } = placed(room);
    expect(other).toBe('n1');
    expect(Object.values(web).sort()).toEqual(['n1', 'n1', 'n2', 'n2']);
  });

  it('spreads the Pods of a ReplicaSet', async () => {
    await using room = await open();
    await addNodes(room, { n1: {}, n2: { cpu: '6' } });
    room.api.seed(replicaSets, {
      metadata: { namespace: 'default', name: 'web', uid: 'rs' },
      spec: { selector: { matchLabels: { app: 'web' } } },
    });
    for (const name of names(6)) {
      await room.api.create(pods, {
        metadata: {
          namespace: 'default',
          name,
          labels: { app: 'web' },
          ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'rs', controller: true }],
        },
        spec: { schedulerName: 'default-scheduler', containers: [{ name: 'main', image: 'web:1' }] },
      });
      await room.settled();
    }
    expect(perNode(room)).toEqual({ n1: 3, n2: 3 });
  });

  it('heeds preferred node affinity', async () => {
    await using room = await open();
    await addNodes(room, { n1: {}, n2: { labels: { disk: 'ssd' } } });
    const preference = { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] };
    await addPods(room, names(4), {
      affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 10, preference }] } },
    });
    expect(perNode(room)).toEqual({ n2: 4 });
  });

  it('avoids a node with a taint of effect PreferNoSchedule that is not tolerated', async () => {
    await using room = await open();
    await addNodes(room, { n1: { taints: [{ key: 'old', effect: 'PreferNoSchedule' }] }, n2: {} });
    await addPods(room, names(3));
    expect(perNode(room)).toEqual({ n2: 3 });
  });

  it.each([
    ['podAffinity', 'n1'],
    ['podAntiAffinity', 'n2'],
  ])('heeds preferred %s', async (kind, node) => {
    await using room = await open();
    await addNodes(room, { n1: {}, n2: {} });
    await addPods(room, ['cache'], { nodeSelector: { 'kubernetes.io/hostname': 'n1' } }, { app: 'cache' });
    const podAffinityTerm = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'cache' } } };
    await addPods(room, ['web'], {
      affinity: { [kind]: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm }] } },
    });
    expect(placed(room)['web']).toBe(node);
  });
});

describe('spread constraints', () => {
  const by = (topologyKey: string, whenUnsatisfiable: string, maxSkew = 1): Partial<PodSpec> => ({
    topologySpreadConstraints: [{ topologyKey, whenUnsatisfiable, maxSkew, labelSelector: { matchLabels: { app: 'web' } } }],
  });
  const zones = { n1: { labels: { zone: 'a' } }, n2: { labels: { zone: 'a' } }, n3: { labels: { zone: 'b' } } };

  it('keep zones even, not nodes', async () => {
    await using room = await open();
    await addNodes(room, zones);
    await addPods(room, names(6), by('zone', 'DoNotSchedule'), { app: 'web' });
    const counts = perNode(room);
    expect([(counts['n1'] ?? 0) + (counts['n2'] ?? 0), counts['n3']]).toEqual([3, 3]);
  });

  it('leave a Pod pending that would make the spread uneven, and place it once there is room', async () => {
    await using room = await open();
    await addNodes(room, { n1: { labels: { zone: 'a' } }, n2: { labels: { zone: 'b' }, taints: [{ key: 'full', effect: 'NoSchedule' }] } });
    await addPods(room, names(2), by('zone', 'DoNotSchedule'), { app: 'web' });
    expect(placed(room)).toEqual({ p0: 'n1', p1: undefined });
    expect(room.eventTexts()).toContainEqual(
      expect.stringMatching(
        /^FailedScheduling: 0\/2 nodes are available: 1 node\(s\) didn't match pod topology spread constraints, 1 node\(s\) had untolerated taint \{full: \}\./,
      ),
    );
    await room.api.patch(nodes, { name: 'n2' }, { type: 'merge', body: { spec: { taints: null } } });
    await room.settled();
    expect(placed(room)['p1']).toBe('n2');
  });

  it('turn down nodes without the label', async () => {
    await using room = await open();
    await addNodes(room, { n1: {} });
    await addPods(room, names(1), by('zone', 'DoNotSchedule'), { app: 'web' });
    expect(room.eventTexts()[0]).toContain("1 node(s) didn't match pod topology spread constraints (missing required label)");
  });

  it('go by labels that somebody has set, whatever their names', async () => {
    await using room = await open();
    await addNodes(room, { n1: {} });
    await addPods(room, ['p0'], by('constructor', 'DoNotSchedule'), { app: 'web' });
    expect(room.eventTexts()[0]).toContain("1 node(s) didn't match pod topology spread constraints (missing required label)");
    await addNodes(room, { n2: { labels: { constructor: 'x' } } });
    await addPods(room, ['p1'], by('constructor', 'DoNotSchedule'), { app: 'web' });
    expect(placed(room)['p1']).toBe('n2');
  });

  it('count the other Pods whatever label of matchLabelKeys the Pod itself lacks', async () => {
    await using room = await open();
    await addNodes(room, { n1: { labels: { zone: 'a' } }, n2: { labels: { zone: 'b' }, taints: [{ key: 'full', effect: 'NoSchedule' }] } });
    await addPods(room, ['p0'], {}, { app: 'web', constructor: 'x' });
    const { topologySpreadConstraints = [] } = by('zone', 'DoNotSchedule');
    const keyed = topologySpreadConstraints.map((constraint) => ({ ...constraint, matchLabelKeys: ['constructor'] }));
    await addPods(room, ['p1'], { topologySpreadConstraints: keyed }, { app: 'web' });
    expect(placed(room)['p1']).toBeUndefined();
  });

  it('are only wishes when they say ScheduleAnyway', async () => {
    await using room = await open();
    await addNodes(room, { n1: { labels: { zone: 'a' } } });
    await addPods(room, names(3), by('zone', 'ScheduleAnyway'), { app: 'web' });
    expect(perNode(room)).toEqual({ n1: 3 });
  });
});
