import { describe, expect, it } from 'vitest';
import type { Deployment, ReplicaSet } from '../../../kube/generated/types.ts';
import { proportionalSizes } from './proportional-scaling.ts';

const metadata = { name: 'web', uid: 'u', resourceVersion: '1', creationTimestamp: '2025-01-01T00:00:00Z' };
const aDeployment = (replicas: number, maxSurge: number): Deployment => ({
  metadata,
  spec: { replicas, selector: {}, template: {}, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable: 1 } } },
});
const aSet = (name: string, replicas: number, maxBefore: number, creationTimestamp: string): ReplicaSet => ({
  metadata: { ...metadata, name, creationTimestamp, annotations: { 'deployment.kubernetes.io/max-replicas': String(maxBefore) } },
  spec: { replicas, selector: {} },
});
const old = (replicas: number, maxBefore: number): ReplicaSet => aSet('old', replicas, maxBefore, '2025-01-01T00:00:00Z');
const fresh = (replicas: number, maxBefore: number): ReplicaSet => aSet('new', replicas, maxBefore, '2025-01-02T00:00:00Z');

describe('proportional scaling', () => {
  it.each([
    { what: 'doubles both shares', replicas: 20, surge: 4, sizes: { old: 16, new: 8 }, sets: [old(8, 12), fresh(4, 12)] },
    { what: 'halves both shares', replicas: 5, surge: 1, sizes: { old: 4, new: 2 }, sets: [old(8, 12), fresh(4, 12)] },
    { what: 'gives what is left over to the largest', replicas: 11, surge: 2, sizes: { old: 9, new: 4 }, sets: [old(8, 12), fresh(4, 12)] },
    {
      what: 'grows the newer of two equal ones first',
      replicas: 11,
      surge: 0,
      sizes: { old: 5, new: 6 },
      sets: [old(5, 10), fresh(5, 10)],
    },
    {
      what: 'shrinks the older of two equal ones first',
      replicas: 9,
      surge: 0,
      sizes: { old: 4, new: 5 },
      sets: [old(5, 10), fresh(5, 10)],
    },
    { what: 'empties all at 0 replicas', replicas: 0, surge: 1, sizes: { old: 0, new: 0 }, sets: [old(8, 12), fresh(4, 12)] },
  ])('$what', ({ replicas, surge, sizes, sets }) => {
    expect(Object.fromEntries(proportionalSizes(aDeployment(replicas, surge), sets).map(({ set, to }) => [set.metadata.name, to]))).toEqual(
      sizes,
    );
  });
});
