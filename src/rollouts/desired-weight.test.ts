import { expect, it } from 'vitest';
import type { ReplicaSet } from '../kube/generated/types.ts';
import { canStableServe, desiredCanaryWeight, dynamicRollbackTarget } from './desired-weight.ts';
import type { CanaryStrategy, Rollout, RolloutStatus } from './rollout.ts';

const rs = (hash: string, available: number): ReplicaSet => ({
  metadata: { name: hash, labels: { 'rollouts-pod-template-hash': hash } } as never,
  spec: { replicas: available, selector: {} },
  status: { replicas: available, availableReplicas: available },
});
const weights = (weight: number) => ({ canary: { weights: { canary: { weight }, stable: { weight: 100 - weight } } } });
const steps = [{ setWeight: 20 }, { pause: {} }, { setWeight: 40 }, { pause: {} }];
const rollout = (status: RolloutStatus, canary: Partial<CanaryStrategy> = {}): Rollout => ({
  metadata: { name: 'demo', uid: 'u' } as never,
  spec: { replicas: 4, strategy: { canary: { steps, trafficRouting: { nginx: { stableIngress: 'web' } }, ...canary } } },
  status: { stableRS: 'a', currentPodHash: 'b', ...status },
});

it.each<[number, string, RolloutStatus, number, boolean]>([
  [0, 'the version is stable', { currentPodHash: 'a', currentStepIndex: 4 }, 4, true],
  [0, 'the update is aborted', { abort: true, currentStepIndex: 3, ...weights(40) }, 2, true],
  [0, 'no canary Pod is available', { currentStepIndex: 3, ...weights(40) }, 0, true],
  [40, 'a full promotion waits for Pods', { promoteFull: true, currentStepIndex: 4, ...weights(40) }, 2, false],
  [0, 'the first step waits for Pods', { currentStepIndex: 0 }, 1, false],
  [20, 'the second weight waits for Pods', { currentStepIndex: 2, ...weights(20) }, 1, false],
  [20, 'the first step has its Pods', { currentStepIndex: 0 }, 1, true],
  [20, 'it pauses at the first weight', { currentStepIndex: 1, ...weights(20) }, 1, true],
  [40, 'the second weight has its Pods', { currentStepIndex: 2, ...weights(20) }, 2, true],
  [40, 'the last Pods are on their way', { currentStepIndex: 4, ...weights(40) }, 2, false],
  [100, 'all steps are done and all Pods are there', { currentStepIndex: 4, ...weights(40) }, 4, true],
])('is %d when %s', (weight, _when, status, available, atTarget) => {
  expect(desiredCanaryWeight({ rollout: rollout(status), newRS: rs('b', available), stableRS: rs('a', 4), atTarget })).toBe(weight);
});

it('is 0 for a step list that starts with a pause', () => {
  expect(
    desiredCanaryWeight({
      rollout: rollout({ currentStepIndex: 0 }, { steps: [{ pause: {} }, { setWeight: 50 }] }),
      newRS: rs('b', 1),
      stableRS: rs('a', 4),
      atTarget: true,
    }),
  ).toBe(0);
});

it('leaves traffic alone while stable lacks the Pods for its share', () => {
  expect(canStableServe(rollout({}), rs('a', 3), 20)).toBe(true);
  expect(canStableServe(rollout({}), rs('a', 2), 20)).toBe(false);
  expect(canStableServe(rollout({}), undefined, 100)).toBe(false);
});

it('walks back through the weights as a shrunken stable grows again', () => {
  const at = (weight: number, stable: number, canary: number): number =>
    dynamicRollbackTarget(
      rollout({ abort: true, ...weights(weight) }, { steps: [{ setWeight: 25 }, { pause: {} }, { setWeight: 75 }, { pause: {} }] }),
      rs('a', stable),
      rs('b', canary),
    );
  expect([at(75, 1, 3), at(25, 3, 3), at(25, 3, 1), at(0, 4, 0)]).toEqual([25, 25, 0, 0]);
});
