import { expect, it } from 'vitest';
import { aRollout } from '../../../test/support/rollout-objects.ts';
import { observedPhase, phaseLine } from './observed-phase.ts';

it.each([
  [
    'waits for the controller to see the newest spec',
    { generation: 3, status: { observedGeneration: '2', phase: 'Healthy' as const } },
    'Progressing - waiting for rollout spec update to be observed',
  ],
  [
    'trusts a stored phase whose generation is not a number',
    { generation: 3, status: { observedGeneration: '6f9c', phase: 'Healthy' as const } },
    'Healthy',
  ],
  [
    'waits for a pause to be taken back',
    { status: { observedGeneration: '1', controllerPause: true, phase: 'Paused' as const } },
    'Progressing - waiting for rollout to unpause',
  ],
  [
    'gives the stored phase and message',
    { status: { observedGeneration: '1', phase: 'Paused' as const, message: 'CanaryPauseStep' } },
    'Paused - CanaryPauseStep',
  ],
  [
    'leaves out the message of a degraded rollout',
    { status: { observedGeneration: '1', phase: 'Degraded' as const, message: 'RolloutAborted: x' } },
    'Degraded',
  ],
  ['works out the phase when no controller has written one', {}, 'Progressing - more replicas need to be updated'],
  [
    'waits for the referenced workload',
    {
      annotations: { 'rollout.argoproj.io/workload-generation': '2' },
      spec: { workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'demo' } },
      status: { observedGeneration: '1', workloadObservedGeneration: '1', phase: 'Healthy' as const },
    },
    'Progressing - waiting for rollout spec update to be observed for the reference workload',
  ],
])('%s', (_, parts, line) => {
  expect(phaseLine(observedPhase(aRollout(parts)))).toBe(line);
});
