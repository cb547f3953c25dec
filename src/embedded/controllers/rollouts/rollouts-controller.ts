import type { Ingress } from '../../../kube/generated/types.ts';
import { selectorMatches } from '../../../kube/label-selector.ts';
import { controllerOf, type KubeObject, keyOf, keyString, parseKey } from '../../../kube/object.ts';
import { isStatus } from '../../../kube/status-error.ts';
import { MANAGED_BY, POD_TEMPLATE_HASH } from '../../../rollouts/rollout.ts';
import { servicesOf } from '../../../rollouts/strategy-defaults.ts';
import { Controller, type ControllerDeps, DONE } from '../controller.ts';
import { type AnalysisOptions, createAnalysisRunController } from './analysis/analysis-run-controller.ts';
import { createExperimentController } from './experiments/experiment-controller.ts';
import { reconcileRollout } from './reconcile.ts';
import { WORKLOADS, workloadIndexKey } from './workload-types.ts';
import { createWorld, record, type World } from './world.ts';

export interface RolloutsControllerOptions {
  /** Classes whose Ingresses wake a Rollout; default `nginx`. */
  nginxIngressClasses?: readonly string[];
  /** The informers see one namespace only, and no ClusterAnalysisTemplates. */
  namespaced?: boolean;
  /** Rollouts worked on at the same time; default 10. */
  concurrency?: number;
  /** How AnalysisRuns reach what they measure. */
  analysis?: AnalysisOptions;
}

const BACKOFF = { firstMs: 1, lastMs: 10_000 };

/** The controllers behind Argo's Rollout. They need nothing but the deps: start the informers, then each controller. */
export function createRolloutsController(deps: ControllerDeps, options: RolloutsControllerOptions = {}): Controller[] {
  const world = createWorld(deps, { namespaced: options.namespaced === true });
  const invalidPasses = new Map<string, number>();
  const rollouts = new Controller(
    {
      name: 'rollouts',
      concurrency: options.concurrency ?? 10,
      backoff: BACKOFF,
      async reconcile(key) {
        try {
          return await reconcileRollout(world, key, invalidPasses);
        } catch (error) {
          const rollout = world.rollouts.get(parseKey(key));
          if (rollout !== undefined && !isStatus(error, 'Conflict', 'NotFound'))
            record(
              world,
              rollout,
              'Warning',
              'ReconciliationError',
              `Reconciliation failed with error: ${error instanceof Error ? error.message : String(error)}`,
            );
          throw error;
        }
      },
    },
    deps,
  );
  const managedServices = new Controller(
    {
      name: 'rollouts-services',
      backoff: BACKOFF,
      async reconcile(key) {
        await releaseService(world, key);
        return DONE;
      },
    },
    deps,
  );
  wakeRollouts(world, rollouts, managedServices, options.nginxIngressClasses ?? ['nginx']);
  return [rollouts, managedServices, createAnalysisRunController(world, options.analysis ?? {}), createExperimentController(world)];
}

/** Which change wakes which Rollout. */
function wakeRollouts(world: World, controller: Controller, managedServices: Controller, classes: readonly string[]): void {
  const ownersOf = (object: KubeObject): void => {
    const owner = controllerOf(object);
    if (owner?.kind === 'Rollout') controller.enqueue(keyString({ namespace: object.metadata.namespace, name: owner.name }));
  };
  world.rollouts.informer.onChange((change) => {
    const { metadata } = change.object;
    const key = keyString(keyOf(change.object));
    if (change.type === 'added')
      record(world, change.object, 'Normal', 'RolloutAddedToInformer', `Rollout resource added to informer: ${key}`);
    if (change.type === 'deleted')
      record(world, change.object, 'Normal', 'RolloutDeleted', `Rollout ${metadata.name}/${metadata.namespace} is deleted.`);
    const now = servicesOf(change.object);
    for (const name of servicesOf(change.type === 'modified' ? change.previous : change.object)) {
      if (change.type === 'deleted' || !now.includes(name)) managedServices.enqueue(keyString({ namespace: metadata.namespace, name }));
    }
    controller.enqueue(key);
  });
  world.replicaSets.informer.onChange((change) => {
    ownersOf(change.object);
    if (change.type === 'modified') ownersOf(change.previous);
    if (controllerOf(change.object) !== undefined) return;
    for (const rollout of world.rollouts.informer.list(change.object.metadata.namespace)) {
      if (selectorMatches(rollout.spec.selector, change.object.metadata.labels)) controller.enqueue(keyString(keyOf(rollout)));
    }
  });
  world.services.informer.onChange(({ object }) => {
    const key = keyString(keyOf(object));
    for (const rollout of world.rollouts.informer.by('service', key)) controller.enqueue(keyString(keyOf(rollout)));
    if (object.metadata.annotations?.[MANAGED_BY] !== undefined) managedServices.enqueue(key);
  });
  const classOf = (ingress: Ingress): string =>
    ingress.metadata.annotations?.['kubernetes.io/ingress.class'] ?? ingress.spec?.ingressClassName ?? '';
  world.ingresses.informer.onChange(({ type, object }) => {
    if (type === 'deleted' || !classes.includes(classOf(object))) return;
    ownersOf(object);
    for (const rollout of world.rollouts.informer.by('ingress', keyString(keyOf(object)))) controller.enqueue(keyString(keyOf(rollout)));
  });
  // A Pod that is gone lets a restart evict the next one.
  world.pods.onChange((change) => {
    const { type, object } = change;
    // A restored snapshot brings a Pod back that was on its way out.
    const isBack =
      change.type === 'modified' &&
      change.previous.metadata.deletionTimestamp !== undefined &&
      object.metadata.deletionTimestamp === undefined;
    if (type === 'deleted' || isBack) world.evictedPods.delete(object.metadata.uid);
    const owner = controllerOf(object);
    const rs =
      type === 'deleted' && owner?.kind === 'ReplicaSet'
        ? world.replicaSets.get({ namespace: object.metadata.namespace, name: owner.name })
        : undefined;
    const rolloutName = rs === undefined ? undefined : controllerOf(rs)?.name;
    const rollout = rolloutName === undefined ? undefined : world.rollouts.get({ namespace: object.metadata.namespace, name: rolloutName });
    if (rollout?.spec.restartAt !== undefined && rollout.spec.restartAt !== rollout.status?.restartedAt)
      controller.enqueue(keyString(keyOf(rollout)));
  });
  world.experiments.informer.onChange((change) => {
    if (change.type !== 'modified' || change.previous.status?.phase !== change.object.status?.phase) ownersOf(change.object);
  });
  for (const { kind, type } of WORKLOADS) {
    world.deps.informers.for(type).onChange((change) => {
      if (change.type === 'modified' && change.previous.metadata.generation === change.object.metadata.generation && kind !== 'PodTemplate')
        return;
      for (const rollout of world.rollouts.informer.by(
        'workload',
        workloadIndexKey(kind, change.object.metadata.namespace, change.object.metadata.name),
      ))
        controller.enqueue(keyString(keyOf(rollout)));
    });
  }
  world.analysisRuns.informer.onChange((change) => {
    if (change.type !== 'modified' || change.previous.status?.phase !== change.object.status?.phase) ownersOf(change.object);
  });
}

/** Gives a Service its own selector back when the Rollout that managed it is gone or names it no more. */
async function releaseService(world: World, key: string): Promise<void> {
  const service = world.services.get(parseKey(key));
  const manager = service?.metadata.annotations?.[MANAGED_BY];
  if (service === undefined || manager === undefined || service.spec?.selector?.[POD_TEMPLATE_HASH] === undefined) return;
  const rollout = world.rollouts.get({ namespace: service.metadata.namespace, name: manager });
  if (rollout !== undefined && rollout.metadata.deletionTimestamp === undefined && servicesOf(rollout).includes(service.metadata.name))
    return;
  await world.services.patch(keyOf(service), {
    type: 'merge',
    body: { metadata: { annotations: { [MANAGED_BY]: null } }, spec: { selector: { [POD_TEMPLATE_HASH]: null } } },
  });
}
