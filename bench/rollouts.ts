// 1,000 Rollouts of 5 Pods each go from their stable version to the first pause of an update, in one embedded cluster in this
// process. Prints how long that took, the memory, and the CPU that the cluster takes when nothing happens. Bounded; a count may follow the name.
import { hostClock } from '../src/base/clock.ts';
import { silentLog } from '../src/base/log.ts';
import { startEmbeddedCluster } from '../src/embedded/cluster.ts';
import { InformerFactory } from '../src/kube/informer.ts';
import type { KubeApi } from '../src/kube/kube-api.ts';
import {
  clusterRoleBindings,
  customResourceDefinitions,
  deployments,
  ingresses,
  namespaces,
  serviceAccounts,
  services,
} from '../src/kube/resource-type.ts';
import { customResourceDefinitions as manifests } from '../src/rollouts/crd/custom-resource-definitions.ts';
import { type Rollout, rollouts } from '../src/rollouts/rollout.ts';

const COUNT = Number(process.argv[3] ?? 1000);
const REPLICAS = 5;
const AT_ONCE = 20;
const LIMITS = { seconds: 60, megabytes: 1200, idlePercent: 3 };
// A Pod's environment names every Service of its namespace, so nobody puts thousands of them into one.
const APPS_PER_NAMESPACE = 10;
const namespaceOf = (index: number): string => `bench-${Math.floor(index / APPS_PER_NAMESPACE)}`;
const nameOf = (index: number): string => `app-${index}`;
const template = (labels: Record<string, string>, image: string) => ({
  metadata: { labels },
  spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'app', image, ports: [{ containerPort: 80 }] }] },
});

async function forEach(work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (next < COUNT) await work(next++);
    }),
  );
}

async function install(api: KubeApi): Promise<void> {
  for (const crd of manifests()) await api.create(customResourceDefinitions, crd as never);
  for (const name of [...new Set(Array.from({ length: COUNT }, (_, index) => namespaceOf(index))), 'argo-rollouts'])
    await api.create(namespaces, { metadata: { name }, spec: {} });
  await api.create(serviceAccounts, { metadata: { namespace: 'argo-rollouts', name: 'argo-rollouts' } });
  await api.create(clusterRoleBindings, {
    metadata: { name: 'argo-rollouts' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', name: 'argo-rollouts', namespace: 'argo-rollouts' }],
  });
  const labels = { app: 'argo-rollouts' };
  await api.create(deployments, {
    metadata: { namespace: 'argo-rollouts', name: 'argo-rollouts' },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { serviceAccountName: 'argo-rollouts', containers: [{ name: 'c', image: 'quay.io/argoproj/argo-rollouts:v1.9.0' }] },
      },
    },
  });
}

async function createApp(api: KubeApi, index: number): Promise<void> {
  const [name, namespace] = [nameOf(index), namespaceOf(index)];
  const labels = { app: name };
  for (const role of ['stable', 'canary'])
    await api.create(services, { metadata: { namespace, name: `${name}-${role}` }, spec: { selector: labels, ports: [{ port: 80 }] } });
  await api.create(ingresses, {
    metadata: { namespace, name },
    spec: {
      ingressClassName: 'nginx',
      rules: [
        {
          host: `${name}.local`,
          http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: `${name}-stable`, port: { number: 80 } } } }] },
        },
      ],
    },
  });
  await api.create(rollouts, {
    metadata: { namespace, name },
    spec: {
      replicas: REPLICAS,
      selector: { matchLabels: labels },
      template: template(labels, 'app:v1'),
      strategy: {
        canary: {
          stableService: `${name}-stable`,
          canaryService: `${name}-canary`,
          trafficRouting: { nginx: { stableIngress: name } },
          steps: [{ setWeight: 20 }, { pause: {} }],
        },
      },
    },
  });
}

const megabytes = (): number => Math.round(process.memoryUsage().rss / 2 ** 20);
let peakMegabytes = 0;
const seconds = (sinceMs: number): string => ((performance.now() - sinceMs) / 1000).toFixed(1);

const cluster = await startEmbeddedCluster({ seed: 1, ingressPort: 18480, log: silentLog });
const end = new AbortController();
const informer = new InformerFactory(cluster.api, { clock: hostClock, log: silentLog }).for(rollouts);
await install(cluster.api);
informer.start(end.signal);
async function all(what: string, holds: (rollout: Rollout) => boolean): Promise<void> {
  for (let waitedSeconds = 0; informer.list().filter(holds).length < COUNT; waitedSeconds += 1) {
    if (waitedSeconds > 600) throw new Error(`${informer.list().filter(holds).length} of ${COUNT} are ${what}`);
    peakMegabytes = Math.max(peakMegabytes, megabytes());
    if (waitedSeconds % 10 === 9) console.log(`  ${informer.list().filter(holds).length} ${what}, ${megabytes()} MB`);
    await hostClock.sleep(1000);
  }
}
const startedMs = performance.now();
await forEach((index) => createApp(cluster.api, index));
console.log(`${COUNT} created after ${seconds(startedMs)} s, ${megabytes()} MB`);
await all('stable', ({ status }) => status?.phase === 'Healthy' && status.canary?.weights !== undefined);
console.log(`${COUNT} Rollouts × ${REPLICAS} Pods stable after ${seconds(startedMs)} s, ${megabytes()} MB`);
const updatedMs = performance.now();
await forEach((index) =>
  cluster.api.patch(
    rollouts,
    { namespace: namespaceOf(index), name: nameOf(index) },
    { type: 'merge', body: { spec: { template: template({ app: nameOf(index) }, 'app:v2') } } },
  ),
);
await all('paused', ({ status }) => status?.phase === 'Paused' && status.currentStepIndex === 1);
const tookSeconds = Number(seconds(updatedMs));
peakMegabytes = Math.max(peakMegabytes, megabytes());
// What the update still has to write (conditions, events) and the collection of its garbage come first.
await hostClock.sleep(30_000);
const inspector = process.env['BENCH_IDLE'] === undefined ? undefined : new (await import('node:inspector/promises')).Session();
inspector?.connect();
await inspector?.post('Profiler.enable');
await inspector?.post('Profiler.start');
const cpu = process.cpuUsage();
const idleMs = performance.now();
await hostClock.sleep(20_000);
const { user, system } = process.cpuUsage(cpu);
if (inspector !== undefined)
  (await import('node:fs')).writeFileSync(process.env['BENCH_IDLE']!, JSON.stringify((await inspector.post('Profiler.stop')).profile));
const idlePercent = ((user + system) / 1000 / (performance.now() - idleMs)) * 100;
console.log(
  `stable → first pause: ${tookSeconds} s (limit ${LIMITS.seconds})\nmemory: ${peakMegabytes} MB at most (limit ${LIMITS.megabytes})\nidle CPU: ${idlePercent.toFixed(1)} % of a core (limit ${LIMITS.idlePercent})`,
);
if (process.env['BENCH_HEAP'] !== undefined) {
  const { writeHeapSnapshot } = await import('node:v8');
  console.log(JSON.stringify(process.memoryUsage()));
  writeHeapSnapshot(process.env['BENCH_HEAP']);
}
end.abort();
await cluster.stop();
process.exit(
  COUNT < 1000 || (tookSeconds < LIMITS.seconds && peakMegabytes < LIMITS.megabytes && idlePercent < LIMITS.idlePercent) ? 0 : 1,
);
