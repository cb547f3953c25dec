import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ingresses, pods, replicaSets, services } from '../../src/kube/resource-type.ts';
import { rollouts } from '../../src/rollouts/rollout.ts';
import { demoIngress, demoSpec } from '../support/rollout-room.ts';
import { CANARY_INGRESS, inNamespace, type Stage, type StageSeeds, setStage, WEIGHT } from '../support/rollout-stage.ts';
import { ClusterStages, inMemoryStage } from '../support/rollout-stages.ts';
import { CASES } from './cases.ts';

const DEADLINE = 'scale-down-deadline';
let cluster: ClusterStages;
beforeAll(async () => {
  cluster = await ClusterStages.start(18180);
});
afterAll(async () => {
  await cluster.stop();
});

// The same facts twice: by the controller alone, and by the whole cluster with its scheduler, kubelet and API server.
describe.each([
  ['in memory', () => inMemoryStage()],
  ['on a whole cluster', () => cluster.open()],
] as const)('%s', (_, base) => {
  const open = async (seeds: StageSeeds = {}): Promise<Stage> => setStage(await base(), seeds);
  const healthy = async (seeds: StageSeeds = {}): Promise<Stage> => {
    const demo = await open(seeds);
    await demo.until('the first version', () => demo.status().phase === 'Healthy' && demo.weight() === '0');
    return demo;
  };
  const at20 = async (seeds: StageSeeds = {}): Promise<Stage> => {
    const demo = await healthy(seeds);
    await demo.setImage('v2');
    await demo.pausedAt(1);
    return demo;
  };
  const at40 = async (seeds: StageSeeds = {}): Promise<Stage> => {
    const demo = await at20(seeds);
    await demo.promote();
    await demo.pausedAt(3);
    return demo;
  };
  const finished = async (seeds: StageSeeds = {}): Promise<Stage> => {
    const demo = await at20(seeds);
    await demo.patchStatus({ promoteFull: true });
    await demo.until(
      'the promotion',
      () => demo.status().stableRS === demo.hash('v2') && demo.weight() === '0' && demo.status().phase === 'Healthy',
    );
    await demo.until('the old Pods to go', () => demo.replicaSet('v1')?.spec.replicas === 0);
    return demo;
  };

  it(CASES.firstDeploy, async () => {
    await using demo = await open();
    expect(demo.status()).toMatchObject({
      stableRS: demo.hash('v1'),
      currentPodHash: demo.hash('v1'),
      currentStepIndex: 8,
      phase: 'Progressing',
    });
    expect([demo.selected('demo-stable'), demo.canaryIngress()]).toEqual([undefined, undefined]);
    await demo.until('the canary Ingress', () => demo.weight() !== undefined && demo.status().canary?.weights !== undefined);
    expect(demo.history.phases.filter((phase) => phase !== 'Progressing - more replicas need to be updated')).toEqual([
      'Progressing - updated replicas are still becoming available',
      'Healthy',
    ]);
    expect([demo.selected('demo-stable'), demo.selected('demo-canary')]).toEqual([demo.hash('v1'), demo.hash('v1')]);
    expect(demo.service('demo-canary')?.metadata.annotations).toEqual({ 'argo-rollouts.argoproj.io/managed-by-rollouts': 'demo' });
    const ingress = demo.canaryIngress()!;
    expect(ingress.metadata.annotations).toEqual({ 'nginx.ingress.kubernetes.io/canary': 'true', [WEIGHT]: '0' });
    expect([
      ingress.spec?.ingressClassName,
      ingress.spec?.rules?.[0]?.http?.paths[0]?.backend.service?.name,
      ingress.metadata.ownerReferences?.[0]?.name,
    ]).toEqual(['nginx', 'demo-canary', 'demo']);
    expect(demo.status().canary?.weights).toMatchObject({
      canary: { weight: 0, podTemplateHash: demo.hash('v1') },
      stable: { weight: 100, podTemplateHash: demo.hash('v1') },
    });
    expect(demo.replicaSet('v1')?.metadata.annotations?.['rollout.argoproj.io/revision']).toBe('1');
  });

  it(CASES.firstDeployNeverReady, async () => {
    await using demo = await open({
      spec: demoSpec(
        {},
        { template: { metadata: { labels: { app: 'demo' } }, spec: { containers: [{ name: 'demo', image: 'demo:bad' }] } } },
      ),
    });
    await demo.advance(30_000);
    expect([demo.status().stableRS, demo.canaryIngress(), demo.selected('demo-stable')]).toEqual([demo.hash('bad'), undefined, undefined]);
    await demo.advance(600_000);
    expect(demo.status()).toMatchObject({
      phase: 'Degraded',
      message: `ProgressDeadlineExceeded: ReplicaSet "demo-${demo.hash('bad')}" has timed out progressing.`,
    });
  });

  it(CASES.setImage, async () => {
    await using demo = await healthy();
    const [v1, weights] = [demo.hash('v1'), demo.history.weights.length];
    await demo.setImage('v2');
    const v2 = demo.hash('v2');
    expect(demo.status()).toMatchObject({
      currentStepIndex: 0,
      phase: 'Progressing',
      message: 'more replicas need to be updated',
      canary: { weights: { canary: { weight: 0, podTemplateHash: v2 } } },
    });
    expect([demo.weight(), demo.selected('demo-canary'), demo.sizes('v2', 'v1')]).toEqual(['0', v1, '1/5']);
    await demo.pausedAt(1);
    await demo.settled();
    expect([demo.weight(), demo.selected('demo-canary'), demo.selected('demo-stable'), demo.sizes('v2', 'v1')]).toEqual([
      '20',
      v2,
      v1,
      '1/5',
    ]);
    expect(demo.status()).toMatchObject({
      message: 'CanaryPauseStep',
      controllerPause: true,
      pauseConditions: [{ reason: 'CanaryPauseStep' }],
      replicas: 6,
      updatedReplicas: 1,
      availableReplicas: 6,
      stableRS: v1,
      canary: { weights: { canary: { weight: 20, podTemplateHash: v2 }, stable: { weight: 80, podTemplateHash: v1 } } },
    });
    expect(['Paused', 'Progressing', 'Completed', 'Healthy'].map((type) => demo.condition(type)).slice(0, 3)).toEqual([
      'True/RolloutPaused',
      'Unknown/RolloutPaused',
      'False/RolloutCompleted',
    ]);
    expect(demo.history.weights.slice(weights)).toEqual(['20']);
  });

  it(CASES.runToTheEnd, async () => {
    await using demo = await at20();
    const early: string[] = [];
    const needed: Record<string, number> = { 40: 2, 60: 3, 80: 4, 100: 5 };
    demo.onChange(ingresses, (ingress, change) => {
      const weight = ingress.metadata.annotations?.[WEIGHT];
      const wanted = ingress.metadata.name === CANARY_INGRESS && change === 'modified' ? needed[weight!] : undefined;
      if (wanted !== undefined && demo.available('v2') < wanted) early.push(`${weight} with ${demo.available('v2')} Pods`);
    });
    const from = demo.history.indexes.length;
    await demo.promote();
    const look = (): string => `${demo.weight()} ${demo.sizes('v2', 'v1')} ${demo.status().currentStepIndex}`;
    const seen: string[] = [];
    for (const index of [3, 5, 7]) {
      await demo.pausedAt(index);
      seen.push(look());
    }
    expect(seen).toEqual(['40 2/5 3', '60 3/5 5', '80 4/5 7']);
    await demo.until('the end', () => demo.status().stableRS === demo.hash('v2') && demo.status().phase === 'Healthy');
    await demo.until('weight 0', () => demo.weight() === '0');
    expect(demo.history.weights.slice(-5)).toEqual(['40', '60', '80', '100', '0']);
    expect(demo.history.indexes.slice(from)).toEqual([2, 3, 4, 5, 6, 7, 8]);
    expect(early).toEqual([]);
  });

  it(CASES.afterTheEnd, async () => {
    await using demo = await at20({ spec: demoSpec({ steps: [{ setWeight: 20 }, { pause: {} }] }) });
    await demo.promote();
    await demo.until('weight 0 again', () => demo.history.weights.at(-1) === '0' && demo.history.weights.at(-2) === '100');
    await demo.until('the deadline', () => demo.replicaSet('v1')?.metadata.annotations?.[DEADLINE] !== undefined);
    const v2 = demo.hash('v2');
    const leftMs = Date.parse(demo.replicaSet('v1')!.metadata.annotations![DEADLINE]!) - demo.nowMs();
    expect(leftMs > 25_000 && leftMs <= 30_000).toBe(true);
    expect([
      demo.selected('demo-stable'),
      demo.sizes('v2', 'v1'),
      demo.status().replicas,
      demo.status().phase,
      demo.condition('Healthy'),
    ]).toEqual([v2, '5/5', 10, 'Healthy', 'False/RolloutHealthy']);
    expect(demo.status().canary?.weights).toMatchObject({
      canary: { weight: 0, podTemplateHash: v2 },
      stable: { weight: 100, podTemplateHash: v2 },
    });
    await demo.until('the old Pods to go', () => demo.condition('Healthy') === 'True/RolloutHealthy');
    expect([
      demo.sizes('v2', 'v1'),
      demo.replicaSet('v1')?.metadata.annotations?.[DEADLINE],
      demo.condition('Progressing'),
      demo.weight(),
    ]).toEqual(['5/0', undefined, 'True/NewReplicaSetAvailable', '0']);
  });

  it(CASES.canaryNeverAvailable, async () => {
    await using demo = await healthy();
    await demo.setImage('bad');
    await demo.advance(20_000);
    expect([demo.sizes('bad', 'v1'), demo.weight(), demo.selected('demo-canary')]).toEqual(['1/5', '0', demo.hash('v1')]);
    await demo.until('the deadline', () => demo.status().phase === 'Degraded', 700_000);
    expect(demo.status().message).toBe(`ProgressDeadlineExceeded: ReplicaSet "demo-${demo.hash('bad')}" has timed out progressing.`);
    expect([demo.sizes('bad', 'v1'), demo.status().abort]).toEqual(['1/5', undefined]);
  });

  it(CASES.canaryNeverAvailableAborts, async () => {
    await using demo = await healthy({ spec: demoSpec({}, { progressDeadlineAbort: true, progressDeadlineSeconds: 60 }) });
    await demo.setImage('bad');
    await demo.until('the abort', () => demo.status().abort === true);
    expect(demo.status()).toMatchObject({
      phase: 'Degraded',
      message: `RolloutAborted: Rollout aborted update to revision 2: ReplicaSet "demo-${demo.hash('bad')}" has timed out progressing.`,
    });
  });

  it(CASES.abort, async () => {
    await using demo = await at40();
    demo.newEvents();
    await demo.patchStatus({ abort: true });
    await demo.until('the abort', () => demo.status().phase === 'Degraded');
    expect(demo.status()).toMatchObject({
      abort: true,
      currentStepIndex: 0,
      message: 'RolloutAborted: Rollout aborted update to revision 2',
      canary: { weights: { canary: { weight: 0, podTemplateHash: demo.hash('v2') }, stable: { weight: 100 } } },
    });
    expect([demo.status().abortedAt !== undefined, demo.status().pauseConditions, demo.status().controllerPause]).toEqual([
      true,
      undefined,
      undefined,
    ]);
    expect([demo.weight(), demo.selected('demo-canary'), demo.sizes('v2', 'v1'), demo.condition('Progressing')]).toEqual([
      '0',
      demo.hash('v1'),
      '2/5',
      'False/RolloutAborted',
    ]);
    await demo.until('the deadline', () => demo.replicaSet('v2')?.metadata.annotations?.[DEADLINE] !== undefined);
    expect(demo.newEvents().filter((text) => text.startsWith('RolloutAborted'))).toEqual([
      'RolloutAborted: Rollout aborted update to revision 2',
    ]);
  });

  it(CASES.afterAbortDelay, async () => {
    await using demo = await at40();
    await demo.patchStatus({ abort: true });
    await demo.until('the canary to go', () => demo.replicaSet('v2')?.spec.replicas === 0);
    await demo.advance(10_000);
    expect([demo.status().phase, demo.replicaSet('v2')?.metadata.annotations?.[DEADLINE] !== undefined, demo.sizes('v2', 'v1')]).toEqual([
      'Degraded',
      true,
      '0/5',
    ]);
  });

  it(CASES.retryAfterDelay, async () => {
    await using demo = await at40();
    await demo.patchStatus({ abort: true });
    await demo.until('the canary to go', () => demo.replicaSet('v2')?.spec.replicas === 0);
    await demo.patchStatus({ abort: false });
    await demo.pausedAt(1);
    expect([
      demo.weight(),
      demo.sizes('v2', 'v1'),
      demo.status().abortedAt,
      demo.replicaSet('v2')?.metadata.annotations?.[DEADLINE],
      demo.replicaSet('v2')?.metadata.annotations?.['rollout.argoproj.io/revision'],
    ]).toEqual(['20', '1/5', undefined, undefined, '2']);
  });

  it(CASES.retryWithinDelay, async () => {
    await using demo = await at40();
    await demo.patchStatus({ abort: true });
    await demo.until('the abort', () => demo.status().phase === 'Degraded' && demo.weight() === '0');
    const [weights, sizes] = [demo.history.weights.length, demo.history.sizes.length];
    await demo.patchStatus({ abort: false });
    await demo.pausedAt(1);
    expect([demo.history.weights.slice(weights), demo.history.sizes.slice(sizes)]).toEqual([['20'], ['1/5']]);
  });

  it(CASES.promoteFull, async () => {
    await using demo = await at20();
    const weights = demo.history.weights.length;
    await demo.patchStatus({ promoteFull: true });
    await demo.until('five canaries', () => demo.sizes('v2', 'v1') === '5/5');
    expect([demo.status().currentStepIndex, demo.weight()]).toEqual([8, '20']);
    await demo.until('the promotion', () => demo.status().stableRS === demo.hash('v2') && demo.weight() === '0');
    expect([demo.history.weights.slice(weights), demo.status().promoteFull, demo.selected('demo-stable')]).toEqual([
      ['0'],
      undefined,
      demo.hash('v2'),
    ]);
    expect(demo.newEvents().find((text) => text.startsWith('RolloutCompleted') && text.endsWith('Full promotion requested'))).toBeDefined();
  });

  it(CASES.promoteFullAfterAbort, async () => {
    await using demo = await at40();
    await demo.patchStatus({ abort: true });
    await demo.until('the abort', () => demo.status().phase === 'Degraded' && demo.weight() === '0');
    const weights = demo.history.weights.length;
    await demo.patchStatus({ promoteFull: true });
    await demo.until('the promotion', () => demo.status().stableRS === demo.hash('v2') && demo.status().phase === 'Healthy');
    expect([demo.history.weights.slice(weights), demo.status().abort, demo.weight()]).toEqual([[], undefined, '0']);
  });

  it(CASES.backToStable, async () => {
    await using demo = await at40();
    demo.newEvents();
    await demo.setImage('v1');
    await demo.until('weight 0', () => demo.weight() === '0' && demo.selected('demo-canary') === demo.hash('v1'));
    expect(demo.status()).toMatchObject({ phase: 'Healthy', currentStepIndex: 8, stableRS: demo.hash('v1') });
    expect(demo.replicaSet('v1')?.metadata.annotations).toMatchObject({
      'rollout.argoproj.io/revision': '3',
      'rollout.argoproj.io/revision-history': '1',
    });
    expect(demo.sizes('v2', 'v1')).toBe('2/5');
    const texts = demo.newEvents();
    expect([
      texts.includes('SkipSteps: Rollback to stable ReplicaSets'),
      texts.some((text) => text.startsWith('RolloutCompleted')),
    ]).toEqual([true, false]);
    await demo.until('the abandoned Pods to go', () => demo.replicaSet('v2')?.spec.replicas === 0);
  });

  it(CASES.thirdVersion, async () => {
    await using demo = await at40();
    const v2 = demo.hash('v2');
    const selected = demo.history.selected.length;
    await demo.setImage('v3');
    expect([demo.weight(), demo.selected('demo-canary'), demo.status().currentStepIndex, demo.available('v3')]).toEqual(['0', v2, 0, 0]);
    await demo.pausedAt(1);
    await demo.until('the second version to go', () => demo.replicaSet('v2')?.spec.replicas === 0, 10_000);
    expect([demo.weight(), demo.sizes('v3', 'v1'), demo.status().stableRS]).toEqual(['20', '1/5', demo.hash('v1')]);
    expect(demo.history.selected.slice(selected)).toEqual([demo.hash('v3')]);
  });

  it(CASES.undoFromIdle, async () => {
    await using demo = await finished();
    const sets = demo.all(replicaSets).length;
    const template = structuredClone(demo.replicaSet('v1')!.spec.template!);
    delete template.metadata!.labels!['rollouts-pod-template-hash'];
    await demo.api.patch(
      rollouts,
      { namespace: demo.namespace, name: 'demo' },
      { type: 'json', body: [{ op: 'replace', path: '/spec/template', value: template }] },
    );
    await demo.pausedAt(1);
    expect([demo.all(replicaSets).length, demo.status().currentPodHash, demo.weight()]).toEqual([sets, demo.hash('v1'), '20']);
    expect(demo.replicaSet('v1')?.metadata.annotations?.['rollout.argoproj.io/revision']).toBe('3');
  });

  it(CASES.manualPause, async () => {
    await using demo = await at20();
    await demo.patch({ spec: { paused: true } });
    expect(demo.status()).toMatchObject({ phase: 'Paused', message: 'manually paused', pauseConditions: [{ reason: 'CanaryPauseStep' }] });
    await demo.promote();
    await demo.advance(5000);
    expect([demo.sizes('v2', 'v1'), demo.status().currentStepIndex]).toEqual(['1/5', 1]);
    await demo.patch({ spec: { paused: false } });
    await demo.pausedAt(3);
    expect([demo.sizes('v2', 'v1'), demo.weight()]).toEqual(['2/5', '40']);
  });

  it(CASES.scaleAtPause, async () => {
    await using demo = await at20();
    const sizes = demo.history.sizes.length;
    await demo.api.patch(
      rollouts,
      { namespace: demo.namespace, name: 'demo' },
      { type: 'merge', body: { spec: { replicas: 10 } } },
      { subresource: 'scale' },
    );
    await demo.until('both to be scaled', () => demo.sizes('v2', 'v1') === '2/10');
    expect(demo.history.sizes.slice(sizes)).toEqual(['1/10', '2/10']);
    await demo.advance(5000);
    expect([demo.weight(), demo.status().phase, demo.status().currentStepIndex]).toEqual(['20', 'Paused', 1]);
    for (const image of ['v1', 'v2'])
      expect(demo.replicaSet(image)?.metadata.annotations?.['rollout.argoproj.io/desired-replicas']).toBe('10');
  });

  it(CASES.templateAndReplicas, async () => {
    await using demo = await healthy();
    const sizes = demo.history.sizes.length;
    await demo.patch({ spec: { replicas: 10, template: { spec: { containers: [{ name: 'demo', image: 'demo:v2' }] } } } });
    await demo.pausedAt(1);
    expect([demo.history.sizes.slice(sizes).filter((size) => size !== '0/5'), demo.weight()]).toEqual([['0/10', '2/10'], '20']);
  });

  it(CASES.dynamicStableScale, async () => {
    await using demo = await healthy({
      spec: demoSpec(
        { dynamicStableScale: true, steps: [{ setWeight: 25 }, { pause: {} }, { setWeight: 75 }, { pause: {} }] },
        { replicas: 4 },
      ),
    });
    await demo.setImage('v2');
    await demo.pausedAt(1);
    await demo.until('stable to shrink', () => demo.sizes('v2', 'v1') === '1/3' && demo.weight() === '25');
    await demo.promote();
    await demo.pausedAt(3);
    await demo.until('stable to shrink', () => demo.sizes('v2', 'v1') === '3/1' && demo.weight() === '75');
    const weights = demo.history.weights.length;
    await demo.patchStatus({ abort: true });
    await demo.until('the way back', () => demo.sizes('v2', 'v1') === '0/4');
    await demo.until('the canary Service', () => demo.selected('demo-canary') === demo.hash('v1'));
    expect(demo.history.weights.slice(weights)).toEqual(['25', '0']);
    expect(demo.replicaSet('v2')?.metadata.annotations?.[DEADLINE]).toBeUndefined();
  });

  it(CASES.stepsEdited, async () => {
    await using demo = await at40();
    const weights = demo.history.weights.length;
    await demo.patch({ spec: { strategy: { canary: { steps: [{ setWeight: 20 }, { pause: {} }] } } } });
    await demo.until('a pause', () => demo.status().phase === 'Paused' && demo.weight() === '20');
    expect([demo.history.weights.slice(weights), demo.sizes('v2', 'v1'), demo.status().currentStepIndex]).toEqual([['0', '20'], '1/5', 1]);
    await demo.patchStatus({ promoteFull: true });
    await demo.until('the promotion', () => demo.status().phase === 'Healthy' && demo.weight() === '0');
    const before = demo.status().currentStepHash;
    const phases = demo.history.phases.length;
    await demo.patch({ spec: { strategy: { canary: { steps: [{ setWeight: 50 }, { pause: {} }, { setWeight: 70 }] } } } });
    await demo.until('another step hash', () => demo.status().currentStepHash !== before);
    expect([demo.status().currentStepIndex, demo.history.phases.slice(phases)]).toEqual([3, []]);
  });

  it(CASES.missingReference, async () => {
    await using demo = await open({ ingress: false });
    await demo.until('the complaint', () => demo.status().phase === 'Degraded');
    expect(demo.status().message).toBe(
      'InvalidSpec: The Rollout "demo" is invalid: spec.strategy.canary.trafficRouting.nginx.stableIngress: Invalid value: "demo-stable": ingress.networking.k8s.io "demo-stable" not found',
    );
    expect(demo.all(replicaSets)).toEqual([]);
    await demo.create(ingresses, inNamespace(demoIngress(), demo.namespace));
    await demo.until('the first version', () => demo.weight() === '0', 20_000);
    expect(demo.condition('InvalidSpec')).toBeUndefined();
    await using without = await open({ services: false });
    await without.until('the complaint', () => without.status().phase === 'Degraded');
    expect(without.status().message).toContain('service "demo-canary" not found');
    for (const name of ['demo-stable', 'demo-canary'])
      await without.create(services, {
        metadata: { namespace: without.namespace, name },
        spec: { selector: { app: 'demo' }, ports: [{ port: 80 }] },
      });
    await without.until('the first version', () => without.weight() === '0', 30_000);
  });

  it(CASES.unsupportedStep, async () => {
    await using demo = await at20();
    await demo.patch({ spec: { strategy: { canary: { steps: [{ setWeight: 20 }, { setHeaderRoute: { name: 'h' } }] } } } });
    await demo.until('the complaint', () => demo.status().phase === 'Degraded');
    expect(demo.status().message).toContain('SetHeaderRoute requires TrafficRouting, supports Istio and ALB and Apisix');
    expect([demo.sizes('v2', 'v1'), demo.weight()]).toEqual(['1/5', '20']);
  });

  it(CASES.ingressDrift, async () => {
    await using demo = await at20();
    const key = { namespace: demo.namespace, name: CANARY_INGRESS };
    await demo.api.patch(ingresses, key, {
      type: 'merge',
      body: { metadata: { annotations: { [WEIGHT]: '50', other: 'x' }, labels: { other: 'x' } } },
    });
    await demo.until('the weight', () => demo.weight() === '20');
    expect([demo.canaryIngress()?.metadata.annotations?.['other'], demo.canaryIngress()?.metadata.labels ?? {}]).toEqual(['x', {}]);
    await demo.api.delete(ingresses, key);
    await demo.settled();
    expect(demo.weight()).toBeUndefined();
    await demo.patch({ metadata: { annotations: { poke: '1' } } });
    await demo.until('the Ingress', () => demo.weight() === '20');
  });

  it(CASES.restart, async () => {
    await using demo = await healthy();
    await demo.advance(5000);
    const own = () => demo.all(pods).filter(({ metadata }) => metadata.labels?.['app'] === 'demo');
    const old = own().map(({ metadata }) => metadata.uid);
    let fewest = 5;
    demo.onChange(replicaSets, (rs, change) => {
      if (change === 'modified') fewest = Math.min(fewest, rs.status?.availableReplicas ?? 0);
    });
    const restartAt = `${new Date(demo.nowMs()).toISOString().slice(0, 19)}Z`;
    await demo.patch({ spec: { restartAt } });
    await demo.until('the restart', () => demo.status().restartedAt === restartAt && demo.status().phase === 'Healthy', 600_000);
    expect(
      own()
        .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
        .some(({ metadata }) => old.includes(metadata.uid)),
    ).toBe(false);
    expect([demo.all(replicaSets).length, fewest >= 3, demo.history.phases.includes('Progressing - rollout is restarting')]).toEqual([
      1,
      true,
      true,
    ]);
  });

  it(CASES.waitConditions, async () => {
    await using demo = await at20({ spec: demoSpec({ steps: [{ setWeight: 20 }, { pause: {} }] }) });
    await demo.until('Paused', () => demo.condition('Paused') === 'True/RolloutPaused');
    expect([demo.condition('Completed'), demo.condition('Healthy')?.startsWith('False') ?? true]).toEqual(['False/RolloutCompleted', true]);
    await demo.promote();
    await demo.until('Completed', () => demo.condition('Completed') === 'True/RolloutCompleted');
    expect([demo.condition('Paused'), demo.condition('Healthy')?.startsWith('True') ?? false]).toEqual(['False/RolloutPaused', false]);
    await demo.until('Healthy', () => demo.condition('Healthy') === 'True/RolloutHealthy');
    expect(demo.replicaSet('v1')?.spec.replicas).toBe(0);
  });

  it(CASES.eventOrder, async () => {
    await using demo = await healthy({
      spec: demoSpec({ steps: [{ setWeight: 20 }, { pause: {} }, { setWeight: 40 }, { pause: { duration: '10s' } }] }),
    });
    const reasons = (): string[] =>
      demo
        .newEvents()
        .map((text) =>
          text
            .replace(/: (Rollout|Created|Creating|Scaled|Updating).*$/, '')
            .replace(/^SwitchService: .*'(demo-\w+)' from .*$/, 'SwitchService $1'),
        );
    await demo.settled();
    expect(reasons()).toEqual([
      'RolloutAddedToInformer',
      'RolloutUpdated',
      'NewReplicaSetCreated',
      'RolloutNotCompleted',
      'ScalingReplicaSet',
      'RolloutCompleted',
      'SwitchService demo-stable',
      'SwitchService demo-canary',
      'CreatingCanaryIngress',
      'TrafficWeightUpdated: Traffic weight updated to 0',
    ]);
    await demo.setImage('v2');
    await demo.pausedAt(1);
    expect(reasons()).toEqual([
      'RolloutUpdated',
      'NewReplicaSetCreated',
      'RolloutNotCompleted',
      'TrafficWeightUpdated: Traffic weight updated ',
      'ScalingReplicaSet',
      'SwitchService demo-canary',
      'PatchingCanaryIngress',
      'TrafficWeightUpdated: Traffic weight updated from 0 to 20',
      'RolloutStepCompleted',
      'RolloutPaused',
    ]);
    await demo.promote();
    await demo.pausedAt(3);
    expect(reasons()).toEqual([
      'RolloutStepCompleted',
      'ScalingReplicaSet',
      'PatchingCanaryIngress',
      'TrafficWeightUpdated: Traffic weight updated from 20 to 40',
      'RolloutStepCompleted',
    ]);
    await demo.until('the old Pods to go', () => demo.replicaSet('v1')?.spec.replicas === 0);
    await demo.settled();
    expect(reasons()).toEqual([
      'RolloutStepCompleted',
      'RolloutResumed',
      'ScalingReplicaSet',
      'PatchingCanaryIngress',
      'TrafficWeightUpdated: Traffic weight updated from 40 to 100',
      'RolloutCompleted',
      'SwitchService demo-stable',
      'PatchingCanaryIngress',
      'TrafficWeightUpdated: Traffic weight updated from 100 to 0',
      'ScalingReplicaSet',
    ]);
  });
});
