import { describe, expect, it } from 'vitest';
import { aTemplate, openControllerRoom } from '../../../../test/support/controller-room.ts';
import type { Pod, ReplicaSet, ReplicaSetSpec } from '../../../kube/generated/types.ts';
import { pods, replicaSets } from '../../../kube/resource-type.ts';
import { statusError } from '../../../kube/status-error.ts';
import { podsToDelete } from './pods-to-delete.ts';
import { createReplicaSetController } from './replicaset-controller.ts';

const key = { namespace: 'default', name: 'web' };
const open = (options: Parameters<typeof openControllerRoom>[1] = {}) =>
  openControllerRoom((deps) => [createReplicaSetController(deps)], options);
const aSet = (spec: Partial<ReplicaSetSpec> = {}, metadata: Partial<ReplicaSet['metadata']> = {}) => ({
  metadata: { ...key, ...metadata },
  spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template: aTemplate(), ...spec },
});

describe('replicaset controller', () => {
  it('serves a ReplicaSet that a Rollout owns like any other', async () => {
    await using room = await open();
    const owner = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'web', uid: 'r1', controller: true };
    await room.api.create(replicaSets, aSet({}, { ownerReferences: [owner] }));
    await room.settled();
    expect(room.api.all(pods)).toHaveLength(2);
    expect(room.api.all(replicaSets)[0]!.status).toEqual({
      replicas: 2,
      fullyLabeledReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      observedGeneration: 1,
    });
    expect(room.eventTexts()).toEqual(room.api.all(pods).map((pod) => `SuccessfulCreate: Created pod: ${pod.metadata.name}`));
  });

  it('adopts a matching orphan instead of creating a Pod', async () => {
    await using room = await open();
    const orphan = room.api.seed(pods, {
      metadata: { namespace: 'default', name: 'lone', labels: { app: 'web' } },
      spec: { containers: [{ name: 'main', image: 'web:1' }] },
      status: { phase: 'Running' },
    });
    const set = await room.api.create(replicaSets, aSet());
    await room.settled();
    expect(room.api.all(pods)).toHaveLength(2);
    expect(room.api.all(pods).find((pod) => pod.metadata.uid === orphan.metadata.uid)?.metadata.ownerReferences?.[0]).toMatchObject({
      uid: set.metadata.uid,
      controller: true,
    });
  });

  it('lets go of a Pod whose labels stopped matching and replaces it', async () => {
    await using room = await open();
    await room.api.create(replicaSets, aSet());
    await room.settled();
    const { name } = room.api.all(pods)[0]!.metadata;
    await room.api.patch(pods, { namespace: 'default', name }, { type: 'merge', body: { metadata: { labels: { app: 'debug' } } } });
    await room.settled();
    expect(room.api.all(pods)).toHaveLength(3);
    expect(room.api.all(pods).find((pod) => pod.metadata.name === name)?.metadata.ownerReferences ?? []).toEqual([]);
  });

  it('counts a Pod as available only after minReadySeconds', async () => {
    await using room = await open();
    await room.api.create(replicaSets, aSet({ replicas: 1, minReadySeconds: 10 }));
    await room.settled();
    expect(room.api.all(replicaSets)[0]!.status).toMatchObject({ readyReplicas: 1 });
    expect(room.api.all(replicaSets)[0]!.status).not.toHaveProperty('availableReplicas');
    await room.advance(10_000);
    expect(room.api.all(replicaSets)[0]!.status).toMatchObject({ availableReplicas: 1 });
  });

  it('reports ReplicaFailure while Pods are refused and recovers', async () => {
    await using room = await open();
    const isPodCreation = (write: string): boolean => write.startsWith('create pods ');
    for (const _ of ['first', 'second'])
      room.api.failNext(isPodCreation, statusError('Forbidden', 'pods "web-x" is forbidden: exceeded quota'));
    await room.api.create(replicaSets, aSet());
    await room.settled();
    expect(room.api.all(replicaSets)[0]!.status?.conditions?.[0]).toMatchObject({
      type: 'ReplicaFailure',
      status: 'True',
      reason: 'FailedCreate',
      message: 'pods "web-x" is forbidden: exceeded quota',
    });
    await room.advance(1000);
    expect(room.api.all(pods)).toHaveLength(2);
    expect(room.api.all(replicaSets)[0]!.status).not.toHaveProperty('conditions');
    expect(room.eventTexts()).toContain('FailedCreate: Error creating: pods "web-x" is forbidden: exceeded quota');
  });

  it('replaces terminating Pods at once and does not count them', async () => {
    await using room = await open({ keepsTerminating: true });
    await room.api.create(replicaSets, aSet());
    await room.settled();
    await room.api.delete(pods, { namespace: 'default', name: room.api.all(pods)[0]!.metadata.name });
    await room.settled();
    expect(room.api.all(pods)).toHaveLength(3);
    expect(room.api.all(replicaSets)[0]!.status).toMatchObject({ replicas: 2 });
  });

  const aPod = (name: string, parts: Partial<Pod> & { ready?: string } = {}): Pod => ({
    metadata: { name, uid: name, resourceVersion: '1', creationTimestamp: '2025-01-01T00:00:00Z', ...parts.metadata },
    spec: { containers: [], nodeName: 'n', ...parts.spec },
    status: {
      phase: 'Running',
      conditions: parts.ready === undefined ? [] : [{ type: 'Ready', status: 'True', lastTransitionTime: parts.ready }],
      ...parts.status,
    },
  });
  const old = '2025-01-01T00:00:00Z';
  it.each([
    {
      what: 'unassigned before assigned',
      first: aPod('a', { spec: { containers: [], nodeName: undefined }, ready: old }),
      second: aPod('b'),
    },
    { what: 'pending before running', first: aPod('a', { status: { phase: 'Pending' }, ready: old }), second: aPod('b') },
    { what: 'unready before ready', first: aPod('a'), second: aPod('b', { ready: old }) },
    {
      what: 'cheap before dear',
      first: aPod('b', { ready: old }),
      second: aPod('a', {
        ready: old,
        metadata: { ...aPod('a').metadata, annotations: { 'controller.kubernetes.io/pod-deletion-cost': '5' } },
      }),
    },
    { what: 'ready for less time before longer', first: aPod('a', { ready: '2025-01-01T01:00:00Z' }), second: aPod('b', { ready: old }) },
  ])('removes $what', ({ first, second }) => {
    expect(podsToDelete([second, first], 1)).toEqual([first]);
  });
});
