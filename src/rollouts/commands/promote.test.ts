import { expect, it } from 'vitest';
import { createFakeKubeApi, type FakeKubeApi } from '../../../test/support/fake-kube-api.ts';
import { aRollout } from '../../../test/support/rollout-objects.ts';
import { hostClock } from '../../base/clock.ts';
import { seededRandom } from '../../base/random.ts';
import { isStatus, statusError } from '../../kube/status-error.ts';
import { type RolloutSpec, type RolloutStatus, rollouts } from '../rollout.ts';
import { promotePatches, promoteRollout } from './promote.ts';
import { promoteFullRollout } from './promote-full.ts';

const KEY = { namespace: 'lab', name: 'demo' };
const paused: RolloutStatus = {
  currentStepIndex: 1,
  currentPodHash: 'b',
  stableRS: 'a',
  controllerPause: true,
  pauseConditions: [{ reason: 'CanaryPauseStep', startTime: '2026-01-01T00:00:00Z' }],
};
const moving: RolloutStatus = { currentStepIndex: 2, currentPodHash: 'b', stableRS: 'a' };
const done: RolloutStatus = { currentStepIndex: 8, currentPodHash: 'b', stableRS: 'b' };

it.each<
  [string, { spec?: Partial<RolloutSpec>; status: RolloutStatus }, Parameters<typeof promotePatches>[1], ReturnType<typeof promotePatches>]
>([
  ['ends a pause', { status: paused }, {}, { status: { pauseConditions: null } }],
  ['skips the running step when nothing is paused', { status: moving }, {}, { status: { pauseConditions: null, currentStepIndex: 3 } }],
  ['does not count beyond the last step', { status: done }, {}, { status: { pauseConditions: null, currentStepIndex: 8 } }],
  [
    'passes an inconclusive analysis',
    { status: { ...paused, canary: { currentStepAnalysisRunStatus: { name: 'r', status: 'Inconclusive' } } } },
    {},
    { status: { pauseConditions: null, controllerPause: false, currentStepIndex: 2 } },
  ],
  [
    'unpauses by hand and skips a step at once',
    { spec: { paused: true }, status: moving },
    {},
    { spec: { paused: false }, status: { pauseConditions: null, currentStepIndex: 3 } },
  ],
  [
    'sends nothing to a paused rollout without steps but the unpause',
    { spec: { paused: true, strategy: { canary: {} } }, status: {} },
    {},
    { spec: { paused: false } },
  ],
  ['promotes in full', { status: paused }, { full: true }, { status: { promoteFull: true } }],
  [
    'promotes in full and unpauses',
    { spec: { paused: true }, status: moving },
    { full: true },
    { spec: { paused: false }, status: { promoteFull: true } },
  ],
  ['does not promote in full what is stable already', { status: done }, { full: true }, {}],
  ['skips one step with the deprecated flag', { status: paused }, { skipCurrentStep: true }, { status: { currentStepIndex: 2 } }],
  ['skips all steps with the deprecated flag', { status: paused }, { skipAllSteps: true }, { status: { currentStepIndex: 8 } }],
])('%s', (_, parts, options, patches) => {
  expect(JSON.parse(JSON.stringify(promotePatches(aRollout(parts), options)))).toEqual(patches);
});

it.each([
  [
    'both deprecated flags together',
    aRollout(),
    { skipCurrentStep: true, skipAllSteps: true },
    'Cannot use skip-current-step and skip-all-steps flags at the same time',
  ],
  [
    'skipping in a blue-green rollout',
    aRollout({ spec: { strategy: { blueGreen: { activeService: 'x' } } } }),
    { skipCurrentStep: true },
    'Cannot skip steps of a bluegreen rollout. Run without a flags',
  ],
  [
    'skipping where there are no steps',
    aRollout({ spec: { strategy: { canary: {} } } }),
    { skipAllSteps: true },
    'Cannot skip steps of a rollout without steps',
  ],
])('refuses %s', (_, rollout, options, message) => {
  expect(() => promotePatches(rollout, options)).toThrow(message);
});

function clusterWith(parts: Parameters<typeof aRollout>[0]): FakeKubeApi {
  const api = createFakeKubeApi({ clock: hostClock, random: seededRandom(1) });
  api.seed(rollouts, aRollout(parts));
  return api;
}

it('writes the end of a pause through the status subresource', async () => {
  const api = clusterWith({ status: paused });
  const after = await promoteRollout(api, KEY);
  expect(api.writes).toEqual(['patch rollouts/status lab/demo']);
  expect(after.status?.pauseConditions).toBeUndefined();
  expect(after.status?.currentStepIndex).toBe(1);
});

it('writes a full promotion to the status and the unpause to the spec', async () => {
  const api = clusterWith({ spec: { paused: true }, status: moving });
  const after = await promoteFullRollout(api, KEY);
  expect(api.writes).toEqual(['patch rollouts/status lab/demo', 'patch rollouts lab/demo']);
  expect(after.status?.promoteFull).toBe(true);
  expect(after.spec.paused).toBe(false);
});

it('sends one combined patch to an installation without the status subresource', async () => {
  const api = clusterWith({ spec: { paused: true }, status: paused });
  api.failNext(
    (write) => write.startsWith('patch rollouts/status'),
    statusError('NotFound', 'the server could not find the requested resource'),
  );
  await promoteRollout(api, KEY);
  expect(api.writes).toEqual(['patch rollouts lab/demo']);
  expect((await api.get(rollouts, KEY))!.spec.paused).toBe(false);
});

it("rejects with the server's text when the rollout is absent", async () => {
  const api = createFakeKubeApi({ clock: hostClock, random: seededRandom(1) });
  const error = await promoteRollout(api, KEY).catch((reason: unknown) => reason);
  expect(isStatus(error, 'NotFound')).toBe(true);
  expect(String(error)).toContain('rollouts.argoproj.io "demo" not found');
});
