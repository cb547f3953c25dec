import { afterAll, beforeAll, expect, it } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { type Random, seededRandom } from '../../src/base/random.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from '../../src/embedded/cluster.ts';
import type { ImageProgram } from '../../src/embedded/images/image-program.ts';
import type { KubeObject, ObjectKey } from '../../src/kube/object.ts';
import {
  configMaps,
  cronJobs,
  daemonSets,
  deployments,
  endpointSlices,
  events,
  jobs,
  namespaces,
  pods,
  type ResourceType,
  replicaSets,
  secrets,
  serviceAccounts,
  services,
  statefulSets,
} from '../../src/kube/resource-type.ts';
import { isStatus } from '../../src/kube/status-error.ts';

const HISTORIES = 200;
const STEPS = 12;
const HOLD = 'test.example.com/hold';
const POLICIES = ['Background', 'Foreground', 'Orphan'] as const;
const WORKLOADS = [deployments, replicaSets, statefulSets, daemonSets, jobs, cronJobs] as ResourceType<Workload>[];
const NAMESPACED = [
  ...WORKLOADS,
  pods,
  configMaps,
  secrets,
  services,
  endpointSlices,
  serviceAccounts,
  events,
] as ResourceType<KubeObject>[];

type Workload = KubeObject & { spec?: { replicas?: number }; status?: Record<string, number | undefined> };

/** Programs that run now; a test ends them with an exit code of its choice, as a crash would. */
class MortalPrograms implements ImageProgram {
  readonly #running = new Set<{ namespace: string; end(exitCode: number): void }>();

  async run(ctx: Parameters<ImageProgram['run']>[0]): Promise<number> {
    // Some of them do not hear a stop signal and must be killed.
    const listens = !ctx.image.includes('deaf');
    return new Promise((resolve) => {
      const entry = {
        namespace: ctx.pod.namespace,
        end: (exitCode: number) => {
          this.#running.delete(entry);
          resolve(exitCode);
        },
      };
      this.#running.add(entry);
      if (ctx.container.runsToCompletion === true) ctx.clock.after(3000, () => entry.end(0));
      if (listens) ctx.signal.addEventListener('abort', () => entry.end(0), { once: true });
      ctx.killed.addEventListener('abort', () => entry.end(137), { once: true });
    });
  }

  in(namespace: string): { end(exitCode: number): void }[] {
    return [...this.#running].filter((entry) => entry.namespace === namespace);
  }
}

const programs = new MortalPrograms();
let cluster: EmbeddedCluster;
beforeAll(async () => {
  cluster = await startEmbeddedCluster({
    seed: 61,
    ingressPort: 8480,
    rate: 0,
    images: { 'example.com/mortal': programs },
    log: silentLog,
  });
});
afterAll(() => cluster.stop());

async function advance(ms: number): Promise<void> {
  await cluster.clock.advanceTo(cluster.clock.nowMs() + ms);
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

function aWorkload(type: ResourceType, namespace: string, name: string, random: Random): object {
  const labels = { app: name };
  const completes = type === jobs || type === cronJobs;
  const spec = {
    terminationGracePeriodSeconds: 1 + random.below(20),
    restartPolicy: completes ? 'Never' : 'Always',
    containers: [{ name: 'main', image: `example.com/mortal:${random.next() < 0.2 ? 'deaf' : 'one'}` }],
  };
  const template = { metadata: { labels, ...(random.next() < 0.1 ? { finalizers: [HOLD] } : {}) }, spec };
  const common = { selector: { matchLabels: labels }, template };
  const metadata = { namespace, name, ...(random.next() < 0.15 ? { finalizers: [HOLD] } : {}) };
  if (type === jobs) return { metadata, spec: { completions: 3, parallelism: 2, backoffLimit: 2, template } };
  if (type === cronJobs) return { metadata, spec: { schedule: '* * * * *', jobTemplate: { spec: { template } } } };
  if (type === statefulSets) return { metadata, spec: { ...common, serviceName: name, replicas: 2 } };
  if (type === daemonSets) return { metadata, spec: common };
  return { metadata, spec: { ...common, replicas: random.below(4) } };
}

async function oneStep(namespace: string, random: Random): Promise<void> {
  const { api } = cluster;
  const chosenType = pick(random, WORKLOADS)!;
  const of = async (type: ResourceType<KubeObject>): Promise<ObjectKey | undefined> => {
    const found = pick(random, (await api.list(type, { namespace })).items);
    return found && { namespace, name: found.metadata.name };
  };
  switch (random.below(9)) {
    case 0:
    case 1:
    case 2:
      return tolerant(api.create(chosenType, aWorkload(chosenType, namespace, `w${random.below(4)}`, random) as never));
    case 3: {
      const key = await of(chosenType);
      return key && tolerant(api.delete(chosenType, key, { propagationPolicy: pick(random, POLICIES)! }));
    }
    case 4: {
      const key = await of(pods);
      return key && tolerant(api.delete(pods, key, random.next() < 0.5 ? { gracePeriodSeconds: 0 } : {}));
    }
    case 5:
      return pick(random, programs.in(namespace))?.end(random.below(3));
    case 6: {
      const type = pick(random, [deployments, replicaSets, statefulSets] as ResourceType<KubeObject>[])!;
      const key = await of(type);
      return key && tolerant(api.patch(type, key, { type: 'merge', body: { spec: { replicas: random.below(5) } } }));
    }
    case 7: {
      const key = await of(deployments);
      return (
        key &&
        tolerant(
          api.patch(deployments, key, {
            type: 'strategic',
            body: { spec: { template: { metadata: { annotations: { round: String(random.below(3)) } } } } },
          }),
        )
      );
    }
    default:
      return advance(random.below(15_000));
  }
}

/** Objects that a controller made and whose owner is not there, and workloads that are not as their spec says. */
async function wrongs(namespace: string): Promise<string[]> {
  const { api } = cluster;
  const found: string[] = [];
  const all = (
    await Promise.all(NAMESPACED.map(async (type) => (await api.list(type, { namespace })).items.map((object) => ({ type, object }))))
  ).flat();
  const uids = new Set(all.map(({ object }) => object.metadata.uid));
  for (const {
    type,
    object: { metadata },
  } of all) {
    if (metadata.deletionTimestamp !== undefined && metadata.finalizers === undefined)
      found.push(`${type.resource} ${metadata.name} is still being deleted`);
    if (metadata.finalizers?.some((name) => name === 'foregroundDeletion' || name === 'orphan'))
      found.push(`${type.resource} ${metadata.name} waits for ${metadata.finalizers.join()}`);
    const owners = metadata.ownerReferences ?? [];
    if (owners.length > 0 && !owners.some(({ uid }) => uids.has(uid))) found.push(`${type.resource} ${metadata.name} has lost its owner`);
  }
  for (const type of [deployments, replicaSets, statefulSets] as ResourceType<Workload>[]) {
    for (const { metadata, spec, status } of (await api.list(type, { namespace })).items) {
      if (metadata.deletionTimestamp !== undefined || (status?.['availableReplicas'] ?? 0) === (spec?.replicas ?? 1)) continue;
      found.push(`${type.resource} ${metadata.name} has ${status?.['availableReplicas'] ?? 0} of ${spec?.replicas} Pods`);
    }
  }
  return found;
}

async function releaseHolds(namespace: string): Promise<void> {
  for (const type of NAMESPACED) {
    for (const { metadata } of (await cluster.api.list(type, { namespace })).items) {
      if (!metadata.finalizers?.includes(HOLD)) continue;
      await tolerant(
        cluster.api.patch(
          type,
          { namespace, name: metadata.name },
          { type: 'merge', body: { metadata: { finalizers: metadata.finalizers.filter((name) => name !== HOLD) } } },
        ),
      );
    }
  }
}

it(`leaves nothing stuck and nothing orphaned in ${HISTORIES} random histories`, async () => {
  const { api } = cluster;
  for (let seed = 1; seed <= HISTORIES; seed++) {
    const random = seededRandom(seed);
    const namespace = `history-${seed}`;
    await api.create(namespaces, { metadata: { name: namespace }, spec: {} });
    await cluster.activity.settled();
    for (let step = 0; step < STEPS; step++) await oneStep(namespace, random);
    // Half of the histories end in the middle of everything, the others may first come to rest.
    if (seed % 2 === 0) {
      for (const { metadata } of (await api.list(cronJobs, { namespace })).items)
        await api.patch(cronJobs, { namespace, name: metadata.name }, { type: 'merge', body: { spec: { suspend: true } } });
      for (let round = 0; round < 3; round++) {
        await releaseHolds(namespace);
        await advance(400_000);
      }
      expect(await wrongs(namespace), `seed ${seed}`).toEqual([]);
    }
    await api.delete(namespaces, { name: namespace });
    await advance(5000);
    for (let round = 0; round < 3; round++) {
      await releaseHolds(namespace);
      await advance(40_000);
    }
    const rest = (
      await Promise.all(
        NAMESPACED.map(async (type) =>
          (await api.list(type, { namespace })).items.map(({ metadata }) => `${type.resource} ${metadata.name}`),
        ),
      )
    ).flat();
    expect(rest, `seed ${seed}`).toEqual([]);
    expect(await api.get(namespaces, { name: namespace }), `seed ${seed}`).toBeUndefined();
    expect(programs.in(namespace), `seed ${seed}`).toEqual([]);
    expect(cluster.activity.inFlight, `seed ${seed}`).toEqual([]);
  }
}, 120_000);
