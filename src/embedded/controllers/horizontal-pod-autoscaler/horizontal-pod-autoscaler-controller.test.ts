import { expect, it } from 'vitest';
import { aTemplate, type ControllerRoom, openControllerRoom } from '../../../../test/support/controller-room.ts';
import { findCondition } from '../../../kube/conditions.ts';
import { deployments, horizontalPodAutoscalers } from '../../../kube/resource-type.ts';
import { createHorizontalPodAutoscalerController } from './horizontal-pod-autoscaler-controller.ts';

const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
const cpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } };
const unable = 'unable to get metrics for resource cpu: no metrics returned from resource metrics API';
const open = (): Promise<ControllerRoom> =>
  openControllerRoom((deps) => [createHorizontalPodAutoscalerController(deps, { resourceTypes: () => [] })]);
const autoscaler = (spec: object = {}) => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { namespace: 'default', name: 'web' },
  spec: { scaleTargetRef: target, minReplicas: 2, maxReplicas: 5, metrics: [cpu], ...spec },
});
const aDeployment = (replicas: number) => ({
  metadata: { namespace: 'default', name: 'web' },
  spec: { replicas, selector: { matchLabels: { app: 'web' } }, template: aTemplate() },
  status: { replicas },
});

it.each([
  [1, 2, 'Current number of replicas below Spec.MinReplicas'],
  [7, 5, 'Current number of replicas above Spec.MaxReplicas'],
])('brings a target of %d replicas to %d and tells why', async (before, after, why) => {
  await using room = await open();
  room.api.seed(deployments, aDeployment(before));
  await room.api.create(horizontalPodAutoscalers, autoscaler());
  await room.settled();
  expect(room.api.all(deployments)[0]!.spec.replicas).toBe(after);
  expect(room.eventTexts()).toEqual([`SuccessfulRescale: New size: ${after}; reason: ${why}`]);
  expect(room.api.all(horizontalPodAutoscalers)[0]!.status).toMatchObject({
    currentReplicas: before,
    desiredReplicas: after,
    lastScaleTime: '2025-01-01T00:00:00Z',
    conditions: [
      {
        type: 'AbleToScale',
        status: 'True',
        reason: 'SucceededRescale',
        message: `the HPA controller was able to update the target scale to ${after}`,
      },
    ],
  });
});

it('says that its Pods have not been measured and leaves a target between the bounds alone', async () => {
  await using room = await open();
  room.api.seed(deployments, aDeployment(3));
  await room.api.create(horizontalPodAutoscalers, autoscaler());
  await room.settled();
  expect(room.api.all(deployments)[0]!.spec.replicas).toBe(3);
  const { status } = room.api.all(horizontalPodAutoscalers)[0]!;
  expect(findCondition(status?.conditions, 'ScalingActive')).toMatchObject({
    status: 'False',
    reason: 'FailedGetResourceMetric',
    message: `the HPA was unable to compute the replica count: failed to get cpu utilization: ${unable}`,
  });
  expect(room.eventTexts()).toEqual([
    `FailedGetResourceMetric: failed to get cpu utilization: ${unable}`,
    `FailedComputeMetricsReplicas: invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: failed to get cpu utilization: ${unable}`,
  ]);
});

it('looks again every 15 s, so that a target that was scaled by hand comes back', async () => {
  await using room = await open();
  room.api.seed(deployments, aDeployment(3));
  await room.api.create(horizontalPodAutoscalers, autoscaler());
  await room.settled();
  await room.api.patch(deployments, { namespace: 'default', name: 'web' }, { type: 'merge', body: { spec: { replicas: 9 } } });
  await room.advance(14_000);
  expect(room.api.all(deployments)[0]!.spec.replicas).toBe(9);
  await room.advance(1000);
  expect(room.api.all(deployments)[0]!.spec.replicas).toBe(5);
});

it('says that the target is missing', async () => {
  await using room = await open();
  await room.api.create(horizontalPodAutoscalers, autoscaler());
  await room.settled();
  expect(room.api.all(horizontalPodAutoscalers)[0]!.status?.conditions).toMatchObject([
    {
      type: 'AbleToScale',
      status: 'False',
      reason: 'FailedGetScale',
      message: 'the HPA controller was unable to get the target\'s current scale: deployments.apps "web" not found',
    },
  ]);
  expect(room.eventTexts()).toEqual(['FailedGetScale: deployments.apps "web" not found']);
});

it('says that the target has no selector', async () => {
  await using room = await open();
  const { spec, ...rest } = aDeployment(3);
  room.api.seed(deployments, { ...rest, spec: { ...spec, selector: {} } });
  await room.api.create(horizontalPodAutoscalers, autoscaler());
  await room.settled();
  expect(room.api.all(horizontalPodAutoscalers)[0]!.status?.conditions).toMatchObject([
    { type: 'ScalingActive', status: 'False', reason: 'InvalidSelector', message: "the HPA target's scale is missing a selector" },
  ]);
  expect(room.eventTexts()).toEqual(['SelectorRequired: selector is required']);
});
