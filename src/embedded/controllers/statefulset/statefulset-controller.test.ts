import { describe, expect, it } from 'vitest';
import { aTemplate, openControllerRoom, type PodFate } from '../../../../test/support/controller-room.ts';
import type { Pod, StatefulSetSpec } from '../../../kube/generated/types.ts';
import { controllerRevisions, persistentVolumeClaims, pods, statefulSets } from '../../../kube/resource-type.ts';
import { createStatefulSetController } from './statefulset-controller.ts';

const key = { namespace: 'default', name: 'db' };
const open = (fate: (pod: Pod) => PodFate = () => 'ready') => openControllerRoom((deps) => [createStatefulSetController(deps)], { fate });
type Room = Awaited<ReturnType<typeof open>>;
const aSet = (spec: Partial<StatefulSetSpec> = {}) => ({
  metadata: key,
  spec: { replicas: 3, serviceName: 'db', selector: { matchLabels: { app: 'web' } }, template: aTemplate('db:1'), ...spec },
});
const running = (room: Room): string[] =>
  room.api
    .all(pods)
    .map((pod) => `${pod.metadata.name} ${pod.spec.containers[0]!.image}`)
    .sort();

describe('statefulset controller', () => {
  it('starts numbered Pods in order, each after the one before is ready', async () => {
    await using room = await open((pod) => (pod.metadata.name === 'db-1' ? 'running' : 'ready'));
    await room.api.create(statefulSets, aSet());
    await room.settled();
    expect(running(room)).toEqual(['db-0 db:1', 'db-1 db:1']);
    const [first] = room.api.all(pods);
    expect(first!.spec).toMatchObject({ hostname: 'db-0', subdomain: 'db' });
    expect(first!.metadata.labels).toMatchObject({ 'statefulset.kubernetes.io/pod-name': 'db-0', 'apps.kubernetes.io/pod-index': '0' });
    expect(room.eventTexts()[0]).toBe('SuccessfulCreate: create Pod db-0 in StatefulSet db successful');
  });

  it('starts all Pods at once under Parallel', async () => {
    await using room = await open(() => 'running');
    await room.api.create(statefulSets, aSet({ podManagementPolicy: 'Parallel' }));
    await room.settled();
    expect(running(room)).toHaveLength(3);
  });

  it('updates from the highest number down and then reports one revision', async () => {
    await using room = await open();
    await room.api.create(statefulSets, aSet());
    await room.settled();
    const deleted: string[] = [];
    room.deps.informers.for(pods).onChange((change) => {
      if (change.type === 'deleted') deleted.push(change.object.metadata.name);
    });
    await room.api.patch(statefulSets, key, { type: 'merge', body: { spec: { template: aTemplate('db:2') } } });
    await room.settled();
    expect(deleted).toEqual(['db-2', 'db-1', 'db-0']);
    expect(running(room)).toEqual(['db-0 db:2', 'db-1 db:2', 'db-2 db:2']);
    const { status } = room.api.all(statefulSets)[0]!;
    expect(status).toMatchObject({
      replicas: 3,
      readyReplicas: 3,
      currentReplicas: 3,
      updatedReplicas: 3,
      availableReplicas: 3,
      observedGeneration: 2,
    });
    expect(status!.currentRevision).toBe(status!.updateRevision);
    expect(room.api.all(controllerRevisions).map((revision) => revision.revision)).toEqual([1, 2]);
  });

  it('keeps Pods below the partition on the old template', async () => {
    await using room = await open();
    await room.api.create(statefulSets, aSet({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } }));
    await room.settled();
    await room.api.patch(statefulSets, key, { type: 'merge', body: { spec: { template: aTemplate('db:2') } } });
    await room.settled();
    await room.api.delete(pods, { namespace: 'default', name: 'db-0' }, { gracePeriodSeconds: 0 });
    await room.settled();
    expect(running(room)).toEqual(['db-0 db:1', 'db-1 db:1', 'db-2 db:2']);
  });

  it('removes the highest numbers first when it shrinks, and keeps their claims', async () => {
    await using room = await open();
    const metadata = { name: 'data', uid: '', resourceVersion: '', creationTimestamp: '' };
    await room.api.create(statefulSets, aSet({ volumeClaimTemplates: [{ metadata, spec: {} }] }));
    await room.settled();
    await room.api.patch(statefulSets, key, { type: 'merge', body: { spec: { replicas: 1 } } });
    await room.settled();
    expect(running(room)).toEqual(['db-0 db:1']);
    expect(room.api.all(persistentVolumeClaims).map((claim) => claim.metadata.name)).toEqual(['data-db-0', 'data-db-1', 'data-db-2']);
  });
});
