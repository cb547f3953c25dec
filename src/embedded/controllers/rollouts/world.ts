import type { Ingress, Pod, ReplicaSet, Service } from '../../../kube/generated/types.ts';
import type { Informer } from '../../../kube/informer.ts';
import type { KubeObject } from '../../../kube/object.ts';
import { controllerOf } from '../../../kube/object.ts';
import { ingresses, pods, replicaSets, services } from '../../../kube/resource-type.ts';
import {
  type AnalysisRun,
  type AnalysisTemplate,
  analysisRuns,
  analysisTemplates,
  clusterAnalysisTemplates,
} from '../../../rollouts/analysis/analysis-run.ts';
import { type Rollout, rollouts } from '../../../rollouts/rollout.ts';
import { servicesOf, stableIngressesOf } from '../../../rollouts/strategy-defaults.ts';
import { type Experiment, experiments } from '../../../rollouts/tree/experiment.ts';
import type { ControllerDeps } from '../controller.ts';
import { FreshCache } from './fresh-cache.ts';
import { workloadIndexKey } from './workload-types.ts';

/** How long the controller waits before it looks at an unchanged Rollout again. */
export const RESYNC_MS = 15 * 60_000;

/** Everything the rollouts controller reads and writes. */
export interface World {
  deps: ControllerDeps;
  rollouts: FreshCache<Rollout>;
  replicaSets: FreshCache<ReplicaSet>;
  services: FreshCache<Service>;
  ingresses: FreshCache<Ingress>;
  analysisRuns: FreshCache<AnalysisRun>;
  experiments: FreshCache<Experiment>;
  analysisTemplates: Informer<AnalysisTemplate>;
  /** Absent for a controller that may only see one namespace. */
  clusterAnalysisTemplates: Informer<AnalysisTemplate> | undefined;
  pods: Informer<Pod>;
  /** Uids of Pods that a restart evicted and that are not gone yet. */
  evictedPods: Set<string>;
}

export function createWorld(deps: ControllerDeps, options: { namespaced: boolean }): World {
  const { api, informers } = deps;
  const world: World = {
    deps,
    rollouts: new FreshCache(informers.for(rollouts), api),
    replicaSets: new FreshCache(informers.for(replicaSets), api),
    services: new FreshCache(informers.for(services), api),
    ingresses: new FreshCache(informers.for(ingresses), api),
    analysisRuns: new FreshCache(informers.for(analysisRuns), api),
    experiments: new FreshCache(informers.for(experiments), api),
    analysisTemplates: informers.for(analysisTemplates),
    clusterAnalysisTemplates: options.namespaced ? undefined : informers.for(clusterAnalysisTemplates),
    pods: informers.for(pods),
    evictedPods: new Set(),
  };
  world.replicaSets.informer.addIndex('orphans', (rs) => (controllerOf(rs) === undefined ? [rs.metadata.namespace ?? ''] : []));
  world.rollouts.informer.addIndex('service', (rollout) => servicesOf(rollout).map((name) => `${rollout.metadata.namespace}/${name}`));
  world.rollouts.informer.addIndex('workload', ({ metadata, spec }) =>
    spec.workloadRef === undefined ? [] : [workloadIndexKey(spec.workloadRef.kind, metadata.namespace, spec.workloadRef.name)],
  );
  world.rollouts.informer.addIndex('ingress', (rollout) =>
    stableIngressesOf(rollout).map((name) => `${rollout.metadata.namespace}/${name}`),
  );
  return world;
}

/** Records an event of a Rollout (or another object of ours that lists may hand out without its kind). */
export function record(
  world: World,
  subject: KubeObject,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
  kind = 'Rollout',
): void {
  world.deps.events.record({ ...subject, apiVersion: 'argoproj.io/v1alpha1', kind }, type, reason, message);
}
