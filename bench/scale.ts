/**
 * `npm run bench -- scale [DEPLOYMENTS]`: Deployments of five Pods each come up, get a new image and are deleted, in one process. Prints the time of
 * each part, the peak of resident memory and what is left afterwards. Exit code 1 over 90 s or 1 GB, or when something is left.
 */
import { hostClock } from '../src/base/clock.ts';
import { silentLog } from '../src/base/log.ts';
import { poll } from '../src/base/poll.ts';
import { startEmbeddedCluster } from '../src/embedded/cluster.ts';
import { InformerFactory } from '../src/kube/informer.ts';
import { deployments, events, namespaces, pods, replicaSets } from '../src/kube/resource-type.ts';

const COUNT = process.argv.slice(2).map(Number).find(Number.isFinite) ?? 1000;
const REPLICAS = 5;
const NAMESPACE = 'scale';
const template = (tag: string) => ({
  metadata: { labels: { app: 'web' } },
  spec: {
    terminationGracePeriodSeconds: 1,
    containers: [{ name: 'web', image: `ghcr.io/canary-lab/sample-app:${tag}`, ports: [{ containerPort: 8080 }] }],
  },
});
const rssMb = (): number => process.memoryUsage.rss() / 2 ** 20;
const open = (): number => process.getActiveResourcesInfo().length;

const cluster = await startEmbeddedCluster({ seed: 1, ingressPort: 8580, log: silentLog });
const { api } = cluster;
await api.create(namespaces, { metadata: { name: NAMESPACE }, spec: {} });
await hostClock.sleep(300);
const end = new AbortController();
const informers = new InformerFactory(api, { clock: hostClock, log: silentLog });
const cache = informers.for(deployments);
informers.for(pods);
await informers.start(end.signal);
const openBefore = open();
let peakMb = 0;
const startedMs = performance.now();
let failed = false;

async function part(what: string, work: () => Promise<unknown>, isDone: () => boolean): Promise<void> {
  const beganMs = performance.now();
  const before = process.cpuUsage();
  await work();
  await poll(
    () => {
      peakMb = Math.max(peakMb, rssMb());
      return isDone();
    },
    { until: Boolean, everyMs: 50, timeoutMs: 300_000, what },
    { clock: hostClock },
  );
  const { user, system } = process.cpuUsage(before);
  console.log(
    `${what}\t${((performance.now() - beganMs) / 1000).toFixed(1)} s\tCPU ${((user + system) / 1e6).toFixed(1)} s\tRSS ${rssMb().toFixed(0)} MB`,
  );
}
const each = async (work: (name: string) => Promise<unknown>): Promise<void> => {
  for (let at = 0; at < COUNT; at += 20)
    await Promise.all(Array.from({ length: Math.min(20, COUNT - at) }, (_, i) => work(`web-${at + i}`)));
};
const isUp = (tag: string) => (): boolean =>
  cache
    .list(NAMESPACE)
    .every(
      ({ metadata, spec, status }) =>
        status?.observedGeneration === metadata.generation &&
        [status?.availableReplicas, status?.updatedReplicas, status?.replicas].every((count) => count === REPLICAS) &&
        spec.template.spec!.containers[0]!.image!.endsWith(tag),
    );

await part(
  `${COUNT} Deployments up`,
  () =>
    each((name) =>
      api.create(deployments, {
        metadata: { namespace: NAMESPACE, name },
        spec: {
          replicas: REPLICAS,
          selector: { matchLabels: { app: 'web', name } },
          template: { ...template('1.0.0'), metadata: { labels: { app: 'web', name } } },
        },
      } as never),
    ),
  () => cache.list(NAMESPACE).length === COUNT && isUp('1.0.0')(),
);
await part(
  'updated',
  () =>
    each((name) =>
      api.patch(
        deployments,
        { namespace: NAMESPACE, name },
        {
          type: 'strategic',
          body: { spec: { template: { spec: { containers: [{ name: 'web', image: 'ghcr.io/canary-lab/sample-app:2.0.0' }] } } } },
        },
      ),
    ),
  isUp('2.0.0'),
);
await part(
  'deleted',
  () => each((name) => api.delete(deployments, { namespace: NAMESPACE, name }, { propagationPolicy: 'Background' })),
  () => cache.list(NAMESPACE).length === 0 && informers.for(pods).list(NAMESPACE).length === 0,
);
const seconds = (performance.now() - startedMs) / 1000;
await hostClock.sleep(2500);
await cluster.activity.settled();
const left = { replicaSets: (await api.list(replicaSets, { namespace: NAMESPACE })).items.length, openResources: open() - openBefore };
console.log(`events written\t${(await api.list(events, { namespace: NAMESPACE })).items.length}`);
failed = seconds > 90 || peakMb > 1024 || left.replicaSets > 0 || left.openResources > 10;
console.log(`scale\t${seconds.toFixed(1)} s, target 90\tpeak RSS ${peakMb.toFixed(0)} MB, target 1024\tleft ${JSON.stringify(left)}`);
end.abort();
await cluster.stop();
process.exitCode = failed ? 1 : 0;
