import { expect, it } from 'vitest';
import type { HttpFetch } from '../../src/embedded/controllers/rollouts/analysis/metric-provider.ts';
import { analysisRuns, analysisTemplates } from '../../src/rollouts/analysis/analysis-run.ts';
import type { RolloutSpec } from '../../src/rollouts/rollout.ts';
import { experiments } from '../../src/rollouts/tree/experiment.ts';
import { expectAlignedGolden } from '../support/aligned-golden.ts';
import { demoSpec } from '../support/rollout-room.ts';
import { type Stage, setStage } from '../support/rollout-stage.ts';
import { inMemoryStage } from '../support/rollout-stages.ts';
import { runPluginOn } from '../support/stage-plugin.ts';

const bad: RolloutSpec['template'] = { metadata: { labels: { app: 'demo' } }, spec: { containers: [{ name: 'demo', image: 'demo:bad' }] } };
const blueGreen: RolloutSpec['strategy'] = {
  blueGreen: { activeService: 'demo-stable', previewService: 'demo-canary', autoPromotionEnabled: false },
};
const analysis = { templates: [{ templateName: 'check' }] };

/** A stage whose metrics are what `rate` says. */
async function open(spec: RolloutSpec, rate = '1'): Promise<Stage> {
  const fetch: HttpFetch = () => Promise.resolve({ status: 200, headers: {}, text: () => Promise.resolve(JSON.stringify({ rate })) });
  const metrics = [
    {
      name: 'rate',
      interval: '20s',
      count: 3,
      successCondition: 'asFloat(result) > 0.9',
      provider: { web: { url: 'http://check/', jsonPath: '{$.rate}' } },
    },
  ];
  return setStage(await inMemoryStage({ analysis: { fetch } }), {
    spec,
    objects: (stage) =>
      stage.api.create(analysisTemplates, {
        metadata: { namespace: stage.namespace, name: 'check' },
        spec: { args: [{ name: 'hash', value: 'none' }], metrics },
      }),
  });
}
const healthy = async (demo: Stage): Promise<void> => {
  await demo.healthy();
  await demo.advance(1000);
};
const at20 = async (demo: Stage): Promise<void> => {
  await healthy(demo);
  await demo.setImage('v2');
  await demo.pausedAt(1);
};

const PHASES: [name: string, spec: RolloutSpec, rate: string, play: (demo: Stage) => Promise<unknown>][] = [
  ['first-deploy', demoSpec(), '1', async () => {}],
  ['healthy', demoSpec(), '1', healthy],
  [
    'progressing',
    demoSpec(),
    '1',
    async (demo) => {
      await healthy(demo);
      await demo.setImage('v2');
    },
  ],
  ['paused', demoSpec(), '1', at20],
  [
    'manually-paused',
    demoSpec(),
    '1',
    async (demo) => {
      await at20(demo);
      await demo.patch({ spec: { paused: true } });
    },
  ],
  [
    'aborted',
    demoSpec(),
    '1',
    async (demo) => {
      await at20(demo);
      await demo.patchStatus({ abort: true });
      await demo.advance(1000);
    },
  ],
  [
    'aborted-scaled-down',
    demoSpec(),
    '1',
    async (demo) => {
      await at20(demo);
      await demo.patchStatus({ abort: true });
      await demo.advance(35_000);
    },
  ],
  [
    'promoted-in-delay',
    demoSpec(),
    '1',
    async (demo) => {
      await at20(demo);
      await demo.patchStatus({ promoteFull: true });
      await demo.healthy();
      await demo.advance(3000);
    },
  ],
  ['never-ready', demoSpec({}, { template: bad }), '1', (demo) => demo.advance(620_000)],
  ['invalid', demoSpec({ stableService: 'demo-canary' }), '1', async () => {}],
  [
    'analysis-running',
    demoSpec({ steps: [{ setWeight: 20 }, { analysis }] }),
    '1',
    async (demo) => {
      await healthy(demo);
      await demo.setImage('v2');
      await demo.advance(5000);
    },
  ],
  [
    'analysis-failed',
    demoSpec({ steps: [{ setWeight: 20 }, { analysis }] }),
    '0',
    async (demo) => {
      await healthy(demo);
      await demo.setImage('v2');
      await demo.advance(5000);
    },
  ],
  [
    'experiment',
    demoSpec({
      steps: [
        { setWeight: 20 },
        {
          experiment: {
            duration: '1h',
            templates: [{ name: 'baseline', specRef: 'stable' }],
            analyses: [{ name: 'rate', templateName: 'check' }],
          },
        },
      ],
    }),
    '1',
    async (demo) => {
      await healthy(demo);
      await demo.setImage('v2');
      await demo.advance(10_000);
    },
  ],
  [
    'blue-green-paused',
    demoSpec({}, { replicas: 2, strategy: blueGreen }),
    '1',
    async (demo) => {
      await healthy(demo);
      await demo.setImage('v2');
      await demo.until('the pause', () => demo.status().phase === 'Paused');
    },
  ],
  [
    'blue-green-promoted',
    demoSpec({}, { replicas: 2, strategy: blueGreen }),
    '1',
    async (demo) => {
      await healthy(demo);
      await demo.setImage('v2');
      await demo.until('the pause', () => demo.status().phase === 'Paused');
      await demo.promote();
      await demo.advance(5000);
    },
  ],
];

it.each(PHASES)('get rollout shows %s as it always did', async (name, spec, rate, play) => {
  await using demo = await open(spec, rate);
  await play(demo);
  await demo.settled();
  const { code, stdout, stderr } = await runPluginOn(demo, 'get rollout demo --no-color');
  expect([code, stderr]).toEqual([0, '']);
  await expectAlignedGolden(name, stdout);
});

it.each<[string, number, (demo: Stage) => Promise<unknown>]>([
  ['Healthy\n', 0, healthy],
  ['Paused - CanaryPauseStep\n', 0, at20],
  [
    'Degraded\n',
    1,
    async (demo) => {
      await at20(demo);
      await demo.patchStatus({ abort: true });
    },
  ],
])('status without a watch prints %j and exits with %d', async (stdout, code, play) => {
  await using demo = await open(demoSpec());
  await play(demo);
  await demo.settled();
  const result = await runPluginOn(demo, 'status demo --watch=false');
  expect([result.stdout, result.code]).toEqual([stdout, code]);
});

it('experiments are listed and shown with their Pods and analyses', async () => {
  await using demo = await open(PHASES.find(([name]) => name === 'experiment')![1]);
  expect(await runPluginOn(demo, 'list experiments')).toEqual({ code: 0, stdout: '', stderr: 'No resources found.\n' });
  await healthy(demo);
  await demo.setImage('v2');
  await demo.advance(10_000);
  const [experiment] = demo.all(experiments);
  await expectAlignedGolden('experiment-list', (await runPluginOn(demo, 'list experiments')).stdout);
  await expectAlignedGolden('experiment-shown', (await runPluginOn(demo, `get experiment ${experiment!.metadata.name} --no-color`)).stdout);
  expect(await runPluginOn(demo, 'get experiment nope')).toMatchObject({
    code: 1,
    stderr: 'Error: experiment.argoproj.io "nope" not found\n',
  });
});

it('an analysis is started from a template of the cluster or of a file, with arguments', async () => {
  await using demo = await open(demoSpec());
  expect(await runPluginOn(demo, 'create analysisrun --from check --name own -a hash=abc')).toEqual({
    code: 0,
    stdout: 'analysisrun.argoproj.io/own created\n',
    stderr: '',
  });
  expect(demo.all(analysisRuns)[0]).toMatchObject({
    metadata: { name: 'own' },
    spec: { args: [{ name: 'hash', value: 'abc' }], metrics: [{ name: 'rate' }] },
  });
  const file =
    'apiVersion: argoproj.io/v1alpha1\nkind: AnalysisTemplate\nmetadata: {name: filed}\nspec: {args: [{name: x}], metrics: [{name: m, provider: {web: {url: "http://check/"}}}]}\n';
  expect(await runPluginOn(demo, 'create ar --from-file t.yaml', { 't.yaml': file })).toMatchObject({
    code: 1,
    stderr: 'Error: args.x was not resolved\n',
  });
  expect((await runPluginOn(demo, 'create ar --from-file t.yaml -a x=1', { 't.yaml': file })).stdout).toMatch(
    /^analysisrun\.argoproj\.io\/filed-\w{5} created\n$/,
  );
  expect(await runPluginOn(demo, 'create ar --from nope')).toMatchObject({
    code: 1,
    stderr: 'Error: analysistemplates.argoproj.io "nope" not found\n',
  });
  expect(await runPluginOn(demo, 'create ar')).toMatchObject({
    code: 1,
    stderr: 'Error: one of --from or --from-file must be specified\n',
  });
});
