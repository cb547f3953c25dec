import { afterAll, beforeAll, expect, it } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { type Random, seededRandom } from '../../src/base/random.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from '../../src/embedded/cluster.ts';
import type { KubeObject } from '../../src/kube/object.ts';
import {
  configMaps,
  daemonSets,
  deployments,
  endpointSlices,
  events,
  jobs,
  namespaces,
  pods,
  type ResourceType,
  replicaSets,
  services,
  statefulSets,
} from '../../src/kube/resource-type.ts';
import { snapshots } from '../../src/kube/snapshot-resource.ts';
import { isStatus } from '../../src/kube/status-error.ts';

type Workload = KubeObject & { spec?: { replicas?: number }; status?: Record<string, number | undefined> };

const WORKLOADS = [deployments, replicaSets, statefulSets, daemonSets, jobs] as unknown as ResourceType<Workload>[];
const MADE = [...WORKLOADS, services, configMaps] as ResourceType<KubeObject>[];
const WATCHED = [...MADE, pods, endpointSlices, namespaces, events] as ResourceType<KubeObject>[];
const POLICIES = ['Background', 'Foreground', 'Orphan'] as const;

let cluster: EmbeddedCluster;
beforeAll(async () => {
  cluster = await startEmbeddedCluster({ seed: 71, ingressPort: 8680, rate: 0, nodes: 2, log: silentLog });
});
afterAll(() => cluster.stop());

async function advance(seconds: number): Promise<void> {
  await cluster.clock.advanceTo(cluster.clock.nowMs() + seconds * 1000);
  await cluster.activity.settled();
}

async function tolerant(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isStatus(error, 'NotFound', 'Conflict', 'AlreadyExists', 'Forbidden', 'Invalid')) throw error;
  }
}

const pick = <T>(random: Random, list: readonly T[]): T | undefined => list[random.below(Math.max(1, list.length))];

function draft(type: ResourceType, namespace: string, random: Random): object {
  const name = `n${random.below(3)}`;
  const labels = { app: name };
  const metadata = { namespace, name: `${type.resource.slice(0, 3)}-${name}` };
  const template = {
    metadata: { labels },
    spec: {
      terminationGracePeriodSeconds: 1 + random.below(20),
      restartPolicy: type.kind === 'Job' ? 'Never' : 'Always',
      containers: [{ name: 'main', image: 'busybox', command: ['sleep', type.kind === 'Job' ? '15' : '100000'] }],
    },
  };
  const selector = { matchLabels: labels };
  switch (type.kind) {
    case 'ConfigMap':
      return { metadata, data: { n: String(random.below(9)) } };
    case 'Service':
      return { metadata, spec: { selector: labels, ports: [{ port: 80 }] } };
    case 'Job':
      return { metadata, spec: { completions: 2, template } };
    case 'DaemonSet':
      return { metadata, spec: { selector, template } };
    default:
      return { metadata, spec: { selector, template, serviceName: name, replicas: random.below(4) } };
  }
}

async function step(namespace: string, random: Random): Promise<void> {
  const { api } = cluster;
  const of = async (type: ResourceType<KubeObject>): Promise<string | undefined> =>
    pick(random, (await api.list(type, { namespace })).items)?.metadata.name;
  const type = pick(random, MADE)!;
  switch (random.below(8)) {
    case 0:
    case 1:
    case 2:
      return tolerant(api.create(type, draft(type, namespace, random) as never));
    case 3: {
      const name = await of(type);
      return name === undefined
        ? undefined
        : tolerant(api.delete(type, { namespace, name }, { propagationPolicy: pick(random, POLICIES)! }));
    }
    case 4: {
      const name = await of(pods as unknown as ResourceType<KubeObject>);
      return name === undefined
        ? undefined
        : tolerant(api.delete(pods, { namespace, name }, random.next() < 0.5 ? { gracePeriodSeconds: 0 } : {}));
    }
    case 5: {
      const scaled = pick(random, [deployments, replicaSets, statefulSets] as unknown as ResourceType<KubeObject>[])!;
      const name = await of(scaled);
      return name === undefined
        ? undefined
        : tolerant(api.patch(scaled, { namespace, name }, { type: 'merge', body: { spec: { replicas: random.below(4) } } }));
    }
    case 6: {
      const name = await of(deployments as unknown as ResourceType<KubeObject>);
      const body = { spec: { template: { metadata: { annotations: { round: String(random.below(3)) } } } } };
      return name === undefined ? undefined : tolerant(api.patch(deployments, { namespace, name }, { type: 'merge', body }));
    }
    default:
      return advance(random.below(8));
  }
}

/** A client's copy of a kind, kept by a list and a watch alone; tells of events that no history can have. */
async function follow(type: ResourceType<KubeObject>, signal: AbortSignal, illegal: string[]): Promise<Map<string, KubeObject>> {
  const list = await cluster.api.list(type);
  const keyOf = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;
  const copy = new Map(list.items.map((object) => [keyOf(object), object]));
  void (async () => {
    let last = Number(list.resourceVersion);
    for await (const event of cluster.api.watch(type, { resourceVersion: list.resourceVersion }, { signal })) {
      if (event.type === 'BOOKMARK') continue;
      const { object } = event;
      const known = copy.get(keyOf(object));
      const version = Number(object.metadata.resourceVersion);
      const place = `${event.type} ${type.resource} ${keyOf(object)} at ${version}`;
      if (version <= last) illegal.push(`${place} after ${last}`);
      if ((event.type === 'ADDED') !== (known === undefined)) illegal.push(place);
      if (known !== undefined && known.metadata.uid !== object.metadata.uid) illegal.push(`${place}: another uid`);
      last = version;
      if (event.type === 'DELETED') copy.delete(keyOf(object));
      else copy.set(keyOf(object), object);
    }
  })();
  return copy;
}

/** What is made by hand, by uid: it must be exactly this after a restore, whatever controllers do. */
async function made(namespace: string): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const type of MADE) {
    for (const object of (await cluster.api.list(type, { namespace })).items)
      found[`${type.resource} ${object.metadata.name}`] = [
        object.metadata.uid,
        object.metadata.generation,
        (object as { data?: unknown }).data,
      ];
  }
  return found;
}

async function podNames(namespace: string): Promise<string[]> {
  return (await cluster.api.list(pods, { namespace })).items.map(({ metadata }) => `${metadata.name} ${metadata.uid}`);
}

/** Workloads that are not as their spec says, and objects that have lost their owner. */
async function wrongs(namespace: string): Promise<string[]> {
  const found: string[] = [];
  const all = (await Promise.all(WATCHED.map(async (type) => (await cluster.api.list(type, { namespace })).items))).flat();
  const uids = new Set(all.map(({ metadata }) => metadata.uid));
  for (const { metadata } of all) {
    const owners = metadata.ownerReferences ?? [];
    if (owners.length > 0 && !owners.some(({ uid }) => uids.has(uid))) found.push(`${metadata.name} has lost its owner`);
    if (metadata.deletionTimestamp !== undefined) found.push(`${metadata.name} is being deleted`);
  }
  for (const type of [deployments, replicaSets, statefulSets] as unknown as ResourceType<Workload>[]) {
    for (const { metadata, spec, status } of (await cluster.api.list(type, { namespace })).items) {
      const available = status?.['availableReplicas'] ?? 0;
      if (available !== (spec?.replicas ?? 1)) found.push(`${type.resource} ${metadata.name} has ${available} of ${spec?.replicas} Pods`);
    }
  }
  const addresses = (await cluster.api.list(services)).items.map(({ spec }) => spec?.clusterIP);
  if (new Set(addresses).size < addresses.length) found.push('two Services have one address');
  const podIps = (await cluster.api.list(pods)).items
    .filter(({ status }) => status?.phase === 'Running')
    .map(({ status }) => status?.podIP);
  if (new Set(podIps).size < podIps.length) found.push('two Pods have one address');
  return found;
}

it.each(Array.from({ length: 25 }, (_, seed) => seed))(
  'goes back to a settled state from anywhere, and every controller agrees with it (seed %i)',
  async (seed) => {
    const { api } = cluster;
    const random = seededRandom(1000 + seed);
    const namespace = `random-${seed}`;
    const name = `random-${seed}`;
    const ending = new AbortController();
    const illegal: string[] = [];
    await api.create(namespaces, { metadata: { name: namespace }, spec: {} });
    for (let n = 0; n < 14; n++) await step(namespace, random);
    // At rest, so that nothing but what is undone has a reason to change.
    await advance(150);
    await api.create(snapshots, { metadata: { name }, spec: {} });
    const copies = new Map(await Promise.all(WATCHED.map(async (type) => [type, await follow(type, ending.signal, illegal)] as const)));
    const before = { made: await made(namespace), pods: await podNames(namespace) };
    for (let round = 1; round <= 3; round++) {
      for (let n = random.below(12); n > 0; n--) await step(namespace, random);
      if (random.next() < 0.2) await api.delete(namespaces, { name: namespace });
      // In the middle of whatever goes on.
      await api.patch(snapshots, { name }, { type: 'merge', body: { spec: { restore: round } } });
      await cluster.activity.settled();
      expect((await api.get(snapshots, { name }))?.status?.restored).toBe(round);
      expect({ made: await made(namespace), pods: await podNames(namespace) }).toEqual(before);
      await advance(60);
      expect({ made: await made(namespace), pods: await podNames(namespace) }).toEqual(before);
      expect(await wrongs(namespace)).toEqual([]);
    }
    expect(illegal).toEqual([]);
    for (const [type, copy] of copies) {
      const list = (await api.list(type)).items;
      expect(new Set(copy.values())).toEqual(new Set(list));
    }
    ending.abort();
    await api.delete(snapshots, { name });
    await api.delete(namespaces, { name: namespace });
    await advance(60);
  },
);
