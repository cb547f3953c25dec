import { describe, expect, it } from 'vitest';
import { CANARY_INGRESS, demoIngress, demoSpec, openRolloutRoom } from '../../../../test/support/rollout-room.ts';
import { ingresses, pods, replicaSets, services } from '../../../kube/resource-type.ts';
import { rollouts } from '../../../rollouts/rollout.ts';

const MISSING =
  'InvalidSpec: The Rollout "demo" is invalid: spec.strategy.canary.trafficRouting.nginx.stableIngress: Invalid value: "demo-stable": ingress.networking.k8s.io "demo-stable" not found';
const WEIGHT = 'nginx.ingress.kubernetes.io/canary-weight';

describe('what a Rollout names', () => {
  it('is reported missing and found again without touching the Rollout', async () => {
    await using demo = await openRolloutRoom(demoSpec(), { seeds: { ingress: false } });
    expect(demo.status()).toMatchObject({ phase: 'Degraded', message: MISSING, observedGeneration: '1' });
    expect(demo.room.api.all(replicaSets)).toEqual([]);
    const writes = demo.room.api.writes.length;
    await demo.room.advance(60_000);
    expect(demo.room.api.writes.length).toBe(writes);
    await demo.room.api.create(ingresses, demoIngress());
    await demo.room.settled();
    expect([demo.status().phase, demo.weight()]).toEqual(['Healthy', '0']);
    expect(demo.status().conditions?.some(({ type }) => type === 'InvalidSpec')).toBe(false);
  });

  it('must be Services that exist', async () => {
    await using demo = await openRolloutRoom(demoSpec(), { seeds: { services: false } });
    expect(demo.status().message).toContain(
      'spec.strategy.canary.canaryService: Invalid value: "demo-canary": service "demo-canary" not found',
    );
  });

  it('must be an Ingress that uses the stable Service', async () => {
    await using demo = await openRolloutRoom(demoSpec(), { seeds: { ingress: false } });
    await demo.room.api.create(ingresses, demoIngress('demo-stable', 'other'));
    await demo.room.settled();
    expect(demo.status().message).toContain('ingress `demo-stable` has no rules using service demo-stable backend');
  });

  it.each([
    [{ setHeaderRoute: { name: 'h' } }, 'SetHeaderRoute requires TrafficRouting, supports Istio and ALB and Apisix'],
    [{ setMirrorRoute: { name: 'm' } }, 'SetMirrorRoute requires TrafficRouting, supports Istio and Plugins'],
    [{ setWeight: 101 }, 'SetWeight needs to be between 0 and 100'],
    [{ pause: { duration: '1d' } }, 'Duration needs to be greater than 0'],
    [{ plugin: { name: 'p' } }, '"plugin" is not modelled'],
    [
      { experiment: { templates: [{ name: 'a', specRef: 'canary', weight: 5 }] } },
      'Experiment template weight is only available for TrafficRouting with SMI, ALB, and Istio at this time',
    ],
    [{}, 'Step must have one of the following set'],
  ])('may not hold the step %j', async (step, text) => {
    await using demo = await openRolloutRoom(demoSpec({ steps: [{ setWeight: 20 }, step] }));
    expect([demo.status().phase, demo.status().message]).toEqual(['Degraded', expect.stringContaining(text)]);
  });
});

describe('the canary Ingress', () => {
  it('gets its weight back after an edit, keeps foreign annotations and loses foreign labels', async () => {
    await using demo = await openRolloutRoom();
    await demo.setImage('v2');
    await demo.room.api.patch(
      ingresses,
      { namespace: 'lab', name: CANARY_INGRESS },
      { type: 'merge', body: { metadata: { annotations: { [WEIGHT]: '50', other: 'x' }, labels: { other: 'x' } } } },
    );
    await demo.room.settled();
    expect(demo.weight()).toBe('20');
    expect(demo.canaryIngress()?.metadata.annotations?.other).toBe('x');
    expect(demo.canaryIngress()?.metadata.labels ?? {}).toEqual({});
  });

  it('is created again with its weight at the next pass after a deletion', async () => {
    await using demo = await openRolloutRoom();
    await demo.setImage('v2');
    await demo.room.api.delete(ingresses, { namespace: 'lab', name: CANARY_INGRESS });
    await demo.room.settled();
    expect(demo.canaryIngress()).toBeUndefined();
    await demo.room.advance(15 * 60_000);
    expect(demo.weight()).toBe('20');
  });

  it('is not taken from another owner', async () => {
    await using demo = await openRolloutRoom(demoSpec(), { seeds: { ingress: false } });
    demo.room.api.seed(ingresses, demoIngress(CANARY_INGRESS));
    await demo.room.api.create(ingresses, demoIngress());
    await demo.room.settled();
    await demo.room.advance(100);
    expect(demo.room.eventTexts()).toContain(`TrafficRoutingError: canary ingress \`${CANARY_INGRESS}\` controlled by different object`);
    expect([demo.weight(), demo.status().canary?.weights]).toEqual([undefined, undefined]);
  });

  it('exists once for each stable Ingress, with the configured prefix', async () => {
    await using demo = await openRolloutRoom(
      demoSpec({
        trafficRouting: {
          nginx: { stableIngresses: ['a', 'b'], annotationPrefix: 'custom.io', additionalIngressAnnotations: { 'canary-by-header': 'X' } },
        },
      }),
    );
    for (const name of ['a', 'b']) await demo.room.api.create(ingresses, demoIngress(name));
    await demo.room.settled();
    for (const name of ['demo-a-canary', 'demo-b-canary']) {
      expect(demo.canaryIngress(name)?.metadata.annotations).toEqual({
        'custom.io/canary': 'true',
        'custom.io/canary-weight': '0',
        'custom.io/canary-by-header': 'X',
      });
    }
  });
});

describe('Services', () => {
  it('get their own selector back when the Rollout is gone', async () => {
    await using demo = await openRolloutRoom();
    await demo.room.api.delete(rollouts, { namespace: 'lab', name: 'demo' });
    await demo.room.settled();
    for (const service of demo.room.api.all(services, 'lab'))
      expect([service.spec?.selector, service.metadata.annotations]).toEqual([{ app: 'demo' }, {}]);
    expect(demo.room.eventTexts()).toContain('RolloutDeleted: Rollout demo/lab is deleted.');
  });
});

describe('Pods', () => {
  it('carry the labels of their role and change them in place on a promotion', async () => {
    await using demo = await openRolloutRoom(
      demoSpec({ canaryMetadata: { labels: { deployment: 'canary' } }, stableMetadata: { labels: { deployment: 'stable' } } }),
    );
    await demo.setImage('v2');
    const roles = (image: string): (string | undefined)[] => [
      ...new Set(
        demo.room.api
          .all(pods, 'lab')
          .filter((pod) => pod.spec.containers[0]?.image === `demo:${image}`)
          .map((pod) => pod.metadata.labels?.deployment),
      ),
    ];
    expect([roles('v1'), roles('v2')]).toEqual([['stable'], ['canary']]);
    await demo.patchStatus({ promoteFull: true });
    expect([roles('v1'), roles('v2')]).toEqual([[undefined], ['stable']]);
  });

  it('are replaced one after the other by a restart, under the same ReplicaSet', async () => {
    await using demo = await openRolloutRoom();
    await demo.room.advance(10_000);
    const old = demo.room.api.all(pods, 'lab').map(({ metadata }) => metadata.uid);
    let fewest = 5;
    demo.room.deps.informers.for(replicaSets).onChange(({ object }) => {
      fewest = Math.min(fewest, object.status?.availableReplicas ?? 0);
    });
    await demo.patch({ spec: { restartAt: '2025-01-01T00:00:10Z' } });
    await demo.room.advance(300_000);
    expect(demo.status()).toMatchObject({ restartedAt: '2025-01-01T00:00:10Z', phase: 'Healthy', availableReplicas: 5 });
    expect(demo.room.api.all(pods, 'lab').some(({ metadata }) => old.includes(metadata.uid))).toBe(false);
    expect(demo.room.api.all(replicaSets, 'lab').length).toBe(1);
    expect(fewest).toBe(4);
  });
});
