import { Activity } from '../base/activity.ts';
import { hostClock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { seededRandom } from '../base/random.ts';
import { VirtualClock } from '../base/virtual-clock.ts';
import { type Clock, clocks } from '../kube/clock-resource.ts';
import { EventRecorder } from '../kube/event-recorder.ts';
import type { ConfigMap, Pod } from '../kube/generated/types.ts';
import { InformerFactory } from '../kube/informer.ts';
import type { KubeApi } from '../kube/kube-api.ts';
import { configMaps, events, pods, type ResourceType } from '../kube/resource-type.ts';
import { createApiServer } from './apiserver/api-server.ts';
import { decodeProtobuf } from './apiserver/protobuf/decode-protobuf.ts';
import type { ResourceTable } from './apiserver/resource-table.ts';
import { storageKey, storagePrefix } from './apiserver/storage-key.ts';
import { builtInPrograms } from './built-in-programs.ts';
import { startChartRepository } from './chart-repository.ts';
import { CLUSTER_CLOCK, ClusterClock } from './cluster-clock.ts';
import { createControllers } from './controllers/all-controllers.ts';
import type { ControllerDeps } from './controllers/controller.ts';
import { dialHost, isLoopback } from './dial-host.ts';
import type { ImageProgram } from './images/image-program.ts';
import { createImageTable } from './images/image-table.ts';
import { createKubelet } from './kubelet/kubelet.ts';
import { agentOfNodes } from './kubelet/node-agents.ts';
import { clusterNodes } from './network/cluster-nodes.ts';
import { API_SERVICE_IP, createClusterNetwork, newServicePool } from './network/embedded-network.ts';
import { createScheduler } from './scheduler/scheduler.ts';
import { ClusterSnapshots } from './snapshots/cluster-snapshots.ts';
import { SnapshotStore } from './snapshots/snapshot-store.ts';
import { MemoryStore } from './store/memory-store.ts';
import { SqliteStore } from './store/sqlite-store.ts';
import type { Store } from './store/store.ts';

export const KUBERNETES_VERSION = 'v1.34.0';
/** What the cluster tells of itself: ConfigMap `kube-public/canary-lab`. */
const SELF = { namespace: 'kube-public', name: 'canary-lab' };

export interface EmbeddedClusterOptions {
  name?: string;
  /** The same seed gives the same names, addresses and draws. */
  seed: number;
  /** Port of 127.0.0.1 for the ingress; the next free one is taken when it is not. Default 8080. */
  ingressPort?: number;
  /** Folder of the charts that the cluster serves as Helm repositories; none are served without it. */
  chartsDirectory?: string;
  /** Port of 127.0.0.1 for the chart repositories; any when it is not free. Default: the system's choice. */
  chartsPort?: number;
  /** File of a store that outlives the process; in memory without it. What it holds from an earlier run comes back. */
  dataFile?: string;
  /** Port of 127.0.0.1 for the API server. Default: the system's choice. */
  apiPort?: number;
  /** How many nodes, 1 to 20: `canary-lab-control-plane`, `canary-lab-worker`, … Default: as many as `dataFile` knows of, else 1. */
  nodes?: number;
  /** How fast the cluster's time runs at first. Default 1. */
  rate?: number;
  /** More image programs by repository name, such as `example.com/shop`. */
  images?: Readonly<Record<string, ImageProgram>>;
  log: Log;
}

export interface EmbeddedCluster {
  readonly name: string;
  /** `https://127.0.0.1:PORT`. */
  readonly server: string;
  /** Text of a kubeconfig for the cluster's administrator. */
  readonly kubeconfig: string;
  readonly ingressUrl: string;
  readonly chartRepositories: Record<string, string>;
  readonly kubernetesVersion: string;
  readonly capabilities: { virtualTime: boolean; snapshots: boolean; metrics: boolean };
  /** Names of the nodes that it was made with, the control plane first. */
  readonly nodes: readonly string[];
  /** The API as the administrator, without a socket between. */
  readonly api: KubeApi;
  readonly clock: VirtualClock;
  readonly activity: Activity;
  /** Ends every program, listener and timer. Resolves when all have ended. */
  stop(): Promise<void>;
}

/**
 * Starts a Kubernetes-compatible cluster inside this process and resolves when its API answers and its node is Ready. This
 * file alone joins the parts: store, API server, controllers, scheduler, kubelet, network and images.
 */
export async function startEmbeddedCluster(options: EmbeddedClusterOptions): Promise<EmbeddedCluster> {
  const { log } = options;
  const name = options.name ?? 'canary-lab';
  const random = seededRandom(options.seed);
  const activity = new Activity();
  const storeOptions = { seldomRead: [storagePrefix(events)] };
  const stored = options.dataFile === undefined ? new MemoryStore(storeOptions) : new SqliteStore(options.dataFile, storeOptions);
  const members = clusterNodes(options.nodes ?? nodeCountOf(stored) ?? 1);
  // Time that an earlier run moved ahead of the host's must not run backwards.
  const clock = new VirtualClock({
    host: hostClock,
    activity,
    rate: options.rate ?? 1,
    startMs: Math.max(hostClock.nowMs(), lastTimeOf(stored)),
  });
  const store = new SnapshotStore(stored, clock);
  const stopping = new AbortController();
  const { signal } = stopping;

  // The server asks for addresses, Pods and connections; the parts that have them are made with its API in hand.
  const serviceIps = newServicePool();
  let address = { host: '127.0.0.1', port: 0 };
  const server = await createApiServer({
    store,
    clock,
    hostClock,
    random,
    log: log.named('apiserver'),
    activity,
    kubernetesVersion: KUBERNETES_VERSION.slice(1),
    kubernetesServiceIp: API_SERVICE_IP,
    advertiseAddress: members[0]!.ip,
    protobuf: decodeProtobuf,
    addresses: { allocateServiceIp: (wanted) => serviceIps.take(wanted), releaseServiceIp: (ip) => serviceIps.release(ip) },
    // A webhook named by URL may live on this machine; the network knows only what is inside the cluster.
    dialer: {
      dial: (host, port, dialSignal) =>
        isLoopback(host)
          ? dialHost(host, port, dialSignal)
          : network.dial(host, port, dialSignal === undefined ? {} : { signal: dialSignal }),
    },
    nodeAgent: {
      logs: (...args) => nodeAgent.logs(...args),
      exec: (...args) => nodeAgent.exec(...args),
      usage: (pod) => nodeAgent.usage(pod),
    },
  });
  const apiOf = (component: string): KubeApi =>
    server.apiFor({ username: `system:${component}`, groups: ['system:masters', 'system:authenticated'] });
  const controllerApi = apiOf('kube-controller-manager');
  const informers = new InformerFactory(controllerApi, { clock, log: log.named('informers') });
  const network = createClusterNetwork({
    informers,
    random,
    clock,
    hostClock,
    serviceIps,
    nodes: members,
    apiServerAddress: () => address,
    firstHostPorts: { 80: options.ingressPort ?? 8080, 443: 8443 },
  });
  const deps: ControllerDeps = {
    api: controllerApi,
    informers,
    clock,
    random,
    activity,
    log: log.named('controllers'),
    events: new EventRecorder(controllerApi, { component: 'controller-manager' }, { clock, random, log }),
  };
  const as = (component: string, api: KubeApi, host?: string): ControllerDeps => ({
    ...deps,
    api,
    log: log.named(component),
    events: new EventRecorder(api, { component, ...(host === undefined ? {} : { host }) }, { clock, random, log }),
  });
  const images = createImageTable({ ...builtInPrograms(), ...options.images });
  const kubelets = members.map((node) =>
    createKubelet({
      ...as('kubelet', apiOf(`node:${node.name}`), node.name),
      hostClock,
      network,
      node,
      kubernetesVersion: KUBERNETES_VERSION,
      images,
      apiService: { ip: API_SERVICE_IP, port: 443 },
      apiFor: ({ namespace = 'default', name: account }) =>
        server.apiFor({
          username: `system:serviceaccount:${namespace}:${account}`,
          groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
        }),
      issueToken: ({ namespace = 'default', name: account }, pod, { audience, expirationSeconds }) =>
        server.issueToken(
          { namespace, name: account },
          {
            expirationSeconds,
            bound: { kind: 'Pod', name: pod.metadata.name, uid: pod.metadata.uid },
            ...(audience === undefined ? {} : { audiences: [audience] }),
          },
        ).token,
      tokenProblem: ({ namespace = 'default', name: account }) => server.tokenProblem({ namespace, name: account }),
    }),
  );
  const nodeAgent = agentOfNodes(kubelets);
  const controllers = [
    ...createControllers(deps, { resourceTypes: () => listable(server.resources), caCertificate: server.caCertificatePem }),
    createScheduler(as('default-scheduler', apiOf('kube-scheduler'))),
  ];

  await network.start();
  const { url } = await server.listen(options.apiPort);
  address = { host: '127.0.0.1', port: Number(new URL(url).port) };
  await informers.start(signal);
  for (const controller of controllers) controller.start(signal);
  for (const kubelet of kubelets) await kubelet.start(signal);

  const api = apiOf('admin');
  const snapshotting = new ClusterSnapshots({
    store,
    clock,
    hostClock,
    activity,
    log: log.named('snapshots'),
    rowOf: (apiVersion, kind) => server.resources.byKind(apiVersion, kind)?.schemaName,
    restored(events) {
      server.followRestore(events);
      const present = store.list(storagePrefix(pods)).entries.map((entry) => entry.value.object as Pod);
      for (const kubelet of kubelets) kubelet.followRestore(present);
    },
  });
  snapshotting.start();
  await new ClusterClock({ api, clock, hostClock, log: log.named('clock') }).start(signal);
  const charts =
    options.chartsDirectory === undefined
      ? undefined
      : await startChartRepository({ chartsDirectory: options.chartsDirectory, port: options.chartsPort });
  const ingressUrl = network.hostPortUrl(80);
  const capabilities = { virtualTime: true, snapshots: true, metrics: false };
  await api.patch(configMaps, SELF, {
    type: 'apply',
    force: true,
    body: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: SELF,
      data: {
        ingressUrl,
        chartRepositories: JSON.stringify(charts?.urls ?? {}),
        capabilities: JSON.stringify(capabilities),
        nodes: String(members.length),
      },
    },
  });

  return {
    name,
    server: url,
    kubeconfig: server.adminKubeconfig({ server: url }),
    ingressUrl,
    chartRepositories: { ...charts?.urls },
    kubernetesVersion: KUBERNETES_VERSION,
    capabilities,
    nodes: members.map((node) => node.name),
    api,
    clock,
    activity,
    async stop() {
      stopping.abort(new Error('the cluster stops'));
      clock.stop();
      await snapshotting.stop();
      await Promise.all(kubelets.map((kubelet) => kubelet.stop()));
      await charts?.close();
      await network.close();
      await server.close();
      store.close();
    },
  };
}

/** The types whose objects can be listed, watched and deleted: what namespaces and the garbage collector sweep. */
function listable(table: ResourceTable): ResourceType[] {
  return table
    .all()
    .filter(({ verbs }) => verbs === undefined || ['list', 'watch', 'delete'].every((verb) => verbs.includes(verb)))
    .map(({ type }) => type);
}

/** How many nodes an earlier run had; `undefined` in a new store. */
function nodeCountOf(store: Store): number | undefined {
  const self = store.get(storageKey(configMaps, SELF.namespace, SELF.name))?.value.object as ConfigMap | undefined;
  return Number(self?.data?.nodes) || undefined;
}

/** The cluster's time when an earlier run last wrote it, in ms; 0 in a new store. */
function lastTimeOf(store: Store): number {
  const clock = store.get(storageKey(clocks, undefined, CLUSTER_CLOCK))?.value.object as Clock | undefined;
  return Date.parse(clock?.status?.now ?? '') || 0;
}
