import { expect, it } from 'vitest';
import type { HttpFetch } from '../../src/embedded/controllers/rollouts/analysis/metric-provider.ts';
import { pods, services } from '../../src/kube/resource-type.ts';
import { type AnalysisRun, analysisRuns, analysisTemplates } from '../../src/rollouts/analysis/analysis-run.ts';
import type { BlueGreenStrategy, RolloutSpec } from '../../src/rollouts/rollout.ts';
import { demoSpec } from '../support/rollout-room.ts';
import { type Stage, setStage } from '../support/rollout-stage.ts';
import { inMemoryStage } from '../support/rollout-stages.ts';
import { CASES } from './cases.ts';

const DEADLINE = 'scale-down-deadline';
const spec = (blueGreen: Partial<BlueGreenStrategy> = {}, more: Partial<RolloutSpec> = {}): RolloutSpec =>
  demoSpec(
    {},
    {
      replicas: 3,
      strategy: { blueGreen: { activeService: 'active', previewService: 'preview', autoPromotionEnabled: false, ...blueGreen } },
      ...more,
    },
  );

async function open(
  blueGreen: Partial<BlueGreenStrategy> = {},
  options: { more?: Partial<RolloutSpec>; value?: { now: string } } = {},
): Promise<Stage> {
  const fetch: HttpFetch = () =>
    Promise.resolve({ status: 200, headers: {}, text: () => Promise.resolve(JSON.stringify({ rate: options.value?.now ?? '1' })) });
  const base = await inMemoryStage({ analysis: { fetch } });
  const demo = await setStage(base, {
    spec: spec(blueGreen, options.more),
    ingress: false,
    services: false,
    objects: async (stage) => {
      for (const name of ['active', 'preview'])
        await stage.api.create(services, {
          metadata: { namespace: stage.namespace, name },
          spec: { selector: { app: 'demo' }, ports: [{ port: 80 }] },
        });
      await stage.api.create(analysisTemplates, {
        metadata: { namespace: stage.namespace, name: 'check' },
        spec: {
          metrics: [
            { name: 'rate', successCondition: 'asFloat(result) > 0.9', provider: { web: { url: 'http://check/', jsonPath: '{$.rate}' } } },
          ],
        },
      });
    },
  });
  await demo.until('the first version', () => demo.status().phase === 'Healthy');
  await demo.advance(1000);
  demo.newEvents();
  return demo;
}
const paused = (demo: Stage): Promise<void> => demo.until('the pause', () => demo.status().phase === 'Paused');
const stable = (demo: Stage, image: string): Promise<void> =>
  demo.until(`${image} to be stable`, () => demo.status().stableRS === demo.hash(image) && demo.status().phase === 'Healthy');
const counts = ({ status }: Stage): unknown => {
  const { replicas, updatedReplicas, readyReplicas, availableReplicas, HPAReplicas } = status();
  return [replicas, updatedReplicas, readyReplicas, availableReplicas, HPAReplicas];
};
const runs = (demo: Stage): AnalysisRun[] => demo.all(analysisRuns);
const analysis = { templates: [{ templateName: 'check' }] };

it(CASES.blueGreen, async () => {
  await using demo = await open();
  const v1 = demo.hash('v1');
  expect([demo.selected('active'), demo.selected('preview'), demo.status().stableRS]).toEqual([v1, v1, v1]);
  await demo.setImage('v2');
  const v2 = demo.hash('v2');
  expect([demo.selected('active'), demo.selected('preview'), demo.available('v2')]).toEqual([v1, v2, 0]);
  await paused(demo);
  expect(demo.status()).toMatchObject({
    message: 'BlueGreenPause',
    controllerPause: true,
    pauseConditions: [{ reason: 'BlueGreenPause' }],
    blueGreen: { activeSelector: v1, previewSelector: v2 },
    selector: `app=demo,rollouts-pod-template-hash=${v1}`,
  });
  expect(counts(demo)).toEqual([6, 3, 3, 3, 3]);
  await demo.promote();
  await stable(demo, 'v2');
  expect([demo.selected('active'), demo.selected('preview'), demo.status().blueGreen]).toEqual([
    v2,
    v2,
    { activeSelector: v2, previewSelector: v2 },
  ]);
  expect([counts(demo), demo.sizes('v2', 'v1'), demo.condition('Healthy')]).toEqual([[6, 3, 3, 3, 3], '3/3', 'False/RolloutHealthy']);
  const leftMs = Date.parse(demo.replicaSet('v1')!.metadata.annotations![DEADLINE]!) - demo.nowMs();
  expect(leftMs > 28_000 && leftMs <= 30_000).toBe(true);
  await demo.until('the old Pods to go', () => demo.status().replicas === 3);
  expect([demo.sizes('v2', 'v1'), demo.condition('Healthy'), demo.replicaSet('v1')?.metadata.annotations?.[DEADLINE]]).toEqual([
    '3/0',
    'True/RolloutHealthy',
    undefined,
  ]);
  expect(demo.newEvents().map((text) => text.split(':')[0])).toEqual([
    'RolloutUpdated',
    'NewReplicaSetCreated',
    'RolloutNotCompleted',
    'ScalingReplicaSet',
    'SwitchService',
    'RolloutPaused',
    'SwitchService',
    'RolloutCompleted',
    'ScalingReplicaSet',
  ]);
});

it(CASES.blueGreenAuto, async () => {
  await using demo = await open({ autoPromotionEnabled: true });
  await demo.setImage('v2');
  expect(demo.selected('active')).toBe(demo.hash('v1'));
  await stable(demo, 'v2');
  expect([demo.selected('active'), demo.history.phases.some((phase) => phase.startsWith('Paused'))]).toEqual([demo.hash('v2'), false]);
});

it(CASES.blueGreenSeconds, async () => {
  await using demo = await open({ autoPromotionEnabled: true, autoPromotionSeconds: 20 });
  await demo.setImage('v2');
  await paused(demo);
  const from = demo.nowMs();
  await stable(demo, 'v2');
  expect(Math.round((demo.nowMs() - from) / 1000)).toBe(20);
});

it(CASES.blueGreenPreviewCount, async () => {
  await using demo = await open({ previewReplicaCount: 1 });
  await demo.setImage('v2');
  await paused(demo);
  expect(demo.sizes('v2', 'v1')).toBe('1/3');
  await demo.promote();
  expect([demo.sizes('v2', 'v1'), demo.selected('active'), demo.status().blueGreen?.scaleUpPreviewCheckPoint]).toEqual([
    '3/3',
    demo.hash('v1'),
    true,
  ]);
  await stable(demo, 'v2');
  expect([demo.selected('active'), demo.status().blueGreen?.scaleUpPreviewCheckPoint]).toEqual([demo.hash('v2'), undefined]);
});

it(CASES.blueGreenPrePromotion, async () => {
  const value = { now: '0.1' };
  await using demo = await open({ autoPromotionEnabled: true, prePromotionAnalysis: analysis }, { value });
  await demo.setImage('v2');
  await demo.until('the abort', () => demo.status().phase === 'Degraded');
  expect(runs(demo)[0]?.metadata).toMatchObject({ name: `demo-${demo.hash('v2')}-2-pre`, labels: { 'rollout-type': 'PrePromotion' } });
  expect(demo.status().message).toBe(
    'RolloutAborted: Rollout aborted update to revision 2: Blue/green pre-promotion analysis phase error/failed: Metric "rate" assessed Failed due to failed (1) > failureLimit (0)',
  );
  expect([demo.selected('active'), demo.sizes('v2', 'v1')]).toEqual([demo.hash('v1'), '3/3']);
  value.now = '1';
  await demo.setImage('v3');
  await stable(demo, 'v3');
  expect(demo.status().blueGreen?.prePromotionAnalysisRunStatus).toMatchObject({
    name: `demo-${demo.hash('v3')}-3-pre`,
    status: 'Successful',
  });
});

it(CASES.blueGreenPostPromotion, async () => {
  const value = { now: '0.1' };
  await using demo = await open({ autoPromotionEnabled: true, postPromotionAnalysis: analysis }, { value });
  const v1 = demo.hash('v1');
  const switches: (string | undefined)[] = [];
  demo.onChange(services, (service) => {
    const hash = service.spec?.selector?.['rollouts-pod-template-hash'];
    if (service.metadata.name === 'active' && switches.at(-1) !== hash) switches.push(hash);
  });
  await demo.setImage('v2');
  await demo.until('the abort', () => demo.status().phase === 'Degraded');
  expect(demo.status().message).toContain('Blue/green post-promotion analysis phase error/failed: Metric "rate" assessed Failed');
  expect([switches, demo.status().stableRS, demo.selected('active')]).toEqual([[v1, demo.hash('v2'), v1], v1, v1]);
  await demo.until('the new Pods to go', () => demo.replicaSet('v2')?.spec.replicas === 0);
  value.now = '1';
  await demo.setImage('v3');
  await stable(demo, 'v3');
  expect(runs(demo).map(({ metadata }) => metadata.name)).toContain(`demo-${demo.hash('v3')}-3-post`);
});

it(CASES.blueGreenAbort, async () => {
  await using demo = await open();
  await demo.setImage('v2');
  await paused(demo);
  await demo.patchStatus({ abort: true });
  expect([
    demo.status().phase,
    demo.selected('active'),
    demo.sizes('v2', 'v1'),
    demo.replicaSet('v2')?.metadata.annotations?.[DEADLINE] !== undefined,
  ]).toEqual(['Degraded', demo.hash('v1'), '3/3', true]);
  await demo.until('the preview to go', () => demo.replicaSet('v2')?.spec.replicas === 0);
  await demo.patchStatus({ abort: false });
  await paused(demo);
  expect([demo.status().message, demo.sizes('v2', 'v1'), demo.selected('active')]).toEqual(['BlueGreenPause', '3/3', demo.hash('v1')]);
  await demo.patchStatus({ abort: true });
  await demo.advance(2000);
  await demo.patchStatus({ abort: false });
  await demo.advance(5000);
  expect([demo.status().message, demo.selected('active')]).toEqual(['BlueGreenPause', demo.hash('v1')]);
});

it(CASES.blueGreenFastTrack, async () => {
  await using demo = await open();
  await demo.setImage('v2');
  await paused(demo);
  await demo.promote();
  await stable(demo, 'v2');
  const phases = demo.history.phases.length;
  await demo.setImage('v1');
  await stable(demo, 'v1');
  expect([
    demo.selected('active'),
    demo.history.phases.slice(phases).some((phase) => phase.startsWith('Paused')),
    demo.sizes('v2', 'v1'),
  ]).toEqual([demo.hash('v1'), false, '3/3']);
});

it(CASES.blueGreenRevisionLimit, async () => {
  await using demo = await open({ autoPromotionEnabled: true, scaleDownDelayRevisionLimit: 1, scaleDownDelaySeconds: 300 });
  for (const image of ['v2', 'v3']) {
    await demo.setImage(image);
    await stable(demo, image);
  }
  await demo.advance(2000);
  expect([demo.sizes('v3', 'v2'), demo.replicaSet('v1')?.spec.replicas]).toEqual(['3/3', 0]);
});

it(CASES.blueGreenFull, async () => {
  await using demo = await open({ previewReplicaCount: 1 });
  await demo.setImage('v2');
  await paused(demo);
  await demo.patchStatus({ promoteFull: true });
  await stable(demo, 'v2');
  expect([
    demo.selected('active'),
    demo.status().promoteFull,
    demo.newEvents().some((text) => text.endsWith('Full promotion requested')),
  ]).toEqual([demo.hash('v2'), undefined, true]);
});

it(CASES.blueGreenInvalid, async () => {
  const messageOf = async (blueGreen: Partial<BlueGreenStrategy>): Promise<string | undefined> => {
    await using demo = await setStage(await inMemoryStage(), { spec: spec(blueGreen), services: false, ingress: false });
    return demo.status().message;
  };
  expect(await messageOf({ previewService: 'active' })).toContain(
    'This rollout uses the same service for the active and preview services, but two different services are required.',
  );
  expect(await messageOf({})).toBe(
    'InvalidSpec: The Rollout "demo" is invalid: spec.strategy.blueGreen.activeService: Invalid value: "active": service "active" not found',
  );
  expect(await messageOf({ antiAffinity: {} })).toContain('"antiAffinity" is not modelled');
});

it(CASES.blueGreenMetadata, async () => {
  await using demo = await open({ previewMetadata: { labels: { role: 'preview' } }, activeMetadata: { labels: { role: 'active' } } });
  const roles = (image: string): (string | undefined)[] => [
    ...new Set(
      demo
        .all(pods)
        .filter((pod) => pod.spec.containers[0]?.image === `demo:${image}`)
        .map(({ metadata }) => metadata.labels?.['role']),
    ),
  ];
  await demo.setImage('v2');
  await paused(demo);
  expect([roles('v1'), roles('v2')]).toEqual([['active'], ['preview']]);
  await demo.promote();
  await stable(demo, 'v2');
  await demo.advance(1000);
  expect(roles('v2')).toEqual(['active']);
});

it(CASES.blueGreenScale, async () => {
  await using demo = await open();
  await demo.setImage('v2');
  await paused(demo);
  await demo.patch({ spec: { replicas: 5 } });
  await demo.until('both to be scaled', () => demo.sizes('v2', 'v1') === '5/5');
  await demo.advance(5000);
  expect([demo.status().message, demo.selected('active')]).toEqual(['BlueGreenPause', demo.hash('v1')]);
});
