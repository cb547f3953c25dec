import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostClock, nextTurn } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from '../../src/embedded/cluster.ts';
import type { ContainerStatus, Pod } from '../../src/kube/generated/types.ts';
import type { KubeObject } from '../../src/kube/object.ts';
import {
  configMaps,
  customResourceDefinitions,
  deployments,
  endpointSlices,
  ingresses,
  namespaces,
  nodes,
  pods,
  type ResourceType,
  replicaSets,
  secrets,
  services,
} from '../../src/kube/resource-type.ts';
import { type Snapshot, snapshots } from '../../src/kube/snapshot-resource.ts';
import { abortRollout } from '../../src/rollouts/commands/abort.ts';
import { promoteRollout } from '../../src/rollouts/commands/promote.ts';
import { restartRollout } from '../../src/rollouts/commands/restart.ts';
import { customResourceDefinitions as manifests } from '../../src/rollouts/crd/custom-resource-definitions.ts';
import { type Rollout, rollouts } from '../../src/rollouts/rollout.ts';
import { startBackgroundProbe } from '../../src/traffic/background-probe.ts';
import { jsonKey } from '../../src/traffic/load-report.ts';
import { installController } from '../support/rollout-stages.ts';
import { installIngress, shopImage, shopIngress } from '../support/shop-cluster.ts';

const SHOP = { namespace: 'shop', name: 'shop' };
const CANARY = { namespace: 'shop', name: 'canary' };
const LABELS = { app: 'shop' };
const PAUSE_SECONDS = 300;
const MID_CANARY = 'mid-canary';
/** What the state of the lab is compared by. */
const COMPARED = [
  namespaces,
  deployments,
  replicaSets,
  services,
  endpointSlices,
  ingresses,
  configMaps,
  secrets,
  pods,
  rollouts,
  customResourceDefinitions,
] as unknown as ResourceType<KubeObject>[];

let cluster: EmbeddedCluster;
beforeAll(async () => {
  cluster = await startEmbeddedCluster({ seed: 17, ingressPort: 8580, rate: 0, log: silentLog });
  await installIngress(cluster);
  for (const definition of manifests()) await cluster.api.create(customResourceDefinitions, definition as never);
  await installController(cluster);
  await advance(30);
  await installShop();
});
afterAll(() => cluster.stop());

async function advance(seconds: number): Promise<void> {
  await cluster.clock.advanceTo(cluster.clock.nowMs() + seconds * 1000);
  await cluster.activity.settled();
}

const template = (version: string) => ({
  metadata: { labels: LABELS },
  spec: {
    containers: [
      {
        name: 'shop',
        image: shopImage(version),
        ports: [{ name: 'http', containerPort: 8080 }],
        readinessProbe: { httpGet: { path: '/readyz', port: 'http' }, periodSeconds: 10 },
      },
    ],
  },
});

/** A Rollout of four Pods behind an Ingress, its canary at 25 percent in a pause of five minutes, and a Deployment beside it. */
async function installShop(): Promise<void> {
  const { api } = cluster;
  await api.create(namespaces, { metadata: { name: 'shop' }, spec: {} });
  await api.create(configMaps, {
    metadata: { namespace: 'shop', name: 'settings' },
    data: { since: '2026-01-01T00:00:00Z', colour: 'blue' },
  });
  for (const name of ['shop', 'canary'])
    await api.create(services, {
      metadata: { namespace: 'shop', name },
      spec: { selector: LABELS, ports: [{ port: 80, targetPort: 'http' }] },
    });
  await api.create(ingresses, shopIngress(SHOP));
  await api.create(rollouts, {
    metadata: SHOP,
    spec: {
      replicas: 4,
      selector: { matchLabels: LABELS },
      template: template('1.0.0'),
      strategy: {
        canary: {
          canaryService: 'canary',
          stableService: 'shop',
          trafficRouting: { nginx: { stableIngress: 'shop' } },
          steps: [{ setWeight: 25 }, { pause: { duration: `${PAUSE_SECONDS}s` } }, { setWeight: 75 }, { pause: {} }],
        },
      },
    },
  } as never);
  await api.create(deployments, {
    metadata: { namespace: 'shop', name: 'helper' },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'helper' } },
      template: { metadata: { labels: { app: 'helper' } }, spec: { containers: [{ name: 'c', image: 'nginx:1.25' }] } },
    },
  });
  await advance(30);
  await api.patch(rollouts, SHOP, { type: 'merge', body: { spec: { template: template('2.0.0') } } });
  await advance(20);
}

async function take(name: string): Promise<Snapshot> {
  await cluster.activity.settled();
  return cluster.api.create(snapshots, { metadata: { name }, spec: {} });
}

/** Resolves when the cluster is back and nothing happens any more at this instant. */
async function restore(name: string): Promise<void> {
  const { status } = (await cluster.api.get(snapshots, { name }))!;
  const wanted = (status?.restored ?? 0) + 1;
  await cluster.api.patch(snapshots, { name }, { type: 'merge', body: { spec: { restore: wanted } } });
  await cluster.activity.settled();
  expect((await cluster.api.get(snapshots, { name }))?.status?.restored).toBe(wanted);
}

const rollout = async (): Promise<Rollout> => (await cluster.api.get(rollouts, SHOP))!;
const shopPods = async (): Promise<Pod[]> => (await cluster.api.list(pods, { namespace: 'shop' })).items;
/** Container ids of the namespace by Pod. */
const containers = async (): Promise<Map<string, string | undefined>> =>
  new Map((await shopPods()).map(({ metadata, status }) => [metadata.name, status?.containerStatuses?.[0]?.containerID]));
const secondsSince = (text: string | undefined): number => Math.round((cluster.clock.nowMs() - Date.parse(text!)) / 1000);

/**
 * Every compared object of the cluster by its place, its times as seconds before now. Left out are versions, who wrote what, and what
 * tells of the containers of the stable Pods, which have to be started again.
 */
async function state(): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const type of COMPARED) {
    for (const object of (await cluster.api.list(type)).items) {
      const { resourceVersion: _, managedFields: __, generation: ___, ...metadata } = object.metadata;
      const place = `${type.resource} ${metadata.namespace ?? ''}/${metadata.name}`;
      found[place] = relative(
        { ...object, metadata },
        place.startsWith('pods shop/') ? ['status', 'startedAt', 'lastTransitionTime', 'containerID'] : [],
      );
    }
  }
  return found;
}

function relative(value: unknown, omitted: readonly string[], path: readonly string[] = []): unknown {
  const isData = path[0] === 'data' || (path[0] === 'metadata' && path[1] === 'annotations');
  if (typeof value === 'string') return !isData && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? `${secondsSince(value)} s ago` : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => relative(item, omitted, [...path, '']));
    // Stable Pods were unavailable for a moment, which moves the condition to the end of the list.
    if (path.at(-1) !== 'conditions') return items;
    return (items as { type: string }[]).filter(({ type }) => type !== 'Available').sort((a, b) => (a.type < b.type ? -1 : 1));
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, child]) =>
      (path.length > 0 && omitted.includes(name)) || name === 'endpoints.kubernetes.io/last-change-trigger-time'
        ? []
        : [[name, relative(child, omitted, [...path, name])]],
    ),
  );
}

/** The share of so many requests that the canary answers, in percent; none of them may fail. */
async function canaryShare(requests = 400): Promise<number> {
  const probe = startBackgroundProbe(
    new URL(cluster.ingressUrl),
    { ratePerSecond: 400, host: 'shop.test', path: '/success', keyOf: jsonKey('version') },
    { clock: hostClock, signal: new AbortController().signal },
  );
  while (probe.peek().requests < requests) await hostClock.sleep(20);
  const report = await probe.stop();
  expect(report.failures).toEqual([]);
  return (100 * (report.byKey['2.0.0'] ?? 0)) / report.requests;
}

it('is told of as a capability', async () => {
  expect(cluster.capabilities.snapshots).toBe(true);
  const self = await cluster.api.get(configMaps, { namespace: 'kube-public', name: 'canary-lab' });
  expect(JSON.parse(self!.data!['capabilities']!)).toMatchObject({ snapshots: true });
});

describe('from a canary in its pause', () => {
  let thirtySecondsLater: Record<string, unknown>;
  let containersBefore: Map<string, string | undefined>;
  let leftSeconds: number;

  beforeAll(async () => {
    const taken = await take(MID_CANARY);
    expect(taken.status).toMatchObject({ restored: 0, takenAt: expect.any(String) as string });
    expect(taken.status!.objects).toBeGreaterThan(50);
    leftSeconds = PAUSE_SECONDS - secondsSince((await rollout()).status?.pauseConditions?.[0]?.startTime);
    expect(leftSeconds).toBeGreaterThan(200);
    containersBefore = await containers();
    await advance(30);
    thirtySecondsLater = await state();
  });

  const back = async (): Promise<void> => {
    await restore(MID_CANARY);
    await advance(30);
    expect(await state()).toEqual(thirtySecondsLater);
  };

  it('shows the same future after the canary was promoted, time went by and objects came, changed and went', async () => {
    const { api } = cluster;
    const stable = (await rollout()).status?.stableRS;
    await promoteRollout(api, SHOP, { full: true });
    await advance(60);
    await api.patch(configMaps, { namespace: 'shop', name: 'settings' }, { type: 'merge', body: { data: { colour: 'green' } } });
    await api.create(services, { metadata: { namespace: 'shop', name: 'later' }, spec: { ports: [{ port: 80 }], selector: LABELS } });
    await api.delete(services, CANARY);
    await advance(100);
    expect((await rollout()).status?.stableRS).not.toBe(stable);
    await back();
  });

  it('goes on with the containers that still run and starts those again that do not, as if nothing had ended them', async () => {
    await promoteRollout(cluster.api, SHOP, { full: true });
    await advance(60);
    await restore(MID_CANARY);
    await advance(30);
    const now = await containers();
    expect([...now.keys()].sort()).toEqual([...containersBefore.keys()].sort());
    const again = [...now].filter(([name, id]) => containersBefore.get(name) !== id).map(([name]) => name);
    expect(again).toHaveLength(4);
    const stable = (await rollout()).status!.stableRS!;
    expect(again.every((name) => name.startsWith(`shop-${stable}-`))).toBe(true);
    for (const { status } of await shopPods())
      expect(status?.containerStatuses?.[0]).toMatchObject({ ready: true, restartCount: 0, lastState: {} });
  });

  it('sends the canary the share of traffic that it had', async () => {
    await promoteRollout(cluster.api, SHOP, { full: true });
    await advance(60);
    expect(await canaryShare()).toBe(100);
    await back();
    // 25 % of 900: the bounds are seven standard deviations away.
    const share = await canaryShare(900);
    expect(share).toBeGreaterThan(15);
    expect(share).toBeLessThan(35);
  });

  it('leaves the pause as much time as it had', async () => {
    await advance(400);
    expect((await rollout()).status?.currentStepIndex).toBe(3);
    await restore(MID_CANARY);
    await advance(leftSeconds - 3);
    expect((await rollout()).status?.currentStepIndex).toBe(1);
    await advance(6);
    expect((await rollout()).status?.currentStepIndex).toBe(3);
    await back();
  });

  it('can be promoted again, and aborted, as often as one goes back', async () => {
    for (const end of ['promoted', 'aborted', 'promoted']) {
      if (end === 'promoted') await promoteRollout(cluster.api, SHOP);
      else await abortRollout(cluster.api, SHOP);
      await advance(60);
      const { status } = await rollout();
      expect([status?.currentStepIndex, status?.abort ?? false]).toEqual(end === 'promoted' ? [3, false] : [0, true]);
      await back();
    }
  });

  it('can be restarted although a restart was undone while Pods were on their way out', async () => {
    const restart = (): Promise<unknown> => restartRollout(cluster.api, SHOP, { atMs: cluster.clock.nowMs() });
    await restart();
    while (!(await shopPods()).some(({ metadata }) => metadata.deletionTimestamp !== undefined)) await nextTurn();
    await back();
    const before = await shopPods();
    await restart();
    await advance(200);
    const now = new Set((await shopPods()).map(({ metadata }) => metadata.uid));
    expect(before.filter(({ metadata }) => metadata.labels?.['app'] === 'shop' && now.has(metadata.uid))).toEqual([]);
    await restore(MID_CANARY);
    await advance(30);
  });

  it('brings a deleted namespace back with all that was in it, under the same uids and addresses', async () => {
    const { api } = cluster;
    const address = (await api.get(services, SHOP))!.spec!.clusterIP!;
    await api.delete(namespaces, { name: 'shop' });
    await advance(120);
    expect(await api.get(namespaces, { name: 'shop' })).toBeUndefined();
    const thief = await api.create(services, {
      metadata: { namespace: 'default', name: 'thief' },
      spec: { clusterIP: address, ports: [{ port: 80 }] },
    });
    expect(thief.spec?.clusterIP).toBe(address);
    await back();
    expect((await api.get(services, SHOP))!.spec!.clusterIP).toBe(address);
    const again = api.create(services, {
      metadata: { namespace: 'default', name: 'thief' },
      spec: { clusterIP: address, ports: [{ port: 80 }] },
    });
    await expect(again).rejects.toThrow('provided IP is already allocated');
    expect(await canaryShare()).toBeLessThan(50);
  });

  it('stops the deletion of a namespace that is under way', async () => {
    const { api } = cluster;
    await api.delete(namespaces, { name: 'shop' });
    expect((await api.get(namespaces, { name: 'shop' }))?.status?.phase).toBe('Terminating');
    await back();
  });

  it('gives back the address of a Service that came later', async () => {
    const { api } = cluster;
    const later = { metadata: { namespace: 'shop', name: 'later' }, spec: { ports: [{ port: 80 }] } };
    const address = (await api.create(services, later)).spec!.clusterIP!;
    await back();
    const again = await api.create(services, { ...later, spec: { ...later.spec, clusterIP: address } });
    expect(again.spec?.clusterIP).toBe(address);
    await back();
  });

  it('works on when the controllers themselves have to be started again, and at once', async () => {
    const { api } = cluster;
    for (const namespace of ['ingress-nginx', 'argo-rollouts'])
      for (const { metadata } of (await api.list(pods, { namespace })).items) await api.delete(pods, { namespace, name: metadata.name });
    await promoteRollout(api, SHOP, { full: true });
    await advance(60);
    expect(await canaryShare()).toBe(100);
    await restore(MID_CANARY);
    await advance(5);
    // 25 % of 900: the bounds are seven standard deviations away.
    const share = await canaryShare(900);
    expect(share).toBeGreaterThan(15);
    expect(share).toBeLessThan(35);
    await promoteRollout(api, SHOP);
    await advance(5);
    expect((await rollout()).status?.currentStepIndex).toBe(3);
    await restore(MID_CANARY);
    await advance(30);
  });

  it('serves a custom kind again whose definition was deleted, and no more one that came later', async () => {
    const { api } = cluster;
    const widgets: ResourceType<KubeObject> = {
      group: 'later.example.com',
      version: 'v1',
      resource: 'widgets',
      kind: 'Widget',
      namespaced: true,
    };
    await api.create(customResourceDefinitions, {
      metadata: { name: 'widgets.later.example.com' },
      spec: {
        group: widgets.group,
        scope: 'Namespaced',
        names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    } as never);
    await advance(1);
    await api.create(widgets, { metadata: { namespace: 'shop', name: 'w' } });
    await api.delete(customResourceDefinitions, { name: 'rollouts.argoproj.io' });
    await advance(5);
    await expect(api.list(rollouts, { namespace: 'shop' })).rejects.toThrow('could not find the requested resource');
    await restore(MID_CANARY);
    expect((await rollout()).metadata.name).toBe('shop');
    await expect(api.list(widgets, { namespace: 'shop' })).rejects.toThrow('could not find the requested resource');
    // Who watched the kind tries again after a while.
    await advance(30);
    await promoteRollout(api, SHOP);
    await advance(30);
    expect((await rollout()).status?.currentStepIndex).toBe(3);
    await restore(MID_CANARY);
    await advance(30);
  });
});

describe('of single Pods', () => {
  const pod = (name: string, command: string[], spec: object = {}): Promise<Pod> =>
    cluster.api.create(pods, {
      metadata: { namespace: 'default', name },
      spec: { terminationGracePeriodSeconds: 20, containers: [{ name: 'c', image: 'busybox', command }], ...spec },
    });
  const get = async (name: string): Promise<Pod | undefined> => cluster.api.get(pods, { namespace: 'default', name });
  const container = async (name: string): Promise<ContainerStatus> => (await get(name))!.status!.containerStatuses![0]!;
  const remove = (name: string): Promise<void> => cluster.api.delete(pods, { namespace: 'default', name }, { gracePeriodSeconds: 0 });

  it('runs one again that has ended since, for as long as it takes', async () => {
    await pod('short', ['sleep', '20'], { restartPolicy: 'Never' });
    await advance(5);
    await take('short');
    await advance(60);
    expect((await get('short'))?.status?.phase).toBe('Succeeded');
    await restore('short');
    expect((await get('short'))?.status?.phase).toBe('Running');
    await advance(10);
    expect((await container('short')).state?.running).toBeDefined();
    await advance(15);
    expect((await get('short'))?.status?.phase).toBe('Succeeded');
    await remove('short');
  });

  it('leaves one alone that had ended', async () => {
    await pod('over', ['sleep', '1'], { restartPolicy: 'Never' });
    await advance(10);
    await take('over');
    const { containerID } = await container('over');
    await remove('over');
    await advance(100);
    await restore('over');
    await advance(10);
    const again = (await get('over'))!;
    expect(again.status).toMatchObject({ phase: 'Succeeded', containerStatuses: [{ containerID, restartCount: 0 }] });
    expect(secondsSince(again.status?.containerStatuses?.[0]?.state?.terminated?.finishedAt)).toBeLessThan(25);
    await remove('over');
  });

  it('starts one again that is being deleted, and goes on with the deletion of one that was', async () => {
    const lifecycle = { preStop: { sleep: { seconds: 15 } } };
    for (const name of ['saved', 'doomed'])
      await pod(name, [], {
        containers: [{ name: 'c', image: 'busybox', command: ['sleep', '1000'], lifecycle }],
      });
    await advance(2);
    await cluster.api.delete(pods, { namespace: 'default', name: 'doomed' });
    await take('ends');
    await cluster.api.delete(pods, { namespace: 'default', name: 'saved' });
    await advance(5);
    expect((await get('saved'))?.metadata.deletionTimestamp).toBeDefined();
    await restore('ends');
    await advance(30);
    expect((await get('saved'))?.status).toMatchObject({ phase: 'Running', containerStatuses: [{ ready: true, restartCount: 0 }] });
    expect(await get('doomed')).toBeUndefined();
    await remove('saved');
  });

  it('takes back what a container has gone through since, and its image', async () => {
    await pod('patched', ['sh', '-c', 'sleep 40; exit 3']);
    await advance(2);
    await take('patched');
    const { containerID } = await container('patched');
    await advance(200);
    expect((await container('patched')).restartCount).toBeGreaterThan(1);
    await restore('patched');
    await advance(2);
    const now = await container('patched');
    expect(now).toMatchObject({ restartCount: 0, ready: true });
    expect(now.containerID).not.toBe(containerID);
    await advance(45);
    expect((await container('patched')).restartCount).toBe(1);
    await cluster.api.patch(
      pods,
      { namespace: 'default', name: 'patched' },
      {
        type: 'strategic',
        body: { spec: { containers: [{ name: 'c', image: 'busybox:1.36' }] } },
      },
    );
    await restore('patched');
    await advance(2);
    expect((await get('patched'))?.spec.containers[0]?.image).toBe('busybox');
    expect(await container('patched')).toMatchObject({
      restartCount: 0,
      ready: true,
      image: expect.stringMatching(/busybox:latest$/) as string,
    });
    await remove('patched');
  });

  it('looks for a node again for one that had none, when there is one', async () => {
    const label = (value: string | null): Promise<unknown> =>
      cluster.api.patch(nodes, { name: cluster.nodes[0]! }, { type: 'merge', body: { metadata: { labels: { room: value } } } });
    await pod('waiting', ['sleep', '1000'], { nodeSelector: { room: 'free' } });
    await take('waiting');
    for (let round = 0; round < 2; round++) {
      await label('free');
      await advance(5);
      expect((await get('waiting'))?.status?.phase).toBe('Running');
      await restore('waiting');
      await advance(5);
      expect((await get('waiting'))?.spec.nodeName).toBeUndefined();
      expect((await get('waiting'))?.status?.phase).toBe('Pending');
      expect((await cluster.api.get(nodes, { name: cluster.nodes[0]! }))?.metadata.labels?.['room']).toBeUndefined();
    }
    await remove('waiting');
  });

  it('gives one that was active for a while the rest of its time', async () => {
    await pod('limited', ['sleep', '1000'], { activeDeadlineSeconds: 60 });
    await advance(20);
    await take('limited');
    await advance(30);
    await restore('limited');
    await advance(30);
    expect((await get('limited'))?.status?.phase).toBe('Running');
    await advance(15);
    expect((await get('limited'))?.status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded' });
    await remove('limited');
  });
});

it('refuses more than 64 Snapshots, until one is deleted', async () => {
  const { api } = cluster;
  const present = (await api.list(snapshots)).items.length;
  const names = Array.from({ length: 64 - present }, (_, at) => `many-${at}`);
  for (const name of names) await api.create(snapshots, { metadata: { name }, spec: {} });
  await expect(api.create(snapshots, { metadata: { name: 'one-more' }, spec: {} })).rejects.toThrow(
    'snapshots.canary-lab.internal "one-more" is forbidden: the cluster keeps at most 64 snapshots; delete one first',
  );
  for (const name of names) await api.delete(snapshots, { name });
  await api.create(snapshots, { metadata: { name: 'one-more' }, spec: {} });
});

it('has restored what is found after the process has started again, and no Snapshots', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'canary-lab-snapshots-'));
  const options = { seed: 3, ingressPort: 8590, rate: 0, log: silentLog, dataFile: path.join(folder, 'store.sqlite') };
  const settings = { namespace: 'default', name: 'settings' };
  const first = await startEmbeddedCluster(options);
  try {
    await first.api.create(configMaps, { metadata: settings, data: { colour: 'blue' } });
    await first.api.create(snapshots, { metadata: { name: 'one' }, spec: {} });
    await first.api.patch(configMaps, settings, { type: 'merge', body: { data: { colour: 'green' } } });
    await first.api.create(namespaces, { metadata: { name: 'later' }, spec: {} });
    await first.activity.settled();
    await first.api.patch(snapshots, { name: 'one' }, { type: 'merge', body: { spec: { restore: 1 } } });
    await first.activity.settled();
  } finally {
    await first.stop();
  }
  const second = await startEmbeddedCluster(options);
  try {
    expect((await second.api.get(configMaps, settings))?.data).toEqual({ colour: 'blue' });
    expect(await second.api.get(namespaces, { name: 'later' })).toBeUndefined();
    expect((await second.api.list(snapshots)).items).toEqual([]);
  } finally {
    await second.stop();
    await rm(folder, { recursive: true });
  }
});
