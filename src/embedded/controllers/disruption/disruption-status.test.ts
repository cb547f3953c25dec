import { describe, expect, it } from 'vitest';
import { aTemplate, openControllerRoom } from '../../../../test/support/controller-room.ts';
import { podDisruptionBudgets, replicaSets } from '../../../kube/resource-type.ts';
import { createReplicaSetController } from '../replicaset/replicaset-controller.ts';
import { createDisruptionController } from './disruption-controller.ts';

describe('pod disruption budgets', () => {
  it.each([
    { spec: { minAvailable: 2 }, desiredHealthy: 2, disruptionsAllowed: 2 },
    { spec: { minAvailable: '50%' }, desiredHealthy: 2, disruptionsAllowed: 2 },
    { spec: { maxUnavailable: 1 }, desiredHealthy: 3, disruptionsAllowed: 1 },
    { spec: { maxUnavailable: '30%' }, desiredHealthy: 2, disruptionsAllowed: 2 },
    { spec: { minAvailable: 4 }, desiredHealthy: 4, disruptionsAllowed: 0 },
  ])('allow $disruptionsAllowed of 4 Pods to go under $spec', async ({ spec, desiredHealthy, disruptionsAllowed }) => {
    await using room = await openControllerRoom((deps) => [createDisruptionController(deps), createReplicaSetController(deps)]);
    const selector = { matchLabels: { app: 'web' } };
    await room.api.create(replicaSets, {
      metadata: { namespace: 'default', name: 'web' },
      spec: { replicas: 4, selector, template: aTemplate() },
    });
    await room.api.create(podDisruptionBudgets, { metadata: { namespace: 'default', name: 'web' }, spec: { selector, ...spec } });
    await room.settled();
    const { status } = room.api.all(podDisruptionBudgets)[0]!;
    expect(status).toMatchObject({ currentHealthy: 4, expectedPods: 4, desiredHealthy, disruptionsAllowed, observedGeneration: 1 });
    expect(status!.conditions).toMatchObject([
      {
        type: 'DisruptionAllowed',
        status: disruptionsAllowed > 0 ? 'True' : 'False',
        reason: disruptionsAllowed > 0 ? 'SufficientPods' : 'InsufficientPods',
      },
    ]);
  });
});
