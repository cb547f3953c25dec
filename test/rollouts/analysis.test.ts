import { expect, it } from 'vitest';
import type { HttpFetch } from '../../src/embedded/controllers/rollouts/analysis/metric-provider.ts';
import { type AnalysisRun, analysisRuns, analysisTemplates, type Metric } from '../../src/rollouts/analysis/analysis-run.ts';
import type { CanaryStrategy, RolloutSpec } from '../../src/rollouts/rollout.ts';
import { demoSpec } from '../support/rollout-room.ts';
import { type Stage, setStage } from '../support/rollout-stage.ts';
import { inMemoryStage } from '../support/rollout-stages.ts';
import { CASES } from './cases.ts';

const metric = (over: Partial<Metric> = {}): Metric => ({
  name: 'success-rate',
  successCondition: 'result[0] >= 0.95',
  provider: { prometheus: { address: 'http://prometheus:9090', query: 'rate' } },
  ...over,
});
const analysis = { templates: [{ templateName: 'check' }] };

/** A stage with a Prometheus that answers what `value` holds, and the template `check`. */
async function open(
  canary: Partial<CanaryStrategy>,
  metrics: Metric[],
  value: { now: string },
  spec: Partial<RolloutSpec> = {},
): Promise<Stage> {
  const fetch: HttpFetch = () =>
    Promise.resolve({
      status: 200,
      headers: {},
      text: () =>
        Promise.resolve(
          JSON.stringify({ status: 'success', data: { resultType: 'vector', result: [{ metric: {}, value: [0, value.now] }] } }),
        ),
    });
  const base = await inMemoryStage({ analysis: { fetch } });
  const demo = await setStage(base, {
    spec: demoSpec(canary, spec),
    objects: (stage) => stage.api.create(analysisTemplates, { metadata: { namespace: stage.namespace, name: 'check' }, spec: { metrics } }),
  });
  await demo.until('the first version', () => demo.status().phase === 'Healthy');
  await demo.advance(1000);
  return demo;
}
const runs = (demo: Stage): AnalysisRun[] => demo.all(analysisRuns);

it(CASES.stepAnalysis, async () => {
  const value = { now: '0.5' };
  await using demo = await open({ steps: [{ setWeight: 20 }, { analysis }, { setWeight: 40 }, { pause: {} }] }, [metric()], value);
  await demo.setImage('v2');
  await demo.until('the abort', () => demo.status().phase === 'Degraded');
  const name = `demo-${demo.hash('v2')}-2-1`;
  expect(demo.status().message).toBe(
    'RolloutAborted: Rollout aborted update to revision 2: Step-based analysis phase error/failed: Metric "success-rate" assessed Failed due to failed (1) > failureLimit (0)',
  );
  expect([demo.weight(), demo.selected('demo-canary'), demo.sizes('v2', 'v1')]).toEqual(['0', demo.hash('v1'), '1/5']);
  expect(runs(demo)[0]).toMatchObject({
    metadata: { name, labels: { 'rollout-type': 'Step', 'step-index': '1', 'rollouts-pod-template-hash': demo.hash('v2') } },
    status: { phase: 'Failed' },
  });
  expect(demo.newEvents()).toContain(`AnalysisRunFailed: Step Analysis Run '${name}' Status New: 'Failed' Previous: 'NoPreviousStatus'`);
  value.now = '0.99';
  await demo.patchStatus({ abort: false });
  await demo.pausedAt(3);
  expect([runs(demo).map(({ metadata }) => metadata.name), demo.weight()]).toEqual([[name, `${name}.1`], '40']);
  expect(demo.newEvents()).toContain('RolloutStepCompleted: Rollout step 2/4 completed (analysis)');
});

it(CASES.inconclusiveAnalysis, async () => {
  await using demo = await open(
    { steps: [{ setWeight: 20 }, { analysis }, { setWeight: 40 }, { pause: {} }] },
    [metric({ failureCondition: 'result[0] < 0.5' })],
    { now: '0.7' },
  );
  await demo.setImage('v2');
  await demo.until('the pause', () => demo.status().message === 'InconclusiveAnalysisRun');
  await demo.patch({ spec: { replicas: 10 } });
  await demo.advance(5000);
  expect([demo.status().phase, demo.sizes('v2', 'v1')]).toEqual(['Paused', '1/5']);
  await demo.patch({ spec: { replicas: 5 } });
  await demo.patchStatus({ pauseConditions: null, controllerPause: false, currentStepIndex: 2 });
  await demo.pausedAt(3);
  expect(demo.weight()).toBe('40');
});

it(CASES.backgroundAnalysis, async () => {
  const value = { now: '1' };
  const background = { analysis: { ...analysis, startingStep: 2 } };
  await using demo = await open(background, [metric({ interval: '20s' })], value);
  await demo.setImage('v2');
  await demo.pausedAt(1);
  expect(runs(demo)).toEqual([]);
  await demo.promote();
  await demo.pausedAt(3);
  expect(runs(demo)[0]?.metadata).toMatchObject({ name: `demo-${demo.hash('v2')}-2`, labels: { 'rollout-type': 'Background' } });
  await demo.until('the end', () => demo.status().phase === 'Healthy' && demo.status().stableRS === demo.hash('v2'));
  await demo.settled();
  expect(runs(demo)[0]).toMatchObject({ spec: { terminate: true }, status: { phase: 'Successful', message: 'Run Terminated' } });
  await using failing = await open({ analysis, steps: [{ setWeight: 20 }, { pause: {} }] }, [metric({ interval: '20s' })], value);
  await failing.setImage('v2');
  await failing.pausedAt(1);
  value.now = '0.1';
  await failing.until('the abort', () => failing.status().phase === 'Degraded');
  expect(failing.status().message).toContain(
    'Rollout aborted update to revision 2: Background analysis phase error/failed: Metric "success-rate" assessed Failed',
  );
});

it(CASES.analysisTemplateMissing, async () => {
  await using demo = await setStage(await inMemoryStage(), {
    spec: demoSpec({ steps: [{ setWeight: 20 }, { analysis: { templates: [{ templateName: 'x' }] } }] }),
  });
  expect(demo.status().message).toBe(
    'InvalidSpec: The Rollout "demo" is invalid: spec.strategy.canary.steps[1].analysis.templates: Invalid value: "x": AnalysisTemplate \'x\' not found',
  );
});

it(CASES.rollbackWindow, async () => {
  const value = { now: '1' };
  await using demo = await open({ analysis, steps: [{ setWeight: 20 }, { pause: {} }] }, [metric({ interval: '20s' })], value, {
    rollbackWindow: { revisions: 2 },
  });
  for (const image of ['v2', 'v3', 'v4']) {
    await demo.setImage(image);
    await demo.patchStatus({ promoteFull: true });
    await demo.until(`${image} to be stable`, () => demo.status().stableRS === demo.hash(image) && demo.status().phase === 'Healthy');
    await demo.advance(2000);
  }
  const made = runs(demo).length;
  await demo.setImage('v3');
  await demo.until('the way back', () => demo.status().stableRS === demo.hash('v3'));
  expect([
    runs(demo).length,
    demo.newEvents().some((text) => text.endsWith('Rollback within window')),
    demo.history.phases.includes('Paused - CanaryPauseStep'),
  ]).toEqual([made, true, false]);
  await demo.setImage('v4');
  await demo.pausedAt(1);
  expect(runs(demo).length).toBe(made + 1);
});

it('a range query asks for its window and looks at every sample', async () => {
  const asked: string[] = [];
  const fetch: HttpFetch = (url, init) => {
    const form = new URLSearchParams(init?.body);
    asked.push(`${new URL(url).pathname} ${Number(form.get('end')) - Number(form.get('start'))} ${form.get('step')}`);
    return Promise.resolve({
      status: 200,
      headers: {},
      text: () =>
        Promise.resolve(
          JSON.stringify({
            status: 'success',
            data: {
              resultType: 'matrix',
              result: [
                {
                  metric: {},
                  values: [
                    [0, '1'],
                    [1, '0.97'],
                  ],
                },
              ],
            },
          }),
        ),
    });
  };
  const base = await inMemoryStage({ analysis: { fetch } });
  const metrics = [
    metric({
      successCondition: 'all(result, # > 0.95)',
      provider: {
        prometheus: {
          address: 'http://prometheus:9090',
          query: 'rate',
          rangeQuery: { start: 'now() - duration("5m")', end: 'now()', step: '1m' },
        },
      },
    }),
  ];
  await using demo = await setStage(base, {
    spec: demoSpec({ steps: [{ analysis }, { pause: {} }] }),
    objects: (stage) => stage.api.create(analysisTemplates, { metadata: { namespace: stage.namespace, name: 'check' }, spec: { metrics } }),
  });
  await demo.until('the first version', () => demo.status().phase === 'Healthy');
  await demo.setImage('v2');
  await demo.pausedAt(1);
  expect([asked, runs(demo)[0]?.status?.metricResults?.[0]?.measurements?.[0]?.value]).toEqual([
    ['/api/v1/query_range 300 60'],
    '[1,0.97]',
  ]);
});
