import { describe, expect, it } from 'vitest';
import type { Pod } from '../../src/kube/generated/types.ts';
import { ingresses, pods, replicaSets, services } from '../../src/kube/resource-type.ts';
import type { RolloutStatus } from '../../src/rollouts/rollout.ts';
import { rollouts } from '../../src/rollouts/rollout.ts';
import { type RolloutInfo, rolloutInfo } from '../../src/rollouts/tree/rollout-info.ts';
import type { PodFate } from '../support/controller-room.ts';
import { demoIngress, demoSpec } from '../support/rollout-room.ts';
import { CANARY_INGRESS, inNamespace, type Stage, type StageSeeds, setStage } from '../support/rollout-stage.ts';
import { inMemoryStage, type StageOptions } from '../support/rollout-stages.ts';
import { runPluginOn, startPluginOn } from '../support/stage-plugin.ts';
import { CASES } from './cases.ts';

const DEADLINE = 'scale-down-deadline';
const open = async (seeds: StageSeeds = {}, options: StageOptions = {}): Promise<Stage> => setStage(await inMemoryStage(options), seeds);
async function healthy(seeds: StageSeeds = {}, options: StageOptions = {}): Promise<Stage> {
  const demo = await open(seeds, options);
  await demo.until('the first version', () => demo.status().phase === 'Healthy');
  await demo.advance(1000);
  return demo;
}
async function promotedTo(demo: Stage, image: string): Promise<void> {
  await demo.setImage(image);
  await demo.patchStatus({ promoteFull: true });
  await demo.until(`${image} to be stable`, () => demo.status().stableRS === demo.hash(image) && demo.status().phase === 'Healthy');
}

it(CASES.undoErrors, async () => {
  await using demo = await healthy();
  await promotedTo(demo, 'v2');
  expect(await runPluginOn(demo, 'undo demo --to-revision 9')).toEqual({
    code: 1,
    stdout: '',
    stderr: 'Error: unable to find specified revision 9 in history\n',
  });
  expect(await runPluginOn(demo, 'undo demo --to-revision 2')).toEqual({
    code: 0,
    stdout: 'skipped rollback (current template already matches revision 2)',
    stderr: '',
  });
  expect(await runPluginOn(demo, 'undo demo')).toEqual({ code: 0, stdout: "rollout 'demo' undo\n", stderr: '' });
  expect(demo.status().currentPodHash).toBe(demo.hash('v1'));
});

it(CASES.promoteWhileProgressing, async () => {
  let canaries = 0;
  const uids = new Set<string>();
  const fate = (pod: Pod): PodFate => {
    if (pod.spec.containers[0]?.image !== 'demo:v2') return 'ready';
    if (!uids.has(pod.metadata.uid) && canaries < 1) {
      uids.add(pod.metadata.uid);
      canaries += 1;
    }
    return uids.has(pod.metadata.uid) ? 'ready' : 'running';
  };
  await using demo = await healthy({}, { fate });
  await demo.setImage('v2');
  await demo.pausedAt(1);
  await demo.promote();
  await demo.advance(5000);
  expect([demo.sizes('v2', 'v1'), demo.weight(), demo.status().currentStepIndex, demo.available('v2')]).toEqual(['2/5', '20', 2, 1]);
  expect((await runPluginOn(demo, 'promote demo')).stdout).toBe("rollout 'demo' promoted\n");
  expect([demo.weight(), demo.status().currentStepIndex, demo.status().phase]).toEqual(['40', 3, 'Paused']);
});

it(CASES.setCanaryScale, async () => {
  await using demo = await healthy({
    spec: demoSpec(
      {
        steps: [
          { pause: {} },
          { setCanaryScale: { weight: 25 } },
          { pause: { duration: 100 } },
          { setWeight: 50 },
          { pause: { duration: 10 } },
          { setCanaryScale: { replicas: 3 } },
          { pause: {} },
          { setCanaryScale: { matchTrafficWeight: true } },
          { pause: { duration: 5 } },
        ],
      },
      { replicas: 4 },
    ),
  });
  await demo.setImage('v2');
  const seen: string[] = [];
  const look = async (index: number): Promise<void> => {
    await demo.pausedAt(index);
    seen.push(`${index}: ${demo.sizes('v2', 'v1')} at ${demo.weight()}`);
  };
  await look(0);
  await demo.promote();
  for (const index of [2, 4, 6]) await look(index);
  await demo.promote();
  await look(8);
  expect(seen).toEqual(['0: 0/4 at 0', '2: 1/4 at 0', '4: 1/4 at 50', '6: 3/4 at 50', '8: 2/4 at 50']);
});

it(CASES.decreasingWeight, async () => {
  await using demo = await healthy({ spec: demoSpec({ steps: [{ setWeight: 60 }, { pause: {} }, { setWeight: 20 }, { pause: {} }] }) });
  await demo.setImage('v2');
  await demo.pausedAt(1);
  expect([demo.sizes('v2', 'v1'), demo.weight()]).toEqual(['3/5', '60']);
  const order: string[] = [];
  demo.onChange(replicaSets, (rs) => {
    if (rs.metadata.name.endsWith(demo.hash('v2')) && rs.spec.replicas === 1 && order.length === 0) order.push(`1 Pod at ${demo.weight()}`);
  });
  await demo.promote();
  await demo.pausedAt(3);
  expect([order, demo.sizes('v2', 'v1'), demo.weight()]).toEqual([['1 Pod at 60'], '1/5', '20']);
});

it(CASES.abortDelays, async () => {
  await using short = await healthy({ spec: demoSpec({ abortScaleDownDelaySeconds: 1 }) });
  await short.setImage('v2');
  await short.pausedAt(1);
  await short.patchStatus({ abort: true });
  expect(short.sizes('v2', 'v1')).toBe('1/5');
  await short.advance(1500);
  expect(short.sizes('v2', 'v1')).toBe('0/5');
  await using never = await healthy({
    spec: demoSpec({ abortScaleDownDelaySeconds: 0, steps: [{ setCanaryScale: { replicas: 1 } }, { setWeight: 40 }, { pause: {} }] }),
  });
  await never.setImage('v2');
  await never.pausedAt(2);
  await never.patchStatus({ abort: true });
  await never.advance(60_000);
  expect([never.sizes('v2', 'v1'), never.weight(), never.replicaSet('v2')?.metadata.annotations?.[DEADLINE]]).toEqual([
    '1/5',
    '0',
    undefined,
  ]);
});

it(CASES.revisionLimit, async () => {
  await using demo = await healthy({ spec: demoSpec({ scaleDownDelayRevisionLimit: 1, scaleDownDelaySeconds: 300 }) });
  for (const image of ['v2', 'v3']) await promotedTo(demo, image);
  await demo.advance(5000);
  expect([
    demo.sizes('v3', 'v2'),
    demo.replicaSet('v1')?.spec.replicas,
    demo.replicaSet('v2')?.metadata.annotations?.[DEADLINE] !== undefined,
  ]).toEqual(['5/5', 0, true]);
});

it(CASES.wrongBackend, async () => {
  await using demo = await open({
    ingress: false,
    objects: (stage) => stage.api.create(ingresses, inNamespace(demoIngress('demo-stable', 'other'), stage.namespace)),
  });
  expect([demo.status().phase, demo.status().message]).toEqual([
    'Degraded',
    'InvalidSpec: The Rollout "demo" is invalid: spec.strategy.canary.trafficRouting.nginx.stableIngress: Invalid value: "demo-stable": ingress `demo-stable` has no rules using service demo-stable backend',
  ]);
});

it(CASES.foreignIngress, async () => {
  await using demo = await open({
    objects: (stage) => stage.api.create(ingresses, inNamespace(demoIngress(CANARY_INGRESS), stage.namespace)),
  });
  await demo.advance(10_000);
  expect(demo.newEvents()).toContain(`TrafficRoutingError: canary ingress \`${CANARY_INGRESS}\` controlled by different object`);
  expect([demo.weight(), demo.status().canary?.weights]).toEqual([undefined, undefined]);
});

it(CASES.severalIngresses, async () => {
  const nginx = {
    stableIngresses: ['a', 'b'],
    annotationPrefix: 'custom.io',
    additionalIngressAnnotations: { 'canary-by-header': 'X' },
    canaryIngressAnnotations: { 'nginx.ingress.kubernetes.io/rewrite-target': '/' },
  };
  await using demo = await open({
    spec: demoSpec({ trafficRouting: { nginx } }),
    objects: async (stage) => {
      for (const name of ['a', 'b']) await stage.api.create(ingresses, inNamespace(demoIngress(name), stage.namespace));
    },
  });
  await demo.until('both', () => demo.canaryIngress('demo-b-canary') !== undefined);
  for (const name of ['demo-a-canary', 'demo-b-canary']) {
    expect(demo.canaryIngress(name)?.metadata.annotations).toEqual({
      'custom.io/canary': 'true',
      'custom.io/canary-weight': '0',
      'custom.io/canary-by-header': 'X',
      'nginx.ingress.kubernetes.io/rewrite-target': '/',
    });
  }
});

it(CASES.maxTrafficWeight, async () => {
  await using demo = await healthy({
    spec: demoSpec({
      trafficRouting: { nginx: { stableIngress: 'demo-stable' }, maxTrafficWeight: 1000 },
      steps: [{ setWeight: 50 }, { pause: {} }],
    }),
  });
  await demo.setImage('v2');
  await demo.pausedAt(1);
  expect([demo.weight(), demo.sizes('v2', 'v1'), demo.status().canary?.weights?.stable.weight]).toEqual(['50', '1/5', 950]);
  expect(demo.canaryIngress()?.metadata.annotations?.['nginx.ingress.kubernetes.io/canary-weight-total']).toBe('1000');
  await demo.promote();
  await demo.until('the end', () => demo.status().stableRS === demo.hash('v2') && demo.weight() === '0');
  expect(demo.history.weights.slice(-3)).toEqual(['50', '1000', '0']);
});

describe('without traffic routing', () => {
  const basic = (steps: number[], replicas: number, more: object = {}) =>
    demoSpec(
      {
        trafficRouting: undefined,
        canaryService: undefined,
        stableService: undefined,
        steps: steps.flatMap((weight) => [{ setWeight: weight }, { pause: { duration: 5 } }]),
        ...more,
      },
      { replicas },
    );

  it(CASES.basicCanary, async () => {
    await using demo = await healthy({
      spec: basic([25], 4, { canaryService: 'demo-canary', stableService: 'demo-stable', steps: [{ setWeight: 25 }, { pause: {} }] }),
    });
    await demo.setImage('v2');
    await demo.pausedAt(1);
    expect(demo.sizes('v2', 'v1')).toBe('1/3');
    for (const [replicas, sizes] of [
      [8, '2/6'],
      [4, '1/3'],
    ] as const) {
      await demo.patch({ spec: { replicas } });
      await demo.until(sizes, () => demo.sizes('v2', 'v1') === sizes);
    }
    await demo.patchStatus({ abort: true });
    await demo.until('stable alone', () => demo.sizes('v2', 'v1') === '0/4');
    expect(demo.selected('demo-canary')).toBe(demo.hash('v1'));
    expect(demo.all(ingresses).map(({ metadata }) => metadata.name)).toEqual(['demo-stable']);
  });

  it.each([
    [5, {}, [20, 40, 60, 80], ['0/4', '1/4', '1/3', '2/3', '2/2', '3/2', '3/1', '4/1', '4/0', '5/0']],
    [5, { maxSurge: 1, maxUnavailable: 0 }, [20, 40, 60, 80], ['1/5', '1/4', '2/4', '2/3', '3/3', '3/2', '4/2', '4/1', '5/1', '5/0']],
    [4, { maxSurge: '100%' }, [25, 50], ['0/3', '1/3', '1/2', '2/2', '2/1', '4/1', '4/0']],
  ])('takes %d Pods with %j through %j one ReplicaSet at a time', async (replicas, more, weights, sizes) => {
    await using demo = await healthy({ spec: basic(weights, replicas, more) });
    const from = demo.history.sizes.length;
    await demo.setImage('v2');
    await demo.until('the end', () => demo.status().phase === 'Healthy' && demo.status().stableRS === demo.hash('v2'));
    expect(demo.history.sizes.slice(from).filter((size) => size !== `0/${replicas}`)).toEqual(sizes);
  });
});

it(CASES.statusCommand, async () => {
  await using demo = await healthy({ spec: demoSpec({ steps: [{ setWeight: 20 }, { pause: { duration: 5 } }] }) });
  await demo.setImage('v2');
  await demo.settled();
  const watching = startPluginOn(demo, 'status demo');
  await watching.hasPrinted;
  await demo.until('the end', () => demo.status().phase === 'Healthy' && demo.status().stableRS === demo.hash('v2'));
  const { code, stdout } = await watching.result;
  expect(code).toBe(0);
  const lines = stdout.trimEnd().split('\n');
  expect([lines[0], lines.includes('Paused - CanaryPauseStep'), lines.at(-1)]).toEqual([
    'Progressing - more replicas need to be updated',
    true,
    'Healthy',
  ]);
  expect(lines.every((line, index) => line !== lines[index + 1])).toBe(true);
  await demo.patch({ spec: { strategy: { canary: { steps: [{ setWeight: 20 }, { pause: {} }] } } } });
  await demo.setImage('v3');
  await demo.pausedAt(1);
  const waiting = startPluginOn(demo, 'status demo --timeout 5s');
  await waiting.hasPrinted;
  await demo.advance(6000);
  expect(await waiting.result).toMatchObject({
    code: 1,
    stdout: 'Paused - CanaryPauseStep\n',
    stderr: 'Error: Rollout status watch exceeded timeout\n',
  });
  await demo.patchStatus({ abort: true });
  expect(await runPluginOn(demo, 'status demo')).toEqual({
    code: 1,
    stdout: 'Degraded\n',
    stderr: 'Error: The rollout is in a degraded state with message: RolloutAborted: Rollout aborted update to revision 3\n',
  });
});

it(CASES.summary, async () => {
  await using demo = await healthy();
  const info = (): RolloutInfo => rolloutInfo(demo.rollout(), { replicaSets: demo.all(replicaSets), pods: demo.all(pods) });
  await demo.setImage('v2');
  await demo.pausedAt(1);
  await demo.settled();
  expect(info()).toMatchObject({
    status: 'Paused',
    step: '1/8',
    setWeight: '20',
    actualWeight: '20',
    desired: 5,
    current: 6,
    updated: 1,
    available: 6,
  });
  await demo.patchStatus({ abort: true });
  expect(info()).toMatchObject({ status: 'Degraded', step: '0/8', setWeight: '0', actualWeight: '0' });
});

it(CASES.historyAndDeletion, async () => {
  await using demo = await healthy({ spec: demoSpec({ scaleDownDelaySeconds: 0 }, { revisionHistoryLimit: 2 }) });
  for (const image of ['v2', 'v3', 'v4', 'v5', 'v6']) {
    await promotedTo(demo, image);
    await demo.advance(3000);
  }
  expect(['v1', 'v2', 'v3', 'v4', 'v5', 'v6'].filter((image) => demo.replicaSet(image) !== undefined)).toEqual(['v4', 'v5', 'v6']);
  await demo.api.delete(rollouts, { namespace: demo.namespace, name: 'demo' });
  await demo.settled();
  for (const service of demo.all(services)) expect([service.spec?.selector, service.metadata.annotations]).toEqual([{ app: 'demo' }, {}]);
  expect(demo.canaryIngress('demo-stable')?.metadata.annotations).toEqual({ 'nginx.ingress.kubernetes.io/rewrite-target': '/' });
});

it(CASES.plainPatches, async () => {
  // What each command sends, beside the command itself: two Rollouts, one story.
  const stories: [string, RolloutStatus | object | 'spec', object?][] = [
    ['promote demo', { pauseConditions: null }],
    ['promote demo -c', { currentStepIndex: 4 }],
    ['abort demo', { abort: true }],
    ['retry rollout demo', { abort: false }],
    ['promote demo --full', { promoteFull: true }],
  ];
  await using byCommand = await healthy();
  await using byPatch = await healthy();
  for (const demo of [byCommand, byPatch]) {
    await demo.setImage('v2');
    await demo.pausedAt(1);
  }
  const facts = (demo: Stage): unknown => {
    const { conditions: _, abortedAt: __, pauseConditions, ...status } = demo.status();
    return {
      status,
      pauses: pauseConditions?.map(({ reason }) => reason),
      weight: demo.weight(),
      sizes: demo.sizes('v2', 'v1'),
      canary: demo.selected('demo-canary'),
      stable: demo.selected('demo-stable'),
    };
  };
  for (const [line, status] of stories) {
    expect((await runPluginOn(byCommand, line)).code).toBe(0);
    await byPatch.patchStatus(status as object);
    for (const demo of [byCommand, byPatch]) await demo.advance(4000);
    expect(facts(byPatch)).toEqual(facts(byCommand));
  }
  for (const [line, spec] of [
    ['pause demo', { paused: true }],
    ['promote demo', { paused: false }],
  ] as const) {
    expect((await runPluginOn(byCommand, line)).code).toBe(0);
    await byPatch.patch({ spec });
    expect(facts(byPatch)).toEqual(facts(byCommand));
  }
});
