import { hostClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { poll } from '../../src/base/poll.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from '../../src/embedded/cluster.ts';
import { clocks } from '../../src/kube/clock-resource.ts';
import type { Event } from '../../src/kube/generated/types.ts';
import { cronJobs, customResourceDefinitions, deployments, events, pods } from '../../src/kube/resource-type.ts';
import { customResourceDefinitions as manifests } from '../../src/rollouts/crd/custom-resource-definitions.ts';
import { rollouts } from '../../src/rollouts/rollout.ts';
import { installController } from './rollout-stages.ts';

const MINUTE = 60_000;
/** The pause of five minutes, and what comes after it. */
export const WHOLE_MS = 330_000;
const CANARY = { namespace: 'default', name: 'canary' };
const sample = (tag: string): string => `ghcr.io/canary-lab/sample-app:${tag}`;
const canaryTemplate = (tag: string) => ({
  metadata: { labels: { app: 'canary' } },
  spec: { containers: [{ name: 'app', image: sample(tag) }] },
});
/** A cluster with a Rollout, whose time is a fixed offset into a minute and stands still. */
export async function openTimeStory(): Promise<EmbeddedCluster> {
  const cluster = await startEmbeddedCluster({ seed: 51, ingressPort: 8380, rate: 0, log: silentLog });
  for (const definition of manifests()) await cluster.api.create(customResourceDefinitions, definition as never);
  await installController(cluster);
  await cluster.activity.settled();
  await cluster.api.create(rollouts, {
    metadata: CANARY,
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'canary' } },
      template: canaryTemplate('1.0.0'),
      strategy: { canary: { steps: [{ setWeight: 50 }, { pause: { duration: '5m' } }, { setWeight: 100 }] } },
    },
  } as never);
  await cluster.clock.advanceTo(Math.ceil((cluster.clock.nowMs() + MINUTE) / MINUTE) * MINUTE);
  await cluster.clock.advanceTo(Math.ceil(cluster.clock.nowMs() / MINUTE) * MINUTE + 7000);
  return cluster;
}

/** What makes the same things happen at instants far enough apart to have an order: probes, back-offs, schedules and a pause of five minutes. */
export async function playTimeStory(cluster: EmbeddedCluster): Promise<void> {
  const { api } = cluster;
  await api.patch(rollouts, CANARY, { type: 'merge', body: { spec: { template: canaryTemplate('2.0.0') } } });
  await api.create(pods, {
    metadata: { namespace: 'default', name: 'crashing' },
    spec: { containers: [{ name: 'app', image: 'busybox', command: ['sh', '-c', 'exit 3'] }] },
  });
  await api.create(pods, {
    metadata: { namespace: 'default', name: 'unpullable' },
    spec: { containers: [{ name: 'app', image: sample('does-not-exist') }] },
  });
  await api.create(pods, {
    metadata: { namespace: 'default', name: 'unhealthy' },
    spec: {
      terminationGracePeriodSeconds: 3,
      containers: [
        {
          name: 'app',
          image: sample('1.0.0'),
          livenessProbe: { httpGet: { path: '/nowhere', port: 8080 }, initialDelaySeconds: 45, periodSeconds: 45, failureThreshold: 2 },
        },
      ],
    },
  });
  await api.create(cronJobs, {
    metadata: { namespace: 'default', name: 'tick' },
    spec: {
      schedule: '*/2 * * * *',
      jobTemplate: {
        spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'app', image: 'busybox', command: ['sleep', '20'] }] } } },
      },
    },
  });
  await api.create(deployments, {
    metadata: { namespace: 'default', name: 'stuck' },
    spec: {
      progressDeadlineSeconds: 225,
      selector: { matchLabels: { app: 'stuck' } },
      template: {
        metadata: { labels: { app: 'stuck' } },
        spec: {
          containers: [
            { name: 'app', image: sample('never-ready'), readinessProbe: { httpGet: { path: '/readyz', port: 8080 }, periodSeconds: 300 } },
          ],
        },
      },
    },
  });
  await api.create(pods, {
    metadata: { namespace: 'default', name: 'paused' },
    spec: { restartPolicy: 'Never', containers: [{ name: 'app', image: 'busybox', command: ['sh', '-c', 'sleep 300; exit 4'] }] },
  });
  await cluster.activity.settled();
}

const stem = (name: string): string => name.replace(/-[0-9a-z]{8,10}(-[0-9a-z]{5})?$/, '').replace(/-\d{8}(-[0-9a-z]{5})?$/, '');

/**
 * `object reason xN` of every event in the order of its first time. What follows from one cause within four seconds is one moment, sorted: the work
 * of the host takes longer on a clock that runs fast.
 */
export async function timeStory(cluster: EmbeddedCluster, fromMs: number, toMs: number): Promise<string[]> {
  const all = (await cluster.api.list(events, { namespace: 'default' })).items as Event[];
  const rows = all.map((event) => ({
    second: Math.round((Date.parse(event.firstTimestamp!) - fromMs) / 1000),
    text: `${stem(event.involvedObject.name!)} ${event.reason} x${event.count}`,
  }));
  const moments: string[][] = [];
  let lastSecond = Number.NEGATIVE_INFINITY;
  for (const { second, text } of rows.filter((row) => row.second * 1000 <= toMs - fromMs).sort((a, b) => a.second - b.second)) {
    if (second - lastSecond > 4) moments.push([]);
    moments.at(-1)!.push(text);
    lastSecond = second;
  }
  return moments.flatMap((moment) => moment.sort());
}

/** Plays in a fresh cluster for `forMs`, in one jump or at a rate, and tells the story of that time. */
export async function tellTimeStory(cluster: EmbeddedCluster, how: 'jump' | { rate: number }, forMs = WHOLE_MS): Promise<string[]> {
  const { clock, activity } = cluster;
  const fromMs = clock.nowMs();
  await playTimeStory(cluster);
  if (how === 'jump') await clock.advanceTo(fromMs + forMs);
  else {
    await setRate(cluster, how.rate);
    const timeoutMs = forMs / how.rate + 60_000;
    await poll(
      () => clock.nowMs(),
      { until: (now) => now >= fromMs + forMs, everyMs: 5, timeoutMs, what: 'the end of the story' },
      { clock: hostClock },
    );
    await setRate(cluster, 0);
  }
  await activity.settled();
  return timeStory(cluster, fromMs, fromMs + forMs);
}

const setRate = (cluster: EmbeddedCluster, rate: number): Promise<unknown> =>
  cluster.api.patch(clocks, { name: 'cluster' }, { type: 'merge', body: { spec: { rate } } });
