import { describe, expect, it } from 'vitest';
import type { Deployment, ReplicaSet } from '../../../kube/generated/types.ts';
import type { IntOrString } from '../../../kube/object.ts';
import { fencepostsOf, newReplicaSetSize, scaleDownOld } from './rolling-update.ts';

const metadata = { name: 'web', uid: 'u', resourceVersion: '1', creationTimestamp: '2025-01-01T00:00:00Z' };
const aDeployment = (replicas: number, maxSurge?: IntOrString, maxUnavailable?: IntOrString): Deployment => ({
  metadata,
  spec: { replicas, selector: {}, template: {}, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } } },
});
const aSet = (name: string, replicas: number, available: number): ReplicaSet => ({
  metadata: { ...metadata, name },
  spec: { replicas, selector: {} },
  status: { replicas, availableReplicas: available },
});

describe('rolling update arithmetic', () => {
  it.each([
    { replicas: 1, surge: '25%', unavailable: '25%', maxSurge: 1, maxUnavailable: 0 },
    { replicas: 4, surge: '25%', unavailable: '25%', maxSurge: 1, maxUnavailable: 1 },
    { replicas: 10, surge: '25%', unavailable: '25%', maxSurge: 3, maxUnavailable: 2 },
    { replicas: 3, surge: 0, unavailable: '10%', maxSurge: 0, maxUnavailable: 1 },
    { replicas: 2, surge: 1, unavailable: 5, maxSurge: 1, maxUnavailable: 2 },
  ])(
    'lets $replicas Pods with surge $surge and unavailable $unavailable leave by +$maxSurge and -$maxUnavailable',
    ({ replicas, surge, unavailable, maxSurge, maxUnavailable }) => {
      expect(fencepostsOf(aDeployment(replicas, surge, unavailable))).toEqual({ maxSurge, maxUnavailable });
    },
  );

  it.each([
    { replicas: 4, size: 0, all: 4, to: 1 },
    { replicas: 4, size: 1, all: 5, to: 1 },
    { replicas: 4, size: 1, all: 3, to: 3 },
    { replicas: 4, size: 0, all: 0, to: 4 },
  ])('grows the new ReplicaSet of $replicas from $size to $to when $all Pods are asked for in all', ({ replicas, size, all, to }) => {
    expect(newReplicaSetSize(aDeployment(replicas), size, all)).toBe(to);
  });

  it('takes away Pods that are not available before those that are', () => {
    const steps = scaleDownOld(aDeployment(4, 1, 1), aSet('new', 1, 0), [aSet('old', 4, 3)]);
    expect(steps.map(({ to }) => to)).toEqual([3]);
  });

  it('takes nothing away while only the minimum is available', () => {
    expect(scaleDownOld(aDeployment(4, 1, 0), aSet('new', 1, 0), [aSet('old', 4, 4)])).toEqual([]);
  });

  it('takes one old Pod away for each new one that became available', () => {
    const steps = scaleDownOld(aDeployment(4, 1, 0), aSet('new', 1, 1), [aSet('old', 4, 4)]);
    expect(steps.map(({ set, to }) => [set.metadata.name, to])).toEqual([['old', 3]]);
  });
});
