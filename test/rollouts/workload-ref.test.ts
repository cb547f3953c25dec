import { expect, it } from 'vitest';
import { deployments, podTemplates, replicaSets } from '../../src/kube/resource-type.ts';
import type { RolloutSpec } from '../../src/rollouts/rollout.ts';
import { rollouts } from '../../src/rollouts/rollout.ts';
import { demoSpec } from '../support/rollout-room.ts';
import { type Stage, setStage } from '../support/rollout-stage.ts';
import { inMemoryStage } from '../support/rollout-stages.ts';
import { CASES } from './cases.ts';

type Kind = 'Deployment' | 'ReplicaSet' | 'PodTemplate';
const template = (image: string) => ({
  metadata: { labels: { app: 'demo' } },
  spec: { containers: [{ name: 'demo', image: `demo:${image}` }] },
});
const referring = (kind: Kind, scaleDown?: 'never' | 'onsuccess' | 'progressively'): RolloutSpec => {
  const { template: _, ...spec } = demoSpec();
  return {
    ...spec,
    workloadRef: {
      apiVersion: kind === 'PodTemplate' ? 'v1' : 'apps/v1',
      kind,
      name: 'work',
      ...(scaleDown === undefined ? {} : { scaleDown }),
    },
  };
};

async function open(kind: Kind, scaleDown?: 'never' | 'onsuccess' | 'progressively', options: { missing?: boolean } = {}): Promise<Stage> {
  return setStage(await inMemoryStage(), {
    spec: referring(kind, scaleDown),
    objects: async (stage) => {
      if (!options.missing) await make(stage, kind);
    },
  });
}

async function make({ api, namespace }: Pick<Stage, 'api' | 'namespace'>, kind: Kind): Promise<void> {
  const metadata = { namespace, name: 'work' };
  const spec = { replicas: kind === 'Deployment' ? 5 : 0, selector: { matchLabels: { app: 'demo' } }, template: template('v1') };
  if (kind === 'PodTemplate') await api.create(podTemplates, { metadata, template: template('v1') });
  else if (kind === 'Deployment') await api.create(deployments, { metadata, spec });
  else
    await api.create(replicaSets, {
      metadata: { ...metadata, ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'x', controller: true }] },
      spec,
    });
}
const ready = (demo: Stage): Promise<void> =>
  demo.until('the first version', () => demo.status().phase === 'Healthy' && demo.weight() === '0');

it(CASES.workloadDeployment, async () => {
  await using demo = await open('Deployment');
  await ready(demo);
  expect([
    demo.status().workloadObservedGeneration,
    demo.rollout().metadata.annotations?.['rollout.argoproj.io/workload-generation'],
    demo.rollout().spec.template,
  ]).toEqual(['1', '1', undefined]);
  await demo.api.patch(
    deployments,
    { namespace: demo.namespace, name: 'work' },
    { type: 'merge', body: { spec: { template: template('v2') } } },
  );
  await demo.pausedAt(1);
  expect([demo.sizes('v2', 'v1'), demo.weight(), demo.status().workloadObservedGeneration, demo.rollout().spec.template]).toEqual([
    '1/5',
    '20',
    '2',
    undefined,
  ]);
  expect(demo.all(deployments)[0]?.spec?.replicas).toBe(5);
});

it.each<Kind>(['ReplicaSet', 'PodTemplate'])(`${CASES.workloadKinds} (%s)`, async (kind) => {
  await using demo = await open(kind);
  await ready(demo);
  const type = kind === 'PodTemplate' ? podTemplates : replicaSets;
  await demo.api.patch(
    type,
    { namespace: demo.namespace, name: 'work' },
    { type: 'merge', body: kind === 'PodTemplate' ? { template: template('v2') } : { spec: { template: template('v2') } } },
  );
  await demo.pausedAt(1);
  expect([demo.sizes('v2', 'v1'), demo.weight()]).toEqual(['1/5', '20']);
});

it(CASES.workloadOnSuccess, async () => {
  await using demo = await open('Deployment', 'onsuccess');
  expect(demo.all(deployments)[0]?.spec?.replicas).toBe(5);
  await ready(demo);
  await demo.settled();
  expect(demo.all(deployments)[0]?.spec?.replicas).toBe(0);
});

it(CASES.workloadProgressively, async () => {
  await using demo = await open('Deployment', 'progressively');
  const seen: number[] = [];
  demo.onChange(deployments, ({ spec }) => {
    if (seen.at(-1) !== spec?.replicas) seen.push(spec?.replicas ?? 1);
  });
  await ready(demo);
  await demo.settled();
  expect([seen[0], seen.at(-1)]).toEqual([5, 0]);
  expect(seen.every((count, index) => index === 0 || count < seen[index - 1]!)).toBe(true);
});

it(CASES.workloadMissing, async () => {
  await using demo = await open('Deployment', undefined, { missing: true });
  expect(demo.status()).toMatchObject({
    phase: 'Degraded',
    message: 'InvalidSpec: The Rollout "demo" is invalid: deployments.apps "work" not found',
  });
  await make(demo, 'Deployment');
  await ready(demo);
  expect(demo.condition('InvalidSpec')).toBeUndefined();
});

it.each<[string, Partial<RolloutSpec>, string]>([
  ['a template of its own as well', { template: template('v1') }, 'template must be empty for workload reference rollout'],
  [
    'a kind without Pods',
    { workloadRef: { apiVersion: 'batch/v1', kind: 'Job', name: 'work' } },
    'workload of type batch/Job is not supported',
  ],
])('a reference with %s is InvalidSpec', async (_, spec, message) => {
  await using demo = await setStage(await inMemoryStage(), { spec: { ...referring('Deployment'), ...spec } });
  expect(demo.status().message).toBe(`InvalidSpec: The Rollout "demo" is invalid: ${message}`);
});

it('an update from a workload stores the size that a Rollout leaves out, and no template', async () => {
  await using demo = await open('Deployment');
  await demo.api.patch(rollouts, { namespace: demo.namespace, name: 'demo' }, { type: 'merge', body: { spec: { replicas: null } } });
  await demo.until('a size', () => demo.rollout().spec.replicas === 1);
  expect(demo.rollout().spec.template).toBeUndefined();
});
