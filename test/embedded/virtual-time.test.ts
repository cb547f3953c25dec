import { afterEach, expect, it } from 'vitest';
import { hostClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { poll } from '../../src/base/poll.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from '../../src/embedded/cluster.ts';
import { clocks } from '../../src/kube/clock-resource.ts';
import type { Event } from '../../src/kube/generated/types.ts';
import { cronJobs, customResourceDefinitions, deployments, events, pods } from '../../src/kube/resource-type.ts';
import { customResourceDefinitions as manifests } from '../../src/rollouts/crd/custom-resource-definitions.ts';
import { rollouts } from '../../src/rollouts/rollout.ts';
import { installController } from '../support/rollout-stages.ts';

const MINUTE = 60_000;
const WHOLE_MS = 330_000;
const CANARY = { namespace: 'default', name: 'canary' };
const sample = (tag: string): string => `ghcr.io/canary-lab/sample-app:${tag}`;
const canaryTemplate = (tag: string) => ({
  metadata: { labels: { app: 'canary' } },
  spec: { containers: [{ name: 'app', image: sample(tag) }] },
});
let cluster: EmbeddedCluster;
afterEach(() => cluster.stop());

/** A cluster whose time is a fixed offset into a minute and stands still. */
async function start(): Promise<void> {
  cluster = await startEmbeddedCluster({ seed: 51, ingressPort: 8380, rate: 0, log: silentLog });
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
}

/** What makes the same things happen at instants far enough apart to have an order: probes, back-offs, schedules and a pause of five minutes. */
async function play(): Promise<void> {
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
async function story(fromMs: number, toMs: number): Promise<string[]> {
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

/** Plays from a fresh cluster for `forMs`, in one jump or at a rate, and tells the story of that time. */
async function tell(how: 'jump' | { rate: number }, forMs = WHOLE_MS): Promise<string[]> {
  await start();
  const { clock, activity } = cluster;
  const fromMs = clock.nowMs();
  await play();
  if (how === 'jump') await clock.advanceTo(fromMs + forMs);
  else {
    await setRate(how.rate);
    await poll(
      () => clock.nowMs(),
      { until: (now) => now >= fromMs + forMs, everyMs: 5, timeoutMs: 25_000, what: 'the end of the story' },
      { clock: hostClock },
    );
    await setRate(0);
  }
  await activity.settled();
  return story(fromMs, fromMs + forMs);
}

const setRate = (rate: number): Promise<unknown> =>
  cluster.api.patch(clocks, { name: 'cluster' }, { type: 'merge', body: { spec: { rate } } });

it('tells the same story of a pause of five minutes, probes, back-offs and schedules in a jump and at 60 times the speed', async () => {
  const jumped = await tell('jump');
  expect(jumped).toEqual(
    expect.arrayContaining([
      'crashing BackOff x6',
      'canary RolloutResumed x1',
      'tick SawCompletedJob x1',
      'unhealthy Killing x3',
      'unpullable BackOff x6',
    ]),
  );
  await cluster.stop();
  expect(await tell({ rate: 60 })).toEqual(jumped);
}, 60_000);

it('tells the same first seconds at the speed of the host', async () => {
  const jumped = await tell('jump', 3500);
  await cluster.stop();
  expect(await tell({ rate: 1 }, 3500)).toEqual(jumped);
}, 60_000);

it('stands still at rate 0 until it is moved', async () => {
  await start();
  await play();
  const fromMs = cluster.clock.nowMs();
  const before = await story(fromMs, fromMs + MINUTE);
  await hostClock.sleep(300);
  expect(cluster.clock.nowMs()).toBe(fromMs);
  expect(await story(fromMs, fromMs + MINUTE)).toEqual(before);
  const advanceTo = new Date(fromMs + 15_000).toISOString();
  await cluster.api.patch(clocks, { name: 'cluster' }, { type: 'merge', body: { spec: { advanceTo } } });
  await poll(
    async () => (await cluster.api.get(clocks, { name: 'cluster' }))?.status?.now,
    { until: (now) => Date.parse(now ?? '') === fromMs + 15_000, everyMs: 5, timeoutMs: 10_000, what: 'the jump' },
    { clock: hostClock },
  );
  await cluster.activity.settled();
  expect(await story(fromMs, fromMs + MINUTE)).not.toEqual(before);
  expect(cluster.clock.nowMs()).toBe(fromMs + 15_000);
});
