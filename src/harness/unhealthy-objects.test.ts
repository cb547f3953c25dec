import { expect, it } from 'vitest';
import type { AnyObject } from '../kube/object.ts';
import { isUnhealthy } from './unhealthy-objects.ts';

const ready = (status: string) => ({ conditions: [{ type: 'Ready', status }] });
const object = (fields: object): AnyObject => ({
  metadata: { name: 'x', uid: 'u', creationTimestamp: '', resourceVersion: '1' },
  ...fields,
});

it.each<[string, string, object, boolean]>([
  ['a ready Pod', 'Pod', { status: ready('True') }, false],
  ['a Pod that is not ready', 'Pod', { status: ready('False') }, true],
  ['a ready Pod that was restarted', 'Pod', { status: { ...ready('True'), containerStatuses: [{ restartCount: 2 }] } }, true],
  ['a Pod that has done its work', 'Pod', { status: { phase: 'Succeeded', ...ready('False') } }, false],
  ['a Pod without a status', 'Pod', {}, true],
  ['a Deployment with too few Pods', 'Deployment', { spec: { replicas: 2 }, status: { availableReplicas: 1 } }, true],
  ['a Deployment with all Pods', 'Deployment', { spec: { replicas: 2 }, status: { availableReplicas: 2 } }, false],
  ['a ReplicaSet scaled to nothing', 'ReplicaSet', { spec: { replicas: 0 }, status: {} }, false],
  ['a degraded Rollout', 'Rollout', { status: { phase: 'Degraded' } }, true],
  ['a healthy Rollout', 'Rollout', { status: { phase: 'Healthy' } }, false],
  ['a failed AnalysisRun', 'AnalysisRun', { status: { phase: 'Failed' } }, true],
  ['a running AnalysisRun', 'AnalysisRun', { status: { phase: 'Running' } }, false],
  ['a ConfigMap', 'ConfigMap', {}, false],
])('says of %s whether it is unhealthy', (_, kind, fields, expected) => {
  expect(isUnhealthy(kind, object(fields))).toBe(expected);
});
