import { afterEach, expect, it } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from '../../src/embedded/cluster.ts';
import type { ImageProgram } from '../../src/embedded/images/image-program.ts';
import { findCondition } from '../../src/kube/conditions.ts';
import type { Event } from '../../src/kube/generated/types.ts';
import { podMetrics } from '../../src/kube/pod-metrics.ts';
import { deployments, events, horizontalPodAutoscalers, pods } from '../../src/kube/resource-type.ts';

const MINUTE = 60_000;
const WEB = { namespace: 'default', name: 'web' };
let cluster: EmbeddedCluster;
afterEach(() => cluster.stop());

/** The load of the whole service in millicores, shared by its Pods, as if a Service spread the requests. */
interface Load {
  millicores: number;
}

/** A program that takes its share of the load, once per second. */
function sharing(load: Load): ImageProgram {
  return {
    async run(ctx) {
      while (!ctx.signal.aborted) {
        const all = (await cluster.api.list(pods, { namespace: 'default', labelSelector: 'app=web' })).items;
        const working = all.filter((pod) => findCondition(pod.status?.conditions, 'Ready')?.status === 'True').length;
        ctx.reportUsage?.({ cpuMillicores: load.millicores / Math.max(1, working), memoryBytes: 20 * 1024 ** 2 });
        await ctx.clock.sleep(5000, ctx.signal).catch(() => {});
      }
      return 0;
    },
  };
}

async function start(load: Load, metrics: object[], behavior?: object): Promise<void> {
  cluster = await startEmbeddedCluster({
    seed: 11,
    ingressPort: 8490,
    rate: 0,
    images: { 'example.com/shop': sharing(load) },
    log: silentLog,
  });
  // What is seen when depends on where in a window of measurement everything begins.
  await cluster.clock.advanceTo(Math.ceil(cluster.clock.nowMs() / MINUTE) * MINUTE + 5000);
  await cluster.api.create(deployments, {
    metadata: WEB,
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'app', image: 'example.com/shop', resources: { requests: { cpu: '100m', memory: '32Mi' } } }] },
      },
    },
  } as never);
  await cluster.api.create(horizontalPodAutoscalers, {
    metadata: WEB,
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 1,
      maxReplicas: 8,
      metrics,
      ...(behavior === undefined ? {} : { behavior }),
    },
  } as never);
  await cluster.activity.settled();
}

const cpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } };
const pass = (ms: number): Promise<void> => cluster.clock.advanceTo(cluster.clock.nowMs() + ms);
const size = async (): Promise<number | undefined> => (await cluster.api.get(deployments, WEB))?.spec?.replicas;
const conditions = async () => (await cluster.api.get(horizontalPodAutoscalers, WEB))!.status!.conditions!;
const told = async (): Promise<string[]> =>
  ((await cluster.api.list(events, { namespace: 'default' })).items as Event[])
    .filter(({ involvedObject }) => involvedObject.kind === 'HorizontalPodAutoscaler')
    .map(({ reason, message }) => `${reason}: ${message}`);

it('follows the load of a Deployment up at once and down after five quiet minutes', async () => {
  const load = { millicores: 40 };
  await start(load, [cpu]);
  await pass(MINUTE);
  expect(await size()).toBe(1);
  load.millicores = 300;
  await pass(2 * MINUTE);
  expect(await size()).toBe(6);
  expect((await cluster.api.get(horizontalPodAutoscalers, WEB))!.status).toMatchObject({
    currentReplicas: 6,
    desiredReplicas: 6,
    currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 50, averageValue: '50m' } } }],
  });
  load.millicores = 40;
  await pass(4 * MINUTE);
  expect(await size()).toBe(6);
  expect(findCondition(await conditions(), 'AbleToScale')).toMatchObject({ status: 'True', reason: 'ScaleDownStabilized' });
  await pass(2 * MINUTE);
  expect(await size()).toBe(1);
  const rescales = (await told()).filter((text) => text.startsWith('SuccessfulRescale'));
  expect(rescales[0]).toBe('SuccessfulRescale: New size: 3; reason: cpu resource utilization (percentage of request) above target');
  expect(rescales.at(-1)).toBe('SuccessfulRescale: New size: 1; reason: All metrics below target');
});

it('stops at the most and says so', async () => {
  await start({ millicores: 2000 }, [cpu]);
  await pass(4 * MINUTE);
  expect(await size()).toBe(8);
  expect(findCondition(await conditions(), 'ScalingLimited')).toMatchObject({ status: 'True', reason: 'TooManyReplicas' });
});

it('goes by the average amount of memory and by policies', async () => {
  const byMemory = { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '5Mi' } } };
  await start({ millicores: 10 }, [byMemory], { scaleUp: { policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] } });
  await pass(50_000);
  expect(await size()).toBe(2);
  await pass(MINUTE);
  expect(await size()).toBe(3);
  expect(findCondition(await conditions(), 'ScalingLimited')).toMatchObject({ status: 'True', reason: 'ScaleUpLimit' });
});

it('says what is missing until the first Pods were measured', async () => {
  await start({ millicores: 10 }, [cpu]);
  expect(findCondition(await conditions(), 'ScalingActive')).toMatchObject({
    status: 'False',
    reason: 'FailedGetResourceMetric',
    message:
      'the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API',
  });
  await pass(MINUTE);
  expect(findCondition(await conditions(), 'ScalingActive')).toMatchObject({ status: 'True', reason: 'ValidMetricFound' });
});

it('measures Pods over whole windows of 15 s, and none before its first', async () => {
  await start({ millicores: 50 }, [cpu]);
  expect((await cluster.api.list(podMetrics, { namespace: 'default' })).items).toEqual([]);
  await pass(35_000);
  const [measured] = (await cluster.api.list(podMetrics, { namespace: 'default', labelSelector: 'app=web' })).items;
  expect(measured).toMatchObject({ window: '15s', containers: [{ name: 'app', usage: { cpu: '50000000n', memory: '20480Ki' } }] });
  expect(Date.parse(measured!.timestamp) % 15_000).toBe(0);
});
