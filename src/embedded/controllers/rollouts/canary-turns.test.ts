import { describe, expect, it } from 'vitest';
import type { PodFate } from '../../../../test/support/controller-room.ts';
import { demoSpec, openRolloutRoom, type RolloutRoom } from '../../../../test/support/rollout-room.ts';
import type { Pod } from '../../../kube/generated/types.ts';
import { keyOf } from '../../../kube/object.ts';
import { pods } from '../../../kube/resource-type.ts';

const DEADLINE = 'scale-down-deadline';
const ownOf = (demo: RolloutRoom): string[] => demo.newEvents().filter((text) => !text.startsWith('Successful'));
const reasons = (texts: string[]): string[] => texts.map((text) => text.split(':')[0]!);
const progressing = (demo: RolloutRoom): string | undefined => demo.status().conditions?.find(({ type }) => type === 'Progressing')?.reason;

/** A room at the 10 s pause behind 40 %. */
async function at40(spec = demoSpec(), fate?: (pod: Pod) => PodFate): Promise<RolloutRoom> {
  const demo = await openRolloutRoom(spec, fate === undefined ? {} : { fate });
  await demo.setImage('v2');
  await demo.promote();
  expect([demo.weight(), demo.status().currentStepIndex]).toEqual(['40', 3]);
  demo.newEvents();
  return demo;
}

describe('abort', () => {
  it('sends all traffic to stable at once and keeps the canary Pods for 30 seconds', async () => {
    await using demo = await at40();
    await demo.patchStatus({ abort: true });
    expect(demo.status()).toMatchObject({
      abort: true,
      abortedAt: '2025-01-01T00:00:00Z',
      currentStepIndex: 0,
      phase: 'Degraded',
      message: 'RolloutAborted: Rollout aborted update to revision 2',
      canary: { weights: { canary: { weight: 0, podTemplateHash: demo.hash('v2') }, stable: { weight: 100 } } },
    });
    expect([demo.status().pauseConditions, demo.status().controllerPause]).toEqual([undefined, undefined]);
    expect([demo.weight(), demo.selected('demo-canary'), demo.sizes('v2', 'v1')]).toEqual(['0', demo.hash('v1'), '2/5']);
    expect(demo.replicaSet('v2')?.metadata.annotations?.[DEADLINE]).toBe('2025-01-01T00:00:30Z');
    expect(ownOf(demo)).toEqual([
      `SwitchService: Switched selector for service 'demo-canary' from '${demo.hash('v2')}' to '${demo.hash('v1')}'`,
      "PatchingCanaryIngress: Updating Ingress `demo-demo-stable-canary` to desiredWeight '0'",
      'TrafficWeightUpdated: Traffic weight updated from 40 to 0',
      'RolloutAborted: Rollout aborted update to revision 2',
    ]);
    await demo.room.advance(31_000);
    expect([demo.sizes('v2', 'v1'), demo.status().phase]).toEqual(['0/5', 'Degraded']);
    expect(demo.replicaSet('v2')?.metadata.annotations?.[DEADLINE]).toBeDefined();
  });

  it.each([0, 31_000])('is taken back by a retry %d ms later, at the first step and the same revision', async (laterMs) => {
    await using demo = await at40();
    await demo.patchStatus({ abort: true });
    await demo.room.advance(laterMs);
    await demo.patchStatus({ abort: false });
    expect([demo.weight(), demo.sizes('v2', 'v1'), demo.status().currentStepIndex, demo.status().phase]).toEqual([
      '20',
      '1/5',
      1,
      'Paused',
    ]);
    expect(demo.status().abortedAt).toBeUndefined();
    expect(demo.replicaSet('v2')?.metadata.annotations).toMatchObject({ 'rollout.argoproj.io/revision': '2' });
    expect(demo.replicaSet('v2')?.metadata.annotations?.[DEADLINE]).toBeUndefined();
  });

  it('keeps the canary for the configured delay only', async () => {
    await using demo = await at40(demoSpec({ abortScaleDownDelaySeconds: 1 }));
    await demo.patchStatus({ abort: true });
    expect(demo.sizes('v2', 'v1')).toBe('2/5');
    await demo.room.advance(1000);
    expect(demo.sizes('v2', 'v1')).toBe('0/5');
  });

  it('leaves what a first setCanaryScale step asks for when the delay is 0', async () => {
    await using demo = await openRolloutRoom(
      demoSpec({ abortScaleDownDelaySeconds: 0, steps: [{ setCanaryScale: { replicas: 1 } }, { setWeight: 40 }, { pause: {} }] }),
    );
    await demo.setImage('v2');
    await demo.patchStatus({ abort: true });
    expect([demo.sizes('v2', 'v1'), demo.weight(), demo.replicaSet('v2')?.metadata.annotations?.[DEADLINE]]).toEqual([
      '1/5',
      '0',
      undefined,
    ]);
  });

  it('happens by itself when the progress deadline passes and that is asked for', async () => {
    await using demo = await openRolloutRoom(demoSpec({}, { progressDeadlineAbort: true }), {
      fate: (pod) => (pod.spec.containers[0]?.image === 'demo:v2' ? 'running' : 'ready'),
    });
    await demo.setImage('v2');
    expect([demo.sizes('v2', 'v1'), demo.weight(), demo.selected('demo-canary')]).toEqual(['1/5', '0', demo.hash('v1')]);
    await demo.room.advance(602_000);
    expect(demo.status().message).toBe(
      `RolloutAborted: Rollout aborted update to revision 2: ReplicaSet "demo-${demo.hash('v2')}" has timed out progressing.`,
    );
  });

  it('is dropped when the Rollout is fully promoted', async () => {
    await using demo = await openRolloutRoom();
    await demo.patchStatus({ abort: true });
    expect([demo.status().abort, demo.status().phase]).toEqual([undefined, 'Healthy']);
  });
});

describe('full promotion', () => {
  it('scales first and moves the traffic in one go, never over 100', async () => {
    await using demo = await openRolloutRoom();
    await demo.setImage('v2');
    demo.newEvents();
    await demo.patchStatus({ promoteFull: true });
    expect([demo.weight(), demo.sizes('v2', 'v1'), demo.status().phase, demo.status().promoteFull]).toEqual([
      '0',
      '5/5',
      'Healthy',
      undefined,
    ]);
    const events = ownOf(demo);
    expect(reasons(events)).toEqual([
      'ScalingReplicaSet',
      'RolloutResumed',
      'RolloutCompleted',
      'SwitchService',
      'PatchingCanaryIngress',
      'TrafficWeightUpdated',
    ]);
    expect(events[2]).toContain(': Full promotion requested');
    expect(events[5]).toBe('TrafficWeightUpdated: Traffic weight updated from 20 to 0');
  });

  it('works after an abort', async () => {
    await using demo = await at40();
    await demo.patchStatus({ abort: true });
    await demo.patchStatus({ promoteFull: true });
    expect([demo.status().stableRS, demo.status().abort, demo.weight(), demo.status().phase]).toEqual([
      demo.hash('v2'),
      undefined,
      '0',
      'Healthy',
    ]);
  });

  it('keeps only the newest old versions within the delay', async () => {
    await using demo = await openRolloutRoom(demoSpec({ scaleDownDelayRevisionLimit: 1 }));
    for (const image of ['v2', 'v3']) {
      await demo.setImage(image);
      await demo.patchStatus({ promoteFull: true });
    }
    expect([demo.sizes('v3', 'v2'), demo.replicaSet('v1')?.spec.replicas]).toEqual(['5/5', 0]);
  });
});

describe('another template', () => {
  it('that is the stable one again ends the update at once', async () => {
    await using demo = await at40();
    await demo.setImage('v1');
    expect(demo.status()).toMatchObject({ phase: 'Healthy', currentStepIndex: 8, stableRS: demo.hash('v1') });
    expect(demo.replicaSet('v1')?.metadata.annotations).toMatchObject({
      'rollout.argoproj.io/revision': '3',
      'rollout.argoproj.io/revision-history': '1',
    });
    expect([demo.weight(), demo.selected('demo-canary'), demo.replicaSet('v2')?.spec.replicas]).toEqual(['0', demo.hash('v1'), 2]);
    const events = ownOf(demo);
    expect(reasons(events)).toEqual([
      'RolloutUpdated',
      'SkipSteps',
      'RolloutResumed',
      'SwitchService',
      'PatchingCanaryIngress',
      'TrafficWeightUpdated',
    ]);
    expect(events[1]).toBe('SkipSteps: Rollback to stable ReplicaSets');
    await demo.room.advance(31_000);
    expect(demo.replicaSet('v2')?.spec.replicas).toBe(0);
  });

  it('mid-way starts over at weight 0 and drops the abandoned version', async () => {
    const fates = new Map<string, PodFate>();
    await using demo = await at40(demoSpec(), (pod) => fates.get(pod.spec.containers[0]!.image!) ?? 'ready');
    fates.set('demo:v3', 'running');
    const [v1, v2] = [demo.hash('v1'), demo.hash('v2')];
    await demo.setImage('v3');
    expect([demo.weight(), demo.selected('demo-canary'), demo.status().currentStepIndex, demo.status().stableRS]).toEqual(['0', v2, 0, v1]);
    expect(demo.sizes('v3', 'v2')).toBe('1/2');
    fates.clear();
    const pod = demo.room.api.all(pods, 'lab').find(({ metadata }) => metadata.name.startsWith(`demo-${demo.hash('v3')}`))!;
    await demo.room.api.patch(pods, keyOf(pod), { type: 'merge', body: { metadata: { labels: { woken: 'yes' } } } });
    await demo.room.settled();
    expect([demo.weight(), demo.selected('demo-canary'), demo.sizes('v3', 'v2'), demo.status().currentStepIndex]).toEqual([
      '20',
      demo.hash('v3'),
      '1/0',
      1,
    ]);
  });

  it('that the API server defaulted finds its old ReplicaSet and runs all steps again', async () => {
    await using demo = await openRolloutRoom();
    await demo.setImage('v2');
    await demo.patchStatus({ promoteFull: true });
    await demo.room.advance(31_000);
    demo.newEvents();
    const hash = demo.hash('v1');
    await demo.patch({
      spec: {
        template: {
          spec: {
            restartPolicy: 'Always',
            dnsPolicy: 'ClusterFirst',
            containers: [{ name: 'demo', image: 'demo:v1', imagePullPolicy: 'IfNotPresent' }],
          },
        },
      },
    });
    expect(demo.status()).toMatchObject({ currentPodHash: hash, currentStepIndex: 1, phase: 'Paused' });
    expect(demo.replicaSet('v1')?.metadata.annotations?.['rollout.argoproj.io/revision']).toBe('3');
    expect(reasons(ownOf(demo)).slice(0, 2)).toEqual(['RolloutUpdated', 'RolloutNotCompleted']);
  });

  it('deletes old versions beyond the history limit', async () => {
    await using demo = await openRolloutRoom(demoSpec({ scaleDownDelaySeconds: 0 }, { revisionHistoryLimit: 2 }));
    for (const image of ['v2', 'v3', 'v4', 'v5', 'v6']) {
      await demo.setImage(image);
      await demo.patchStatus({ promoteFull: true });
      await demo.room.advance(1000);
    }
    expect(['v1', 'v2', 'v3', 'v4', 'v5', 'v6'].filter((image) => demo.replicaSet(image) !== undefined)).toEqual(['v4', 'v5', 'v6']);
  });

  it('skips the steps within the rollback window', async () => {
    await using demo = await openRolloutRoom(demoSpec({}, { rollbackWindow: { revisions: 3 } }));
    await demo.room.advance(1000);
    await demo.setImage('v2');
    await demo.patchStatus({ promoteFull: true });
    demo.newEvents();
    await demo.setImage('v1');
    expect([demo.status().stableRS, demo.status().phase]).toEqual([demo.hash('v1'), 'Healthy']);
    expect(ownOf(demo).find((text) => text.startsWith('RolloutCompleted'))).toContain('Rollback within window');
  });
});

describe('pausing and scaling', () => {
  it('is paused by hand without losing the pause of the step', async () => {
    await using demo = await openRolloutRoom();
    await demo.setImage('v2');
    await demo.patch({ spec: { paused: true } });
    expect(demo.status()).toMatchObject({ phase: 'Paused', message: 'manually paused', pauseConditions: [{ reason: 'CanaryPauseStep' }] });
    await demo.patch({ spec: { replicas: 10 } });
    expect(demo.sizes('v2', 'v1')).toBe('1/5');
    await demo.patch({ spec: { paused: false } });
    expect([demo.sizes('v2', 'v1'), demo.weight(), demo.status().message]).toEqual(['2/10', '20', 'CanaryPauseStep']);
    expect(demo.replicaSet('v2')?.metadata.annotations?.['rollout.argoproj.io/desired-replicas']).toBe('10');
  });

  it('skips a step that still waits when a client promotes it', async () => {
    let made = 0;
    await using demo = await openRolloutRoom(demoSpec(), {
      fate: (pod) =>
        pod.spec.containers[0]?.image === 'demo:v2' && pod.spec.nodeName !== undefined && (made += 1) > 2 ? 'running' : 'ready',
    });
    await demo.setImage('v2');
    await demo.promote();
    expect([demo.sizes('v2', 'v1'), demo.weight(), demo.status().currentStepIndex]).toEqual(['2/5', '20', 2]);
    await demo.patchStatus({ currentStepIndex: 3 });
    expect([demo.weight(), demo.status().currentStepIndex, demo.status().phase]).toEqual(['40', 3, 'Paused']);
  });

  it('takes a new size and a new template at once', async () => {
    await using demo = await openRolloutRoom();
    await demo.patch({ spec: { replicas: 10, template: { spec: { containers: [{ name: 'demo', image: 'demo:v2' }] } } } });
    expect([demo.sizes('v2', 'v1'), demo.weight(), demo.status().phase]).toEqual(['2/10', '20', 'Paused']);
  });

  it('writes nothing more once it has settled', async () => {
    await using demo = await at40();
    const before = demo.room.api.writes.length;
    await demo.room.advance(5000);
    expect(demo.room.api.writes.length).toBe(before);
  });

  it('sizes the canary apart from its weight', async () => {
    await using demo = await openRolloutRoom(
      demoSpec(
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
    );
    await demo.setImage('v2');
    const look = (): string => `${demo.status().currentStepIndex}: ${demo.sizes('v2', 'v1')} ${demo.weight()}`;
    const seen = [look()];
    await demo.promote();
    seen.push(look());
    await demo.room.advance(100_000);
    seen.push(look());
    await demo.room.advance(10_000);
    seen.push(look());
    await demo.promote();
    seen.push(look());
    expect(seen).toEqual(['0: 0/4 0', '2: 1/4 0', '4: 1/4 50', '6: 3/4 50', '8: 2/4 50']);
  });

  it('shrinks the canary before it lowers a weight', async () => {
    await using demo = await openRolloutRoom(demoSpec({ steps: [{ setWeight: 60 }, { pause: {} }, { setWeight: 20 }, { pause: {} }] }));
    await demo.setImage('v2');
    expect([demo.sizes('v2', 'v1'), demo.weight()]).toEqual(['3/5', '60']);
    demo.newEvents();
    await demo.promote();
    expect([demo.sizes('v2', 'v1'), demo.weight()]).toEqual(['1/5', '20']);
    expect(reasons(ownOf(demo))).toEqual([
      'RolloutStepCompleted',
      'ScalingReplicaSet',
      'PatchingCanaryIngress',
      'TrafficWeightUpdated',
      'RolloutStepCompleted',
    ]);
  });

  it('starts over when its steps change mid-way, and stays as it is when idle', async () => {
    await using demo = await at40();
    await demo.patch({ spec: { strategy: { canary: { steps: [{ setWeight: 20 }, { pause: {} }] } } } });
    expect([demo.sizes('v2', 'v1'), demo.weight(), demo.status().currentStepIndex]).toEqual(['1/5', '20', 1]);
    await demo.patchStatus({ promoteFull: true });
    await demo.patch({ spec: { strategy: { canary: { steps: [{ setWeight: 50 }, { pause: {} }, { setWeight: 70 }] } } } });
    expect([demo.status().currentStepIndex, demo.status().phase]).toEqual([3, 'Healthy']);
  });

  it('counts weights in thousandths when asked', async () => {
    await using demo = await openRolloutRoom(
      demoSpec({
        trafficRouting: { nginx: { stableIngress: 'demo-stable' }, maxTrafficWeight: 1000 },
        steps: [{ setWeight: 50 }, { pause: {} }],
      }),
    );
    await demo.setImage('v2');
    expect([demo.weight(), demo.sizes('v2', 'v1'), demo.status().canary?.weights?.stable.weight]).toEqual(['50', '1/5', 950]);
    expect(demo.canaryIngress()?.metadata.annotations?.['nginx.ingress.kubernetes.io/canary-weight-total']).toBe('1000');
  });
});

describe('dynamicStableScale', () => {
  it('moves Pods with the traffic, and back through the steps on an abort', async () => {
    await using demo = await openRolloutRoom(
      demoSpec({ dynamicStableScale: true, steps: [{ setWeight: 25 }, { pause: {} }, { setWeight: 75 }, { pause: {} }] }, { replicas: 4 }),
    );
    await demo.setImage('v2');
    expect([demo.sizes('v2', 'v1'), demo.weight()]).toEqual(['1/3', '25']);
    await demo.promote();
    expect([demo.sizes('v2', 'v1'), demo.weight()]).toEqual(['3/1', '75']);
    demo.newEvents();
    await demo.patchStatus({ abort: true });
    expect([demo.sizes('v2', 'v1'), demo.weight(), demo.selected('demo-canary')]).toEqual(['0/4', '0', demo.hash('v1')]);
    expect(demo.newEvents().filter((text) => text.startsWith('TrafficWeightUpdated'))).toEqual([
      'TrafficWeightUpdated: Traffic weight updated from 75 to 25',
      'TrafficWeightUpdated: Traffic weight updated from 25 to 0',
    ]);
    expect(demo.replicaSet('v2')?.metadata.annotations?.[DEADLINE]).toBeUndefined();
  });
});

describe('without traffic routing', () => {
  it('approximates the weight with Pods, scales with the Rollout, and goes back on an abort', async () => {
    await using demo = await openRolloutRoom(
      demoSpec({ trafficRouting: undefined, steps: [{ setWeight: 25 }, { pause: {} }] }, { replicas: 4 }),
    );
    await demo.setImage('v2');
    expect([demo.sizes('v2', 'v1'), demo.status().phase]).toEqual(['1/3', 'Paused']);
    await demo.patch({ spec: { replicas: 8 } });
    expect(demo.sizes('v2', 'v1')).toBe('2/6');
    await demo.patch({ spec: { replicas: 4 } });
    expect(demo.sizes('v2', 'v1')).toBe('1/3');
    await demo.patchStatus({ abort: true });
    expect([demo.sizes('v2', 'v1'), demo.selected('demo-canary'), progressing(demo)]).toEqual(['0/4', demo.hash('v1'), 'RolloutAborted']);
  });

  it('ends with all Pods on the new version', async () => {
    await using demo = await openRolloutRoom(demoSpec({ trafficRouting: undefined, steps: [{ setWeight: 20 }, { setWeight: 60 }] }));
    await demo.setImage('v2');
    expect([demo.sizes('v2', 'v1'), demo.status().phase, demo.status().stableRS]).toEqual(['5/0', 'Healthy', demo.hash('v2')]);
  });
});
