import { expect, it } from 'vitest';
import { aReplicaSet, aRollout } from '../../test/support/rollout-objects.ts';
import type { RolloutSpec, RolloutStatus } from '../rollouts/rollout.ts';
import { rolloutInfo } from '../rollouts/tree/rollout-info.ts';
import { runningPause, waitingFor } from './waiting-for.ts';
import type { WireWaiting } from './wire.ts';

const base: RolloutStatus = {
  currentPodHash: 'b',
  stableRS: 'a',
  currentStepIndex: 1,
  phase: 'Progressing',
  message: 'more replicas need to be updated',
};
const paused: RolloutStatus = {
  ...base,
  phase: 'Paused',
  message: 'CanaryPauseStep',
  controllerPause: true,
  pauseConditions: [{ reason: 'CanaryPauseStep', startTime: '2026-01-01T00:00:00Z' }],
};
const condition = (type: string, status: 'True' | 'False', reason: string, message: string) => ({
  conditions: [{ type, status, reason, message, lastUpdateTime: '', lastTransitionTime: '' }],
});

it.each<[string, { spec?: Partial<RolloutSpec>; status: RolloutStatus; generation?: number }, WireWaiting]>([
  ['a promotion at a pause without an end', { status: paused }, { code: 'promotion' }],
  [
    'the end of a timed pause',
    { status: { ...paused, currentStepIndex: 3 } },
    { code: 'pause-timer', untilMs: Date.parse('2026-01-01T00:00:10Z') },
  ],
  [
    'a decision after an inconclusive analysis',
    { status: { ...paused, pauseConditions: [{ reason: 'InconclusiveAnalysisRun', startTime: '2026-01-01T00:00:00Z' }] } },
    { code: 'inconclusive' },
  ],
  ['whoever paused it by hand', { spec: { paused: true }, status: base }, { code: 'paused-by-hand' }],
  ['the controller after a promotion', { status: { ...paused, pauseConditions: undefined } }, { code: 'unpause' }],
  ['the controller to see a change', { status: { ...base, observedGeneration: '1' }, generation: 2 }, { code: 'observation' }],
  [
    'a retry after an abort',
    {
      status: {
        ...base,
        phase: 'Degraded',
        ...condition('Progressing', 'False', 'RolloutAborted', 'Rollout aborted update to revision 2'),
      },
    },
    { code: 'aborted', message: 'Rollout aborted update to revision 2' },
  ],
  [
    'Pods that did not come in time',
    { status: { ...base, phase: 'Degraded', ...condition('Progressing', 'False', 'ProgressDeadlineExceeded', 'timed out') } },
    { code: 'deadline', message: 'timed out' },
  ],
  [
    'a valid specification',
    { status: { ...base, phase: 'Degraded', ...condition('InvalidSpec', 'True', 'InvalidSpec', 'no') } },
    { code: 'invalid' },
  ],
  ['a restart', { spec: { restartAt: '2026-01-01T00:00:00Z' }, status: base }, { code: 'restart' }],
  ['an analysis', { spec: { strategy: { canary: { steps: [{ setWeight: 1 }, { analysis: {} }] } } }, status: base }, { code: 'analysis' }],
  ['the remaining steps of a full promotion', { status: { ...base, promoteFull: true } }, { code: 'full-promotion' }],
  ['the next step', { status: base }, { code: 'steps' }],
  ['old Pods', { status: { ...base, message: 'old replicas are pending termination' } }, { code: 'old-pods' }],
  ['nothing when it is healthy', { status: { ...base, phase: 'Healthy', message: '' } }, { code: 'nothing' }],
])('says that it waits for %s', (_, parts, waiting) => {
  const rollout = aRollout(parts);
  expect(waitingFor(rollout, rolloutInfo(rollout))).toEqual(waiting);
});

it("counts the canary's Pods that are not available yet", () => {
  const rollout = aRollout({ status: base });
  const replicaSets = [
    aReplicaSet('b', { revision: 2, image: 'v2', replicas: 3, available: 1 }),
    aReplicaSet('a', { revision: 1, image: 'v1', replicas: 5, available: 4 }),
  ];
  expect(waitingFor(rollout, rolloutInfo(rollout, { replicaSets }))).toEqual({ code: 'pods', available: 1, wanted: 3 });
});

it('knows start and end of a timed pause', () => {
  expect(runningPause(aRollout({ status: { ...paused, currentStepIndex: 3 } }))).toEqual({
    startMs: Date.parse('2026-01-01T00:00:00Z'),
    endMs: Date.parse('2026-01-01T00:00:10Z'),
  });
  expect(runningPause(aRollout({ status: paused }))).toBeUndefined();
});
