import { expect, it } from 'vitest';
import { aCondition } from './conditions.ts';
import { phaseOf } from './phase.ts';
import type { RolloutSpec, RolloutStatus } from './rollout.ts';

const routed = { canary: { trafficRouting: { nginx: { stableIngress: 'demo' } } } };
const done: RolloutStatus = { updatedReplicas: 5, availableReplicas: 5, replicas: 5, stableRS: 'a', currentPodHash: 'a' };
const abortedText = 'Rollout aborted update to revision 2';

it.each<[string, string, Partial<RolloutSpec>, RolloutStatus]>([
  ['Degraded', 'InvalidSpec: no', { paused: true }, { ...done, conditions: [aCondition(0, 'InvalidSpec', 'True', 'InvalidSpec', 'no')] }],
  [
    'Degraded',
    `RolloutAborted: ${abortedText}`,
    { paused: true },
    { ...done, conditions: [aCondition(0, 'Progressing', 'False', 'RolloutAborted', abortedText)] },
  ],
  [
    'Degraded',
    'ProgressDeadlineExceeded: late',
    {},
    { ...done, conditions: [aCondition(0, 'Progressing', 'False', 'ProgressDeadlineExceeded', 'late')] },
  ],
  ['Paused', 'manually paused', { paused: true }, { ...done, pauseConditions: [{ reason: 'CanaryPauseStep', startTime: '' }] }],
  ['Paused', 'CanaryPauseStep', {}, { ...done, pauseConditions: [{ reason: 'CanaryPauseStep', startTime: '' }] }],
  ['Progressing', 'rollout is restarting', { restartAt: '2025-01-01T00:00:00Z' }, done],
  ['Progressing', 'more replicas need to be updated', {}, { ...done, updatedReplicas: 1 }],
  ['Progressing', 'updated replicas are still becoming available', {}, { ...done, availableReplicas: 4 }],
  ['Progressing', 'old replicas are pending termination', { strategy: { canary: {} } }, { ...done, replicas: 6 }],
  ['Healthy', '', {}, { ...done, replicas: 10 }],
  ['Progressing', 'waiting for all steps to complete', {}, { ...done, stableRS: 'b' }],
  ['Healthy', '', {}, done],
])('is %s with "%s"', (phase, message, spec, status) => {
  expect(phaseOf({ replicas: 5, strategy: routed, ...spec }, status)).toEqual({ phase, message });
});
