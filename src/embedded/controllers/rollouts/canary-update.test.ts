import { expect, it } from 'vitest';
import { demoSpec, openRolloutRoom, type RolloutRoom } from '../../../../test/support/rollout-room.ts';

/** Reasons of the Rollout's own events, with the texts where order alone does not tell. */
function own(texts: string[]): string[] {
  return texts
    .filter((text) => !/^Successful(Create|Delete)/.test(text))
    .map((text) => text.replace(/: (Rollout|Created|Switched|Creating|Scaled).*$/, ''));
}

const condition = (demo: RolloutRoom, type: string) => {
  const found = demo.status().conditions?.find((other) => other.type === type);
  return found === undefined ? undefined : `${found.status}/${found.reason}`;
};

it('makes the first version stable at once and creates the canary Ingress when it is available', async () => {
  await using demo = await openRolloutRoom();
  const hash = demo.hash('v1');
  expect(demo.status()).toMatchObject({
    phase: 'Healthy',
    stableRS: hash,
    currentPodHash: hash,
    currentStepIndex: 8,
    observedGeneration: '1',
    selector: 'app=demo',
    blueGreen: {},
  });
  expect(demo.status().canary?.weights).toEqual({
    canary: { weight: 0, serviceName: 'demo-canary', podTemplateHash: hash },
    stable: { weight: 100, serviceName: 'demo-stable', podTemplateHash: hash },
  });
  expect([demo.selected('demo-stable'), demo.selected('demo-canary')]).toEqual([hash, hash]);
  expect(demo.service('demo-stable').metadata.annotations).toEqual({ 'argo-rollouts.argoproj.io/managed-by-rollouts': 'demo' });
  expect(demo.weight()).toBe('0');
  expect(demo.canaryIngress()?.spec?.rules?.[0]?.http?.paths[0]?.backend.service?.name).toBe('demo-canary');
  expect(own(demo.newEvents())).toEqual([
    'RolloutAddedToInformer',
    'RolloutUpdated',
    'NewReplicaSetCreated',
    'RolloutNotCompleted',
    'ScalingReplicaSet',
    'RolloutCompleted',
    'SwitchService',
    'SwitchService',
    'CreatingCanaryIngress',
    'TrafficWeightUpdated: Traffic weight updated to 0',
  ]);
});

it('keeps Services and Ingress as they were while the first version does not become ready, and reports it after the deadline', async () => {
  await using demo = await openRolloutRoom(demoSpec(), { fate: () => 'running' });
  expect(demo.status()).toMatchObject({
    phase: 'Progressing',
    message: 'updated replicas are still becoming available',
    stableRS: demo.hash('v1'),
  });
  expect([demo.selected('demo-stable'), demo.canaryIngress()]).toEqual([undefined, undefined]);
  await demo.room.advance(605_000);
  expect(demo.status()).toMatchObject({
    phase: 'Degraded',
    message: `ProgressDeadlineExceeded: ReplicaSet "demo-${demo.hash('v1')}" has timed out progressing.`,
  });
});

it('raises the weight to 20 with one canary Pod and pauses', async () => {
  await using demo = await openRolloutRoom();
  demo.newEvents();
  await demo.setImage('v2');
  const [v1, v2] = [demo.hash('v1'), demo.hash('v2')];
  expect(demo.sizes('v2', 'v1')).toBe('1/5');
  expect(demo.weight()).toBe('20');
  expect([demo.selected('demo-stable'), demo.selected('demo-canary')]).toEqual([v1, v2]);
  expect(demo.status()).toMatchObject({
    phase: 'Paused',
    message: 'CanaryPauseStep',
    currentStepIndex: 1,
    controllerPause: true,
    replicas: 6,
    updatedReplicas: 1,
    availableReplicas: 6,
    pauseConditions: [{ reason: 'CanaryPauseStep', startTime: '2025-01-01T00:00:00Z' }],
    canary: { weights: { canary: { weight: 20, podTemplateHash: v2 }, stable: { weight: 80, podTemplateHash: v1 } } },
  });
  expect(['Paused', 'Progressing', 'Completed', 'Healthy'].map((type) => condition(demo, type))).toEqual([
    'True/RolloutPaused',
    'Unknown/RolloutPaused',
    'False/RolloutCompleted',
    'False/RolloutHealthy',
  ]);
  expect(own(demo.newEvents())).toEqual([
    'RolloutUpdated',
    'NewReplicaSetCreated',
    'RolloutNotCompleted',
    'TrafficWeightUpdated: Traffic weight updated ',
    'ScalingReplicaSet',
    'SwitchService',
    "PatchingCanaryIngress: Updating Ingress `demo-demo-stable-canary` to desiredWeight '20'",
    'TrafficWeightUpdated: Traffic weight updated from 0 to 20',
    'RolloutStepCompleted',
    'RolloutPaused',
  ]);
});

it('runs through the steps to the end and drains the old version 30 seconds after the promotion', async () => {
  await using demo = await openRolloutRoom();
  await demo.setImage('v2');
  await demo.promote();
  const seen: string[] = [];
  const look = (): void => {
    seen.push(`${demo.weight()} ${demo.sizes('v2', 'v1')} ${demo.status().currentStepIndex} ${demo.status().phase}`);
  };
  look();
  demo.newEvents();
  for (let pause = 0; pause < 3; pause += 1) {
    await demo.room.advance(10_000);
    look();
  }
  expect(seen).toEqual(['40 2/5 3 Paused', '60 3/5 5 Paused', '80 4/5 7 Paused', '0 5/5 8 Healthy']);
  const v2 = demo.hash('v2');
  expect(demo.status()).toMatchObject({
    stableRS: v2,
    replicas: 10,
    canary: { weights: { canary: { weight: 0, podTemplateHash: v2 }, stable: { weight: 100, podTemplateHash: v2 } } },
  });
  expect(demo.selected('demo-stable')).toBe(v2);
  expect(condition(demo, 'Healthy')).toBe('False/RolloutHealthy');
  expect(demo.replicaSet('v1')?.metadata.annotations?.['scale-down-deadline']).toBe('2025-01-01T00:01:00Z');
  expect(own(demo.newEvents()).slice(-8)).toEqual([
    'RolloutStepCompleted',
    'ScalingReplicaSet',
    "PatchingCanaryIngress: Updating Ingress `demo-demo-stable-canary` to desiredWeight '100'",
    'TrafficWeightUpdated: Traffic weight updated from 80 to 100',
    'RolloutCompleted',
    'SwitchService',
    "PatchingCanaryIngress: Updating Ingress `demo-demo-stable-canary` to desiredWeight '0'",
    'TrafficWeightUpdated: Traffic weight updated from 100 to 0',
  ]);
  await demo.room.advance(30_000);
  expect(demo.sizes('v2', 'v1')).toBe('5/0');
  expect(demo.replicaSet('v1')?.metadata.annotations?.['scale-down-deadline']).toBeUndefined();
  expect([condition(demo, 'Healthy'), condition(demo, 'Progressing')]).toEqual(['True/RolloutHealthy', 'True/NewReplicaSetAvailable']);
  expect(demo.weight()).toBe('0');
});
