import { afterAll, beforeAll, expect, it } from 'vitest';
import { deployments, ingresses, pods, replicaSets, services } from '../../src/kube/resource-type.ts';
import { analysisRuns, analysisTemplates } from '../../src/rollouts/analysis/analysis-run.ts';
import { rollouts } from '../../src/rollouts/rollout.ts';
import { experiments } from '../../src/rollouts/tree/experiment.ts';
import { demoSpec } from '../support/rollout-room.ts';
import { setStage } from '../support/rollout-stage.ts';
import { ClusterStages } from '../support/rollout-stages.ts';
import { CASES } from './cases.ts';

const withPort = (image: string) => ({
  metadata: { labels: { app: 'demo' } },
  spec: { containers: [{ name: 'demo', image: `demo:${image}`, ports: [{ containerPort: 80 }] }] },
});

// What the in-memory API does not know: schemas that prune, defaults that are filled in, Jobs and Pods that really run.
let stages: ClusterStages;
beforeAll(async () => {
  stages = await ClusterStages.start(18380);
});
afterAll(async () => {
  await stages.stop();
});

it(`${CASES.blueGreen}, on a whole cluster`, async () => {
  const blueGreen = { activeService: 'active', previewService: 'preview', autoPromotionEnabled: false };
  await using demo = await setStage(await stages.open(), {
    ingress: false,
    services: false,
    spec: demoSpec({}, { replicas: 3, strategy: { blueGreen } }),
    objects: async ({ api, namespace }) => {
      for (const name of ['active', 'preview'])
        await api.create(services, { metadata: { namespace, name }, spec: { selector: { app: 'demo' }, ports: [{ port: 80 }] } });
    },
  });
  await demo.healthy();
  await demo.setImage('v2');
  await demo.until('the pause', () => demo.status().phase === 'Paused');
  expect([demo.selected('active'), demo.selected('preview')]).toEqual([demo.hash('v1'), demo.hash('v2')]);
  expect([demo.status().replicas, demo.status().updatedReplicas, demo.status().availableReplicas]).toEqual([6, 3, 3]);
  await demo.promote();
  await demo.until('the switch', () => demo.status().stableRS === demo.hash('v2') && demo.status().phase === 'Healthy');
  expect([demo.selected('active'), demo.sizes('v2', 'v1')]).toEqual([demo.hash('v2'), '3/3']);
  await demo.until('the old Pods to go', () => demo.status().replicas === 3);
});

it(`${CASES.experimentStep}, on a whole cluster, with an analysis by a Job`, async () => {
  const experiment = {
    duration: '30s',
    templates: [
      { name: 'baseline', specRef: 'stable' as const, service: {} },
      { name: 'canary', specRef: 'canary' as const, metadata: { labels: { role: 'trial' } } },
    ],
    analyses: [
      {
        name: 'smoke',
        templateName: 'smoke',
        requiredForCompletion: true,
        args: [{ name: 'hash', value: '{{templates.canary.podTemplateHash}}' }],
      },
    ],
  };
  await using demo = await setStage(await stages.open(), {
    spec: demoSpec({ steps: [{ setWeight: 20 }, { experiment }, { setWeight: 40 }, { pause: {} }] }, { template: withPort('v1') }),
    objects: ({ api, namespace }) =>
      api.create(analysisTemplates, {
        metadata: { namespace, name: 'smoke' },
        spec: {
          args: [{ name: 'hash' }],
          metrics: [
            {
              name: 'smoke',
              provider: {
                job: {
                  spec: {
                    template: { spec: { restartPolicy: 'Never', containers: [{ name: 'try', image: 'busybox', command: ['true'] }] } },
                  },
                },
              },
            },
          ],
        },
      }),
  });
  await demo.until('the first version', () => demo.status().phase === 'Healthy' && demo.weight() === '0');
  await demo.patch({ spec: { template: withPort('v2') } });
  await demo.until('the experiment', () => demo.all(experiments)[0]?.status?.phase === 'Running');
  const [running] = demo.all(experiments);
  expect(
    running?.status?.templateStatuses?.map(({ name, status, availableReplicas, serviceName }) => [
      name,
      status,
      availableReplicas,
      serviceName,
    ]),
  ).toEqual([
    ['baseline', 'Running', 1, `${running?.metadata.name}-baseline`],
    ['canary', 'Running', 1, undefined],
  ]);
  expect(demo.all(pods).filter(({ metadata }) => metadata.labels?.['role'] === 'trial')).toHaveLength(1);
  await demo.pausedAt(3);
  expect([demo.weight(), demo.all(experiments)[0]?.status?.phase, demo.all(analysisRuns)[0]?.status?.phase]).toEqual([
    '40',
    'Successful',
    'Successful',
  ]);
  await demo.until('its Pods to go', () =>
    demo
      .all(replicaSets)
      .filter(({ metadata }) => metadata.ownerReferences?.[0]?.kind === 'Experiment')
      .every(({ spec }) => spec.replicas === 0),
  );
});

it(`${CASES.workloadProgressively}, on a whole cluster`, async () => {
  const { template, ...spec } = demoSpec();
  await using demo = await setStage(await stages.open(), {
    spec: { ...spec, workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'work', scaleDown: 'progressively' } },
    objects: ({ api, namespace }) =>
      api.create(deployments, {
        metadata: { namespace, name: 'work' },
        spec: { replicas: 5, selector: { matchLabels: { app: 'demo' } }, template: template! },
      }),
  });
  await demo.until('the first version', () => demo.status().phase === 'Healthy' && demo.weight() === '0');
  await demo.until('the Deployment to be empty', () => demo.all(deployments)[0]?.spec?.replicas === 0);
  expect([demo.rollout().spec.template, demo.status().availableReplicas]).toEqual([undefined, 5]);
  await demo.api.patch(
    deployments,
    { namespace: demo.namespace, name: 'work' },
    { type: 'strategic', body: { spec: { template: { spec: { containers: [{ name: 'demo', image: 'demo:v2' }] } } } } },
  );
  await demo.pausedAt(1);
  expect([demo.sizes('v2', 'v1'), demo.weight()]).toEqual(['1/5', '20']);
});

it(`${CASES.historyAndDeletion}; its ReplicaSets, Pods and canary Ingress are collected`, async () => {
  await using demo = await setStage(await stages.open());
  await demo.until('the first version', () => demo.status().phase === 'Healthy' && demo.weight() === '0');
  await demo.setImage('v2');
  await demo.pausedAt(1);
  await demo.api.delete(rollouts, { namespace: demo.namespace, name: 'demo' });
  await demo.until('the collection', () => demo.all(replicaSets).length === 0 && demo.all(pods).length === 0);
  expect(demo.all(ingresses).map(({ metadata }) => metadata.name)).toEqual(['demo-stable']);
  for (const service of demo.all(services))
    expect([service.spec?.selector, service.metadata.annotations ?? {}]).toEqual([{ app: 'demo' }, {}]);
});
