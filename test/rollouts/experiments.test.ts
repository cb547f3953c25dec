import { expect, it } from 'vitest';
import type { HttpFetch } from '../../src/embedded/controllers/rollouts/analysis/metric-provider.ts';
import { replicaSets, services } from '../../src/kube/resource-type.ts';
import { analysisRuns, analysisTemplates, type Metric } from '../../src/rollouts/analysis/analysis-run.ts';
import type { ExperimentStep } from '../../src/rollouts/rollout.ts';
import { type Experiment, experiments } from '../../src/rollouts/tree/experiment.ts';
import { demoSpec } from '../support/rollout-room.ts';
import { type Stage, setStage } from '../support/rollout-stage.ts';
import { inMemoryStage } from '../support/rollout-stages.ts';
import { CASES } from './cases.ts';

const web: Metric = {
  name: 'rate',
  successCondition: 'asFloat(result) > 0.9',
  failureCondition: 'asFloat(result) < 0.5',
  provider: { web: { url: 'http://check/{{args.hash}}', jsonPath: '{$.rate}' } },
};
const step = (over: Partial<ExperimentStep> = {}): ExperimentStep => ({
  templates: [
    { name: 'baseline', specRef: 'stable' },
    { name: 'canary', specRef: 'canary', replicas: 2 },
  ],
  ...over,
});
const required = [
  {
    name: 'check',
    templateName: 'check',
    requiredForCompletion: true,
    args: [{ name: 'hash', value: '{{templates.canary.podTemplateHash}}' }],
  },
];

async function open(experiment: ExperimentStep, value = { now: '1' }): Promise<Stage & { asked: string[] }> {
  const asked: string[] = [];
  const fetch: HttpFetch = (url) => {
    asked.push(url);
    return Promise.resolve({ status: 200, headers: {}, text: () => Promise.resolve(JSON.stringify({ rate: value.now })) });
  };
  const base = await inMemoryStage({ analysis: { fetch } });
  const demo = await setStage(base, {
    spec: demoSpec({ steps: [{ setWeight: 20 }, { experiment }, { setWeight: 40 }, { pause: {} }] }),
    objects: (stage) =>
      stage.api.create(analysisTemplates, {
        metadata: { namespace: stage.namespace, name: 'check' },
        spec: { args: [{ name: 'hash' }], metrics: [web] },
      }),
  });
  await demo.until('the first version', () => demo.status().phase === 'Healthy');
  await demo.advance(1000);
  return Object.assign(demo, { asked });
}
const only = (demo: Stage): Experiment => {
  const [first, ...more] = demo.all(experiments);
  expect(more).toEqual([]);
  return first!;
};
const setOf = (demo: Stage, name: string) =>
  demo.all(replicaSets).find(({ metadata }) => metadata.annotations?.['experiment.argoproj.io/template-name'] === name);

it(CASES.experimentStep, async () => {
  await using demo = await open(step({ duration: '60s' }));
  await demo.setImage('v2');
  await demo.until('the experiment', () => demo.all(experiments)[0]?.status?.phase === 'Running');
  const name = `demo-${demo.hash('v2')}-2-1`;
  expect(only(demo)).toMatchObject({
    metadata: { name, labels: { 'rollouts-pod-template-hash': demo.hash('v2') }, ownerReferences: [{ kind: 'Rollout', name: 'demo' }] },
  });
  expect([demo.status().canary?.currentExperiment, demo.status().currentStepIndex, demo.weight()]).toEqual([name, 1, '20']);
  expect(
    ['baseline', 'canary'].map((template) => [
      setOf(demo, template)?.spec.replicas,
      setOf(demo, template)?.spec.template?.spec?.containers[0]?.image,
    ]),
  ).toEqual([
    [1, 'demo:v1'],
    [2, 'demo:v2'],
  ]);
  expect(demo.newEvents()).toContain(`ExperimentCreated: Created Experiment '${name}'`);
  const from = demo.nowMs();
  await demo.pausedAt(3);
  expect(Math.round((demo.nowMs() - from) / 1000) >= 58).toBe(true);
  expect([only(demo).status?.phase, demo.status().canary?.currentExperiment, demo.weight()]).toEqual(['Successful', undefined, '40']);
  expect(setOf(demo, 'canary')?.spec.replicas).toBe(2);
  await demo.until('its Pods to go', () => setOf(demo, 'canary')?.spec.replicas === 0, 40_000);
  expect(demo.newEvents()).toContain('RolloutStepCompleted: Rollout step 2/4 completed (experiment)');
});

it(CASES.experimentAnalysis, async () => {
  await using demo = await open(step({ analyses: required }));
  await demo.setImage('v2');
  await demo.pausedAt(3);
  const { status, metadata } = only(demo);
  expect(status).toMatchObject({
    phase: 'Successful',
    analysisRuns: [{ name: 'check', analysisRun: `${metadata.name}-check`, phase: 'Successful' }],
  });
  expect(demo.asked).toEqual([`http://check/${status?.templateStatuses?.find(({ name }) => name === 'canary')?.podTemplateHash}`]);
});

it(CASES.experimentFails, async () => {
  await using demo = await open(step({ analyses: required }), { now: '0.1' });
  await demo.setImage('v2');
  await demo.until('the abort', () => demo.status().phase === 'Degraded');
  expect(only(demo).status?.phase).toBe('Failed');
  expect(demo.status().message).toBe(
    'RolloutAborted: Rollout aborted update to revision 2: Metric "rate" assessed Failed due to failed (1) > failureLimit (0)',
  );
  expect([demo.weight(), demo.selected('demo-canary')]).toEqual(['0', demo.hash('v1')]);
  await demo.patchStatus({ abort: false });
  await demo.until('another experiment', () => demo.all(experiments).length === 2);
  expect(demo.all(experiments).map(({ metadata }) => metadata.name)).toEqual([
    `demo-${demo.hash('v2')}-2-1`,
    `demo-${demo.hash('v2')}-2-1.1`,
  ]);
});

it(CASES.experimentInconclusive, async () => {
  await using demo = await open(step({ analyses: required }), { now: '0.7' });
  await demo.setImage('v2');
  await demo.until('the pause', () => demo.status().phase === 'Paused');
  expect([only(demo).status?.phase, demo.status().message]).toEqual(['Inconclusive', 'InconclusiveExperiment']);
});

it(CASES.experimentDeadline, async () => {
  await using demo = await open(step());
  await demo.create(experiments, {
    metadata: { namespace: demo.namespace, name: 'own' },
    spec: {
      progressDeadlineSeconds: 30,
      templates: [
        {
          name: 'a',
          selector: { matchLabels: { x: 'y' } },
          template: { metadata: { labels: { x: 'y' } }, spec: { containers: [{ name: 'c', image: 'bad' }] } },
        },
      ],
    },
  });
  await demo.until('the failure', () => only(demo).status?.phase === 'Failed');
  expect(only(demo).status).toMatchObject({
    message: "Template 'a' exceeded its progressDeadlineSeconds (30)",
    templateStatuses: [{ name: 'a', status: 'Failed', availableReplicas: 0 }],
  });
});

it(CASES.experimentInitial, async () => {
  await using demo = await open(step());
  expect([demo.all(experiments), demo.status().phase]).toEqual([[], 'Healthy']);
});

it(CASES.experimentAlone, async () => {
  await using demo = await open(step());
  await demo.create(experiments, {
    metadata: { namespace: demo.namespace, name: 'own' },
    spec: {
      duration: '20s',
      scaleDownDelaySeconds: 10,
      templates: [
        {
          name: 'a',
          replicas: 2,
          service: {},
          selector: { matchLabels: { x: 'y' } },
          template: {
            metadata: { labels: { x: 'y' } },
            spec: { containers: [{ name: 'c', image: 'web', ports: [{ containerPort: 80 }] }] },
          },
        },
      ],
    },
  });
  await demo.until('it to run', () => only(demo).status?.phase === 'Running');
  const set = setOf(demo, 'a')!;
  expect([set.metadata.name, demo.service('own-a')?.spec?.selector, only(demo).status?.templateStatuses?.[0]?.serviceName]).toEqual([
    'own-a',
    { x: 'y', 'rollouts-pod-template-hash': set.metadata.labels?.['rollouts-pod-template-hash'] },
    'own-a',
  ]);
  await demo.until('its end', () => only(demo).status?.phase === 'Successful');
  expect([setOf(demo, 'a')?.spec.replicas, demo.all(services).some(({ metadata }) => metadata.name === 'own-a')]).toEqual([2, false]);
  await demo.advance(10_000);
  expect(setOf(demo, 'a')?.spec.replicas).toBe(0);
});

it(CASES.experimentTerminate, async () => {
  await using demo = await open(step({ analyses: [{ name: 'check', templateName: 'check', args: [{ name: 'hash', value: 'x' }] }] }));
  await demo.setImage('v2');
  await demo.until('it to run', () => demo.all(experiments)[0]?.status?.phase === 'Running');
  await demo.api.patch(
    experiments,
    { namespace: demo.namespace, name: only(demo).metadata.name },
    { type: 'merge', body: { spec: { terminate: true } } },
  );
  await demo.pausedAt(3);
  expect([only(demo).status?.phase, demo.all(analysisRuns).every(({ status }) => status?.phase === 'Successful')]).toEqual([
    'Successful',
    true,
  ]);
});
