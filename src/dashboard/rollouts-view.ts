import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { InformerFactory } from '../kube/informer.ts';
import type { KubeApi } from '../kube/kube-api.ts';
import { controllerOf, type KubeObject, keyOf, keyString, type ObjectKey } from '../kube/object.ts';
import { deployments, pods, type ResourceType, replicaSets } from '../kube/resource-type.ts';
import { isStatus } from '../kube/status-error.ts';
import { analysisRuns } from '../rollouts/analysis/analysis-run.ts';
import { type Rollout, rollouts } from '../rollouts/rollout.ts';
import { experiments } from '../rollouts/tree/experiment.ts';
import { type RolloutInfo, rolloutInfo } from '../rollouts/tree/rollout-info.ts';

export interface RolloutChange {
  type: 'Updated' | 'Deleted';
  key: ObjectKey;
  rollout: Rollout;
}

/** A live copy of every Rollout that may be seen, with what belongs to it. */
export class RolloutsView {
  readonly #api: KubeApi;
  readonly #deps: { clock: Clock; log: Log };
  readonly #home: string;
  readonly #handlers = new Set<(change: RolloutChange) => void>();
  #informers: InformerFactory | undefined;
  #scope: string | undefined;

  /** `homeNamespace` is what remains to be seen when the user may not list the whole cluster. */
  constructor(api: KubeApi, homeNamespace: string, deps: { clock: Clock; log: Log }) {
    this.#api = api;
    this.#deps = deps;
    this.#home = homeNamespace;
  }

  /** The one namespace that may be seen, or `undefined` for all. */
  get scope(): string | undefined {
    return this.#scope;
  }

  /** Resolves when everything was listed once; rejects only when the cluster cannot be reached at all. */
  async start(signal: AbortSignal): Promise<void> {
    this.#scope = (await this.#mayListAll(signal)) ? undefined : this.#home;
    const informers = new InformerFactory(this.#api, this.#deps, { namespace: this.#scope });
    this.#informers = informers;
    const needed = [rollouts, replicaSets, pods, analysisRuns, experiments] as const;
    informers.for(rollouts).onChange((change) => this.#tell(change.type === 'deleted' ? 'Deleted' : 'Updated', change.object));
    for (const type of [replicaSets, analysisRuns, experiments] as ResourceType[])
      informers.for(type).onChange(({ object }) => this.#touch(object));
    informers.for(pods).onChange(({ object }) => this.#touch(object));
    for (const type of needed) informers.for<KubeObject>(type as ResourceType).start(signal);
    // Kinds that are not installed yet are asked for again and again by their informers; what exists is shown meanwhile.
    const listed = Promise.all(needed.map((type) => informers.for<KubeObject>(type as ResourceType).synced));
    await Promise.race([listed, this.#deps.clock.sleep(1000, signal).catch(() => {})]);
  }

  onChange(handler: (change: RolloutChange) => void): () => void {
    this.#handlers.add(handler);
    return () => {
      this.#handlers.delete(handler);
    };
  }

  list(namespace?: string): Rollout[] {
    return (this.#informers?.for(rollouts).list(namespace) ?? []).sort((a, b) => (keyString(keyOf(a)) < keyString(keyOf(b)) ? -1 : 1));
  }

  get(key: ObjectKey): Rollout | undefined {
    return this.#informers?.for(rollouts).get(key);
  }

  /** The Rollout with its ReplicaSets, Pods and analysis; `workloadTemplate` is that of the Deployment it refers to. */
  info(rollout: Rollout, workloadTemplate?: { spec?: never }): RolloutInfo {
    const informers = this.#informers!;
    const { uid = '' } = rollout.metadata;
    const owned = <T extends KubeObject>(type: ResourceType<T>, owners: readonly string[]): T[] =>
      owners.flatMap((owner) => informers.for(type).by('owner', owner));
    const ownExperiments = owned(experiments, [uid]);
    const owners = [uid, ...ownExperiments.map((experiment) => experiment.metadata.uid ?? '')];
    const sets = owned(replicaSets, owners);
    return rolloutInfo(rollout, {
      replicaSets: sets,
      pods: owned(
        pods,
        sets.map((set) => set.metadata.uid ?? ''),
      ),
      experiments: ownExperiments,
      analysisRuns: owned(analysisRuns, owners),
      workloadTemplate,
    });
  }

  /** The Pod template of the Deployment that a Rollout refers to, read now. */
  async workloadTemplate(rollout: Rollout, signal: AbortSignal): Promise<{ spec?: never } | undefined> {
    const reference = rollout.spec.workloadRef;
    if (reference?.kind !== 'Deployment') return undefined;
    const deployment = await this.#api.get(deployments, { namespace: rollout.metadata.namespace, name: reference.name }, { signal });
    return deployment?.spec?.template as { spec?: never } | undefined;
  }

  #tell(type: RolloutChange['type'], rollout: Rollout): void {
    for (const handler of this.#handlers) handler({ type, key: keyOf(rollout), rollout });
  }

  /** Something below a Rollout changed: finds the Rollout by the owner references above it. */
  #touch(object: KubeObject): void {
    const { namespace } = object.metadata;
    let owner = controllerOf(object);
    for (let depth = 0; owner !== undefined && depth < 3; depth++) {
      const key = { namespace, name: owner.name };
      if (owner.kind === 'Rollout') {
        const rollout = this.get(key);
        if (rollout !== undefined) this.#tell('Updated', rollout);
        return;
      }
      const type =
        owner.kind === 'ReplicaSet'
          ? replicaSets
          : owner.kind === 'Experiment'
            ? experiments
            : owner.kind === 'AnalysisRun'
              ? analysisRuns
              : undefined;
      const above = type === undefined ? undefined : this.#informers?.for<KubeObject>(type as ResourceType).get(key);
      owner = above === undefined ? undefined : controllerOf(above);
    }
  }

  async #mayListAll(signal: AbortSignal): Promise<boolean> {
    try {
      await Promise.all(
        [rollouts, replicaSets, pods].map((type) =>
          this.#api.list<KubeObject>(type as ResourceType, {}, { signal, limit: 1 }).catch((error: unknown) => {
            if (!isStatus(error, 'NotFound')) throw error;
          }),
        ),
      );
      return true;
    } catch (error) {
      if (isStatus(error, 'Forbidden')) return false;
      throw error;
    }
  }
}
