import { describe, expect, it } from 'vitest';
import { aTemplate, type ControllerRoom, openControllerRoom, type PodFate } from '../../../../test/support/controller-room.ts';
import { findCondition } from '../../../kube/conditions.ts';
import type { Deployment, DeploymentSpec, Pod } from '../../../kube/generated/types.ts';
import { deployments, pods, replicaSets } from '../../../kube/resource-type.ts';
import { createReplicaSetController } from '../replicaset/replicaset-controller.ts';
import { createDeploymentController } from './deployment-controller.ts';

const key = { namespace: 'default', name: 'web' };
const bothControllers = (fate?: (pod: Pod) => PodFate): Promise<ControllerRoom> =>
  openControllerRoom((deps) => [createDeploymentController(deps), createReplicaSetController(deps)], fate ? { fate } : {});
const aDeployment = (spec: Partial<DeploymentSpec> = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: key,
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'web' } },
    template: aTemplate(),
    progressDeadlineSeconds: 600,
    revisionHistoryLimit: 10,
    ...spec,
  },
});
const setImage = (room: ControllerRoom, image: string): Promise<Deployment> =>
  room.api.patch(deployments, key, {
    type: 'strategic',
    body: { spec: { template: { spec: { containers: [{ name: 'main', image }] } } } },
  });
const stored = (room: ControllerRoom): Deployment => room.api.all(deployments)[0]!;
const images = (room: ControllerRoom): string[] =>
  room.api
    .all(pods)
    .filter((pod) => pod.metadata.deletionTimestamp === undefined)
    .map((pod) => pod.spec.containers[0]!.image!);
const progressing = (room: ControllerRoom) => findCondition(stored(room).status?.conditions, 'Progressing');

describe('deployment controller', () => {
  it('brings up exactly the wanted Pods and reports completion as kubectl and helm look for it', async () => {
    await using room = await bothControllers();
    await room.api.create(deployments, aDeployment());
    await room.settled();
    expect(room.api.writes.filter((write) => write.startsWith('create pods '))).toHaveLength(3);
    const { status, metadata } = stored(room);
    expect(status).toMatchObject({
      observedGeneration: metadata.generation,
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
    });
    expect(status).not.toHaveProperty('unavailableReplicas');
    expect(findCondition(status?.conditions, 'Available')).toMatchObject({
      status: 'True',
      reason: 'MinimumReplicasAvailable',
      message: 'Deployment has minimum availability.',
    });
    const [set] = room.api.all(replicaSets);
    expect(progressing(room)).toMatchObject({
      status: 'True',
      reason: 'NewReplicaSetAvailable',
      message: `ReplicaSet "${set!.metadata.name}" has successfully progressed.`,
    });
    expect(metadata.annotations).toEqual({ 'deployment.kubernetes.io/revision': '1' });
    expect(set!.metadata.annotations).toEqual({
      'deployment.kubernetes.io/revision': '1',
      'deployment.kubernetes.io/desired-replicas': '3',
      'deployment.kubernetes.io/max-replicas': '4',
    });
    expect(room.eventTexts()).toContain(`ScalingReplicaSet: Scaled up replica set ${set!.metadata.name} from 0 to 3`);
  });

  it('writes nothing more once all is as wanted', async () => {
    await using room = await bothControllers();
    await room.api.create(deployments, aDeployment());
    await room.settled();
    const before = room.api.writes.length;
    await room.api.patch(deployments, key, { type: 'merge', body: { metadata: { labels: { touched: 'yes' } } } });
    await room.settled();
    expect(room.api.writes.slice(before)).toEqual(['patch deployments default/web']);
  });

  it('replaces all Pods on a new image without ever having fewer available than allowed', async () => {
    await using room = await bothControllers();
    await room.api.create(deployments, aDeployment({ replicas: 4 }));
    await room.settled();
    let fewest = Infinity;
    let most = 0;
    room.deps.informers.for(pods).onChange(() => {
      const all = room.api.all(pods).filter((pod) => pod.metadata.deletionTimestamp === undefined);
      fewest = Math.min(
        fewest,
        all.filter((pod) => pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True')).length,
      );
      most = Math.max(most, all.length);
    });
    await setImage(room, 'web:2');
    await room.settled();
    expect(images(room)).toEqual(['web:2', 'web:2', 'web:2', 'web:2']);
    expect(fewest).toBeGreaterThanOrEqual(3);
    expect(most).toBe(5);
    expect(stored(room).metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('2');
    expect(
      room.api
        .all(replicaSets)
        .map((set) => set.spec.replicas)
        .sort(),
    ).toEqual([0, 4]);
  });

  it('gives a template that comes back its old ReplicaSet and a new revision', async () => {
    await using room = await bothControllers();
    await room.api.create(deployments, aDeployment());
    await room.settled();
    const first = room.api.all(replicaSets)[0]!.metadata.name;
    await setImage(room, 'web:2');
    await room.settled();
    await setImage(room, 'web:1');
    await room.settled();
    const sets = room.api.all(replicaSets);
    expect(sets).toHaveLength(2);
    expect(sets.find((set) => set.spec.replicas === 3)?.metadata.name).toBe(first);
    expect(sets.find((set) => set.metadata.name === first)?.metadata.annotations).toMatchObject({
      'deployment.kubernetes.io/revision': '3',
      'deployment.kubernetes.io/revision-history': '1',
    });
  });

  it('stops every old Pod before a Recreate rollout starts new ones', async () => {
    await using room = await bothControllers();
    await room.api.create(deployments, aDeployment({ strategy: { type: 'Recreate' } }));
    await room.settled();
    const mixtures = new Set<string>();
    room.deps.informers.for(pods).onChange(() => {
      mixtures.add([...new Set(room.api.all(pods).map((pod) => pod.spec.containers[0]!.image))].sort().join('+'));
    });
    await setImage(room, 'web:2');
    await room.settled();
    expect(images(room)).toEqual(['web:2', 'web:2', 'web:2']);
    expect(mixtures).not.toContain('web:1+web:2');
  });

  it('rolls nothing while it is paused and catches up when resumed', async () => {
    await using room = await bothControllers();
    await room.api.create(deployments, aDeployment());
    await room.settled();
    await room.api.patch(deployments, key, { type: 'merge', body: { spec: { paused: true } } });
    await setImage(room, 'web:2');
    await room.settled();
    expect(images(room)).toEqual(['web:1', 'web:1', 'web:1']);
    expect(progressing(room)).toMatchObject({ status: 'Unknown', reason: 'DeploymentPaused' });
    await room.api.patch(deployments, key, { type: 'merge', body: { spec: { paused: false } } });
    await room.settled();
    expect(images(room)).toEqual(['web:2', 'web:2', 'web:2']);
  });

  it('reports ProgressDeadlineExceeded when the new Pods do not become ready in time', async () => {
    await using room = await bothControllers((pod) => (pod.spec.containers[0]!.image === 'web:2' ? 'running' : 'ready'));
    await room.api.create(deployments, aDeployment({ progressDeadlineSeconds: 30 }));
    await room.settled();
    await setImage(room, 'web:2');
    await room.settled();
    expect(progressing(room)).toMatchObject({ status: 'True', reason: 'ReplicaSetUpdated' });
    await room.advance(32_000);
    expect(progressing(room)).toMatchObject({ status: 'False', reason: 'ProgressDeadlineExceeded' });
    expect(images(room).filter((image) => image === 'web:1')).toHaveLength(3);
  });

  it('keeps only revisionHistoryLimit old ReplicaSets', async () => {
    await using room = await bothControllers();
    await room.api.create(deployments, aDeployment({ revisionHistoryLimit: 1 }));
    for (const image of ['web:2', 'web:3', 'web:4']) {
      await room.settled();
      await setImage(room, image);
    }
    await room.settled();
    expect(
      room.api
        .all(replicaSets)
        .map((set) => set.spec.template!.spec!.containers[0]!.image)
        .sort(),
    ).toEqual(['web:3', 'web:4']);
  });

  it('scales without a new revision', async () => {
    await using room = await bothControllers();
    await room.api.create(deployments, aDeployment());
    await room.settled();
    await room.api.patch(deployments, key, { type: 'merge', body: { spec: { replicas: 1 } } }, { subresource: 'scale' });
    await room.settled();
    expect(images(room)).toEqual(['web:1']);
    expect(stored(room)).toMatchObject({
      metadata: { annotations: { 'deployment.kubernetes.io/revision': '1' } },
      status: { replicas: 1, observedGeneration: stored(room).metadata.generation },
    });
  });

  it('keeps the shares of both ReplicaSets when it is scaled in the middle of a rollout', async () => {
    await using room = await bothControllers((pod) => (pod.spec.containers[0]!.image === 'web:2' ? 'running' : 'ready'));
    await room.api.create(
      deployments,
      aDeployment({ replicas: 10, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } } }),
    );
    await room.settled();
    await setImage(room, 'web:2');
    await room.settled();
    const sizes = (): Record<string, number> =>
      Object.fromEntries(room.api.all(replicaSets).map((set) => [set.spec.template!.spec!.containers[0]!.image!, set.spec.replicas!]));
    expect(sizes()).toEqual({ 'web:1': 8, 'web:2': 5 });
    await room.api.patch(deployments, key, { type: 'merge', body: { spec: { replicas: 15 } } });
    await room.settled();
    expect(sizes()).toEqual({ 'web:1': 11, 'web:2': 7 });
  });

  it('takes another hash when a stranger has the name of its new ReplicaSet', async () => {
    await using room = await bothControllers();
    await room.api.create(deployments, aDeployment());
    await room.settled();
    const { name } = room.api.all(replicaSets)[0]!.metadata;
    await room.api.create(replicaSets, {
      metadata: { namespace: 'other', name },
      spec: { replicas: 0, selector: { matchLabels: { app: 'else' } }, template: aTemplate('else:1', { app: 'else' }) },
    });
    await room.api.create(deployments, { ...aDeployment(), metadata: { namespace: 'other', name: 'web' } });
    await room.settled();
    await room.advance(1000);
    const [set, ...more] = room.api.all(replicaSets, 'other').filter((candidate) => candidate.metadata.name !== name);
    expect(more).toEqual([]);
    expect(set!.spec.replicas).toBe(3);
    expect(room.api.all(deployments, 'other')[0]!.status).toMatchObject({ collisionCount: 1, availableReplicas: 3 });
  });
});
