import { hostClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from '../../src/embedded/cluster.ts';
import { createReplicaSetController } from '../../src/embedded/controllers/replicaset/replicaset-controller.ts';
import type { AnalysisOptions } from '../../src/embedded/controllers/rollouts/analysis/analysis-run-controller.ts';
import { createRolloutsController } from '../../src/embedded/controllers/rollouts/rollouts-controller.ts';
import type { Pod } from '../../src/kube/generated/types.ts';
import { InformerFactory } from '../../src/kube/informer.ts';
import type { KubeObject } from '../../src/kube/object.ts';
import {
  clusterRoleBindings,
  customResourceDefinitions,
  deployments,
  events,
  ingresses,
  namespaces,
  pods,
  type ResourceType,
  replicaSets,
  serviceAccounts,
  services,
} from '../../src/kube/resource-type.ts';
import { analysisRuns } from '../../src/rollouts/analysis/analysis-run.ts';
import { customResourceDefinitions as manifests } from '../../src/rollouts/crd/custom-resource-definitions.ts';
import { rollouts } from '../../src/rollouts/rollout.ts';
import { experiments } from '../../src/rollouts/tree/experiment.ts';
import { openControllerRoom, type PodFate } from './controller-room.ts';
import type { StageBase } from './rollout-stage.ts';

export interface StageOptions {
  analysis?: AnalysisOptions;
  fate?: (pod: Pod) => PodFate;
}

const badNeverReady = (pod: Pod): PodFate => (pod.spec.containers[0]?.image?.includes('bad') ? 'running' : 'ready');

/** The controller on an API in memory, with Pods that are ready at once. */
export async function inMemoryStage(options: StageOptions = {}): Promise<StageBase> {
  const room = await openControllerRoom(
    (deps) => [
      createReplicaSetController(deps),
      ...createRolloutsController(deps, options.analysis === undefined ? {} : { analysis: options.analysis }),
    ],
    { fate: options.fate ?? badNeverReady, reportsContainers: true },
  );
  const { api, deps } = room;
  return {
    api,
    namespace: 'lab',
    clock: room.clock,
    nowMs: () => room.clock.nowMs(),
    all: (type) => api.all(type, 'lab'),
    onChange: (type, handler) => deps.informers.for(type).onChange((change) => handler(change.object, change.type)),
    settled: async () => {
      await room.settled();
    },
    advance: room.advance,
    close: async () => {
      await room[Symbol.asyncDispose]();
    },
  };
}

/** Whole embedded clusters with the controller as a Deployment; one cluster has many stages, each a namespace. */
export class ClusterStages {
  readonly cluster: EmbeddedCluster;
  readonly #informers: InformerFactory;
  readonly #end: AbortController;
  #stages = 0;

  private constructor(cluster: EmbeddedCluster, informers: InformerFactory, end: AbortController) {
    this.cluster = cluster;
    this.#informers = informers;
    this.#end = end;
  }

  static async start(ingressPort: number): Promise<ClusterStages> {
    const cluster = await startEmbeddedCluster({ seed: 5, ingressPort, rate: 0, log: silentLog });
    const end = new AbortController();
    const informers = new InformerFactory(cluster.api, { clock: hostClock, log: silentLog });
    for (const crd of manifests()) await cluster.api.create(customResourceDefinitions, crd as never);
    const stages = new ClusterStages(cluster, informers, end);
    for (const type of WATCHED) informers.for(type as ResourceType<KubeObject>);
    await stages.settled();
    await informers.start(end.signal);
    await installController(cluster);
    for (
      let seconds = 0;
      informers.for(deployments).get({ namespace: 'argo-rollouts', name: 'argo-rollouts' })?.status?.availableReplicas !== 1;
      seconds += 1
    ) {
      if (seconds > 60) throw new Error('the rollouts controller did not start');
      await stages.advance(1000);
    }
    return stages;
  }

  async settled(): Promise<void> {
    await this.cluster.activity.settled();
  }

  async advance(ms: number): Promise<void> {
    await this.cluster.clock.advanceTo(this.cluster.clock.nowMs() + ms);
    await this.settled();
  }

  async open(): Promise<StageBase> {
    const namespace = `stage-${++this.#stages}`;
    await this.cluster.api.create(namespaces, { metadata: { name: namespace }, spec: {} });
    let isOpen = true;
    return {
      api: this.cluster.api,
      namespace,
      clock: this.cluster.clock,
      nowMs: () => this.cluster.clock.nowMs(),
      all: (type) => this.#informers.for(type).list(namespace),
      onChange: (type, handler) =>
        this.#informers.for(type).onChange((change) => {
          if (isOpen && change.object.metadata.namespace === namespace) handler(change.object, change.type);
        }),
      settled: () => this.settled(),
      advance: (ms) => this.advance(ms),
      close: async () => {
        isOpen = false;
        await this.cluster.api.delete(namespaces, { name: namespace });
      },
    };
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.cluster.stop();
  }
}

const WATCHED: readonly ResourceType[] = [rollouts, replicaSets, services, ingresses, events, pods, deployments, analysisRuns, experiments];

export async function installController({ api }: EmbeddedCluster): Promise<void> {
  const namespace = 'argo-rollouts';
  await api.create(namespaces, { metadata: { name: namespace }, spec: {} });
  await api.create(serviceAccounts, { metadata: { namespace, name: 'argo-rollouts' } });
  await api.create(clusterRoleBindings, {
    metadata: { name: 'argo-rollouts' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', name: 'argo-rollouts', namespace }],
  });
  const labels = { app: 'argo-rollouts' };
  await api.create(deployments, {
    metadata: { namespace, name: 'argo-rollouts' },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: 'argo-rollouts',
          containers: [{ name: 'argo-rollouts', image: 'quay.io/argoproj/argo-rollouts:v1.9.0' }],
        },
      },
    },
  });
}
