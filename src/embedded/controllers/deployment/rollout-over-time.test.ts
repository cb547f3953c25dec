import { expect, it } from 'vitest';
import { aTemplate, openControllerRoom } from '../../../../test/support/controller-room.ts';
import { isConditionTrue } from '../../../kube/conditions.ts';
import type { IntOrString } from '../../../kube/object.ts';
import { deployments, pods, replicaSets } from '../../../kube/resource-type.ts';
import { createReplicaSetController } from '../replicaset/replicaset-controller.ts';
import { createDeploymentController } from './deployment-controller.ts';

const key = { namespace: 'default', name: 'web' };

/** Sizes of the old and the new ReplicaSet, `old/new`, as one rollout takes them; Pods are available two seconds after they were made. */
it.each<[replicas: number, maxSurge: IntOrString, maxUnavailable: IntOrString, sizes: string]>([
  [1, '25%', '25%', '1/0 1/1 0/1'],
  [2, '25%', '25%', '2/0 2/1 1/1 1/2 0/2'],
  [4, '25%', '25%', '4/0 4/1 3/1 3/2 1/2 1/4 0/4'],
  [4, 1, 0, '4/0 4/1 3/1 3/2 2/2 2/3 1/3 1/4 0/4'],
  [4, 0, 1, '4/0 3/0 3/1 2/1 2/2 1/2 1/3 0/3 0/4'],
  [4, '100%', 0, '4/0 4/4 0/4'],
  [4, 0, '100%', '4/0 0/0 0/4'],
  [4, 0, 0, '4/0 3/0 3/1 2/1 2/2 1/2 1/3 0/3 0/4'],
  [3, 3, 3, '3/0 3/3 0/3'],
  [5, 2, 1, '5/0 5/2 4/2 4/3 1/3 1/5 0/5'],
  [10, '30%', '20%', '10/0 10/3 8/3 8/5 3/5 3/10 0/10'],
  [1, 0, 1, '1/0 0/0 0/1'],
  [0, 1, 0, '0/0'],
])('takes %i replicas with surge %s and %s unavailable through %s', async (replicas, maxSurge, maxUnavailable, sizes) => {
  await using room = await openControllerRoom((deps) => [createDeploymentController(deps), createReplicaSetController(deps)]);
  await room.api.create(deployments, {
    metadata: key,
    spec: {
      replicas,
      minReadySeconds: 2,
      selector: { matchLabels: { app: 'web' } },
      template: aTemplate(),
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
    },
  });
  await room.advance(10_000);
  const seen: string[] = [];
  const image = (set: {
    spec: { template?: { spec?: { containers: { image?: string | undefined }[] } | undefined } | undefined };
  }): string => set.spec.template!.spec!.containers[0]!.image!;
  room.deps.informers.for(replicaSets).onChange(() => {
    const of = (wanted: string): number => room.api.all(replicaSets).find((set) => image(set) === wanted)?.spec.replicas ?? 0;
    const now = `${of('web:1')}/${of('web:2')}`;
    if (seen.at(-1) !== now) seen.push(now);
  });
  let fewest = Number.POSITIVE_INFINITY;
  let most = 0;
  room.deps.informers.for(pods).onChange(() => {
    const alive = room.api.all(pods).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    fewest = Math.min(fewest, alive.filter(({ status }) => isConditionTrue(status?.conditions, 'Ready')).length);
    most = Math.max(most, alive.length);
  });
  await room.api.patch(deployments, key, {
    type: 'strategic',
    body: { spec: { template: { spec: { containers: [{ name: 'main', image: 'web:2' }] } } } },
  });
  await room.advance(60_000);
  expect(seen.join(' ')).toBe(sizes);
  const { status } = room.api.all(deployments)[0]!;
  expect([status?.updatedReplicas ?? 0, status?.availableReplicas ?? 0, status?.unavailableReplicas ?? 0]).toEqual([replicas, replicas, 0]);
  const scaled = room.eventTexts().filter((text) => text.startsWith('ScalingReplicaSet: ')).length;
  expect(scaled).toBe(sizes.split(' ').length - 1 + (replicas > 0 ? 1 : 0));
  const share = (value: IntOrString, round: (x: number) => number): number =>
    typeof value === 'number' ? value : round((Number.parseInt(value, 10) * replicas) / 100);
  const [surge, unavailable] = [share(maxSurge, Math.ceil), share(maxUnavailable, Math.floor)];
  if (replicas > 0) {
    expect(most).toBeLessThanOrEqual(replicas + surge);
    expect(fewest).toBeGreaterThanOrEqual(replicas - (surge === 0 && unavailable === 0 ? 1 : unavailable));
  }
});
