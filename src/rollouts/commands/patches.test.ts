import { expect, it } from 'vitest';
import { createFakeKubeApi } from '../../../test/support/fake-kube-api.ts';
import { aRollout } from '../../../test/support/rollout-objects.ts';
import { hostClock } from '../../base/clock.ts';
import { seededRandom } from '../../base/random.ts';
import type { KubeApi } from '../../kube/kube-api.ts';
import { analysisRuns } from '../analysis/analysis-run.ts';
import { rollouts } from '../rollout.ts';
import { experiments } from '../tree/experiment.ts';
import { abortRollout } from './abort.ts';
import { pauseRollout } from './pause.ts';
import { restartRollout } from './restart.ts';
import { retryExperiment, retryRollout } from './retry.ts';
import { terminateAnalysisRun, terminateExperiment } from './terminate.ts';

const KEY = { namespace: 'lab', name: 'demo' };
const metadata = { name: 'demo', namespace: 'lab' };

it.each<[string, (api: KubeApi) => Promise<unknown>, string, object]>([
  ['abort sets status.abort', (api) => abortRollout(api, KEY), 'patch rollouts/status lab/demo', { status: { abort: true } }],
  ['retry takes status.abort back', (api) => retryRollout(api, KEY), 'patch rollouts/status lab/demo', { status: { abort: false } }],
  ['pause sets spec.paused', (api) => pauseRollout(api, KEY), 'patch rollouts lab/demo', { spec: { paused: true } }],
  [
    'restart writes the time in whole seconds',
    (api) => restartRollout(api, KEY, { atMs: Date.parse('2026-01-01T00:00:01.900Z') }),
    'patch rollouts lab/demo',
    { spec: { restartAt: '2026-01-01T00:00:01Z' } },
  ],
  ['terminate ends an analysis run', (api) => terminateAnalysisRun(api, KEY), 'patch analysisruns lab/demo', { spec: { terminate: true } }],
  ['terminate ends an experiment', (api) => terminateExperiment(api, KEY), 'patch experiments lab/demo', { spec: { terminate: true } }],
])('%s', async (_, run, write, outcome) => {
  const api = createFakeKubeApi({ clock: hostClock, random: seededRandom(1) });
  api.seed(rollouts, aRollout({ status: { abort: true } }));
  api.seed(analysisRuns, { metadata, spec: { metrics: [] } });
  api.seed(experiments, { metadata, spec: {} });
  expect(await run(api)).toMatchObject(outcome);
  expect(api.writes).toEqual([write]);
});

it('retry forgets the status of an experiment', async () => {
  const api = createFakeKubeApi({ clock: hostClock, random: seededRandom(1) });
  api.seed(experiments, { metadata, spec: {}, status: { phase: 'Failed' } });
  await retryExperiment(api, KEY);
  expect(api.writes).toEqual(['patch experiments lab/demo']);
});

it('abort of an absent rollout fails with the text of the server', async () => {
  const api = createFakeKubeApi({ clock: hostClock, random: seededRandom(1) });
  await expect(abortRollout(api, KEY)).rejects.toThrow('rollouts.argoproj.io "demo" not found');
});
