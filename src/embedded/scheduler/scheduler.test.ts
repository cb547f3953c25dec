import { describe, expect, it } from 'vitest';
import { openControllerRoom } from '../../../test/support/controller-room.ts';
import type { Container, Node, NodeSpec, PodSpec } from '../../kube/generated/types.ts';
import { nodes, pods } from '../../kube/resource-type.ts';
import { podRequests } from './pod-requests.ts';
import { createScheduler } from './scheduler.ts';

const open = () => openControllerRoom((deps) => [createScheduler(deps)], { binds: false });
type Room = Awaited<ReturnType<typeof open>>;
const addNode = (
  room: Room,
  name: string,
  spec: NodeSpec = {},
  allocatable: Record<string, string> = { cpu: '2', memory: '1Gi', pods: '10' },
  labels: Record<string, string> = {},
): Node => room.api.seed(nodes, { metadata: { name, labels }, spec, status: { allocatable } });
const addPod = (room: Room, name: string, spec: Partial<PodSpec> = {}, container: Partial<Container> = {}) =>
  room.api.create(pods, {
    metadata: { namespace: 'default', name },
    spec: { schedulerName: 'default-scheduler', containers: [{ name: 'main', image: 'web:1', ...container }], ...spec },
  });
const asking = (cpu: string, memory = '1Mi'): Partial<Container> => ({ resources: { requests: { cpu, memory } } });
const nodeOf = (room: Room, name: string): string | undefined =>
  room.api.all(pods).find((pod) => pod.metadata.name === name)?.spec.nodeName;
const NO_HELP = 'no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.';
const NO_VICTIMS = 'no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.';

describe('scheduler', () => {
  it('binds a pending Pod and says where', async () => {
    await using room = await open();
    addNode(room, 'n1');
    await addPod(room, 'a');
    await room.settled();
    expect(nodeOf(room, 'a')).toBe('n1');
    expect(room.eventTexts()).toEqual(['Scheduled: Successfully assigned default/a to n1']);
  });

  it('spreads Pods over nodes by what is allocated least', async () => {
    await using room = await open();
    for (const name of ['n1', 'n2', 'n3']) addNode(room, name);
    for (const name of ['a', 'b', 'c']) await addPod(room, name, {}, asking('500m'));
    await room.settled();
    expect(['a', 'b', 'c'].map((name) => nodeOf(room, name)).sort()).toEqual(['n1', 'n2', 'n3']);
  });

  it.each([
    { what: 'a cordoned node', node: { unschedulable: true }, spec: {}, reason: 'node(s) were unschedulable', tail: NO_HELP },
    {
      what: 'a tainted node',
      node: { taints: [{ key: 'team', value: 'blue', effect: 'NoSchedule' }] },
      spec: {},
      reason: 'node(s) had untolerated taint {team: blue}',
      tail: NO_HELP,
    },
    {
      what: 'a nodeSelector that no node has',
      node: {},
      spec: { nodeSelector: { disk: 'ssd' } },
      reason: "node(s) didn't match Pod's node affinity/selector",
      tail: NO_HELP,
    },
  ])('leaves a Pod pending for $what, with the reason as event and condition', async ({ node, spec, reason, tail }) => {
    await using room = await open();
    addNode(room, 'n1', node);
    await addPod(room, 'a', spec);
    await room.settled();
    const message = `0/1 nodes are available: 1 ${reason}. ${tail}`;
    expect(nodeOf(room, 'a')).toBeUndefined();
    expect(room.eventTexts()).toEqual([`FailedScheduling: ${message}`]);
    expect(room.api.all(pods)[0]!.status?.conditions).toMatchObject([
      { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message },
    ]);
  });

  it('does not overcommit a node, and binds the rest when room appears', async () => {
    await using room = await open();
    addNode(room, 'n1');
    for (const name of ['a', 'b', 'c']) await addPod(room, name, {}, asking('900m'));
    await room.settled();
    expect(['a', 'b', 'c'].map((name) => nodeOf(room, name))).toEqual(['n1', 'n1', undefined]);
    expect(room.eventTexts()).toContain(`FailedScheduling: 0/1 nodes are available: 1 Insufficient cpu. ${NO_VICTIMS}`);
    await room.api.delete(pods, { namespace: 'default', name: 'a' }, { gracePeriodSeconds: 0 });
    await room.settled();
    expect(nodeOf(room, 'c')).toBe('n1');
  });

  it('retries when a fitting node joins', async () => {
    await using room = await open();
    await addPod(room, 'a', { nodeSelector: { disk: 'ssd' } });
    await room.settled();
    expect(room.eventTexts()).toEqual(['FailedScheduling: no nodes available to schedule pods']);
    addNode(room, 'n1', {}, undefined, { disk: 'ssd' });
    await room.settled();
    expect(nodeOf(room, 'a')).toBe('n1');
  });

  it('gives a host port to one Pod per node', async () => {
    await using room = await open();
    addNode(room, 'n1');
    const port = { ports: [{ containerPort: 80, hostPort: 8080, protocol: 'TCP' }] };
    await addPod(room, 'a', {}, port);
    await addPod(room, 'b', {}, port);
    await room.settled();
    expect([nodeOf(room, 'a'), nodeOf(room, 'b')]).toEqual(['n1', undefined]);
    expect(room.eventTexts().at(-1)).toContain("1 node(s) didn't have free ports for the requested pod ports");
  });

  it('honours tolerations and required node affinity', async () => {
    await using room = await open();
    addNode(room, 'n1', { taints: [{ key: 'team', value: 'blue', effect: 'NoSchedule' }] }, undefined, { zone: 'a' });
    addNode(room, 'n2', {}, undefined, { zone: 'b' });
    const nodeAffinity = {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] }],
      },
    };
    await addPod(room, 'a', { affinity: { nodeAffinity }, tolerations: [{ key: 'team', operator: 'Exists' }] });
    await room.settled();
    expect(nodeOf(room, 'a')).toBe('n1');
  });

  const term = (app: string, topologyKey = 'kubernetes.io/hostname') => ({
    requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: { matchLabels: { app } }, topologyKey }],
  });
  const addLabelled = (room: Room, name: string, app: string, affinity: PodSpec['affinity'] = {}) =>
    room.api.create(pods, {
      metadata: { namespace: 'default', name, labels: { app } },
      spec: { schedulerName: 'default-scheduler', containers: [{ name: 'main', image: 'web:1' }], affinity },
    });
  const host = (name: string, zone = 'a') => ({ 'kubernetes.io/hostname': name, zone });

  it('keeps Pods apart that must not share a host, and says why the one too many waits', async () => {
    await using room = await open();
    for (const name of ['n1', 'n2']) addNode(room, name, {}, undefined, host(name));
    for (const name of ['a', 'b', 'c']) {
      await addLabelled(room, name, 'web', { podAntiAffinity: term('web') });
      await room.settled();
    }
    expect([nodeOf(room, 'a'), nodeOf(room, 'b')].sort()).toEqual(['n1', 'n2']);
    expect(nodeOf(room, 'c')).toBeUndefined();
    expect(room.eventTexts().at(-1)).toBe(
      "FailedScheduling: 0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules. no new claims to deallocate, preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.",
    );
    await room.api.delete(pods, { namespace: 'default', name: 'a' }, { gracePeriodSeconds: 0 });
    await room.settled();
    expect(nodeOf(room, 'c')).toBeDefined();
  });

  it('respects the wish of a Pod to be left alone', async () => {
    await using room = await open();
    addNode(room, 'n1', {}, undefined, host('n1'));
    await addLabelled(room, 'shy', 'shy', { podAntiAffinity: term('web') });
    await room.settled();
    await addLabelled(room, 'a', 'web');
    await room.settled();
    expect(room.eventTexts().at(-1)).toContain("1 node(s) didn't satisfy existing pods anti-affinity rules");
  });

  it('finds no company on nodes that lack the label, whatever its name', async () => {
    await using room = await open();
    addNode(room, 'n1', {}, undefined, host('n1'));
    await addLabelled(room, 'a', 'web');
    await addLabelled(room, 'b', 'web', { podAntiAffinity: term('web', 'toString') });
    await addLabelled(room, 'c', 'web', { podAffinity: term('web', 'toString') });
    await room.settled();
    expect([nodeOf(room, 'b'), nodeOf(room, 'c')]).toEqual(['n1', undefined]);
    expect(room.eventTexts().at(-1)).toContain("1 node(s) didn't match pod affinity rules");
  });

  it('leaves keys of matchLabelKeys out that the Pod itself lacks', async () => {
    await using room = await open();
    addNode(room, 'n1', {}, undefined, host('n1'));
    await room.api.create(pods, {
      metadata: { namespace: 'default', name: 'a', labels: { app: 'web', constructor: 'x' } },
      spec: { schedulerName: 'default-scheduler', containers: [{ name: 'main', image: 'web:1' }] },
    });
    await room.settled();
    const apart = term('web').requiredDuringSchedulingIgnoredDuringExecution.map((one) => ({
      ...one,
      matchLabelKeys: ['constructor', 'b'],
    }));
    await addLabelled(room, 'b', 'web', { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: apart } });
    await room.settled();
    expect(nodeOf(room, 'b')).toBeUndefined();
  });

  it('puts a Pod where its company is, and waits for company that is not there', async () => {
    await using room = await open();
    addNode(room, 'n1', {}, undefined, host('n1', 'a'));
    addNode(room, 'n2', {}, undefined, host('n2', 'b'));
    await addLabelled(room, 'client', 'client', { podAffinity: term('db', 'zone') });
    await room.settled();
    expect(room.eventTexts().at(-1)).toContain("2 node(s) didn't match pod affinity rules");
    await room.api.create(pods, {
      metadata: { namespace: 'default', name: 'db', labels: { app: 'db' } },
      spec: { schedulerName: 'default-scheduler', nodeSelector: { zone: 'b' }, containers: [{ name: 'main', image: 'db:1' }] },
    });
    await room.settled();
    expect([nodeOf(room, 'db'), nodeOf(room, 'client')]).toEqual(['n2', 'n2']);
  });

  it('lets the first of a group that wants to be together choose the place', async () => {
    await using room = await open();
    for (const name of ['n1', 'n2']) addNode(room, name, {}, undefined, host(name));
    for (const name of ['a', 'b', 'c']) {
      await addLabelled(room, name, 'flock', { podAffinity: term('flock') });
      await room.settled();
    }
    expect(new Set(['a', 'b', 'c'].map((name) => nodeOf(room, name))).size).toBe(1);
  });

  it('leaves Pods of other schedulers and gated Pods alone', async () => {
    await using room = await open();
    addNode(room, 'n1');
    await addPod(room, 'a', { schedulerName: 'mine' });
    await addPod(room, 'b', { schedulingGates: [{ name: 'wait' }] });
    await room.settled();
    expect([nodeOf(room, 'a'), nodeOf(room, 'b')]).toEqual([undefined, undefined]);
    expect(room.eventTexts()).toEqual([]);
  });

  it('counts the larger of all containers together and the largest init container', () => {
    const pod = {
      metadata: { name: 'a', uid: 'a', resourceVersion: '1', creationTimestamp: '' },
      spec: {
        containers: [
          { name: 'x', ...asking('100m') },
          { name: 'y', ...asking('200m') },
        ],
        initContainers: [{ name: 'i', ...asking('500m') }],
      },
    };
    expect(podRequests(pod).get('cpu')).toBe(0.5);
  });
});
