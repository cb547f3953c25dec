import { rfc3339 } from '../../../base/clock.ts';
import { withCondition } from '../../../kube/conditions.ts';
import type { Condition, Pod, PodDisruptionBudget } from '../../../kube/generated/types.ts';
import { selectorMatches } from '../../../kube/label-selector.ts';
import { controllerOf, keyOf, keyString, parseKey } from '../../../kube/object.ts';
import { deployments, podDisruptionBudgets, pods, replicaSets, statefulSets } from '../../../kube/resource-type.ts';
import { sameJson } from '../canonical-json.ts';
import { Controller, type ControllerDeps, DONE, type ReconcileResult } from '../controller.ts';
import { isPodActive, isPodReady } from '../pod-state.ts';
import { disruptionCounts } from './disruption-status.ts';

/** Keeps the status of PodDisruptionBudgets. The scale of Pods comes from ReplicaSets, their Deployments and StatefulSets; other controllers count by their Pods. */
export function createDisruptionController(deps: ControllerDeps): Controller {
  const { api, informers, clock } = deps;
  const cache = informers.for(podDisruptionBudgets);
  const podCache = informers.for(pods);
  const setCache = informers.for(replicaSets);
  const deploymentCache = informers.for(deployments);
  const statefulCache = informers.for(statefulSets);

  /** Wanted replicas of the controllers behind the Pods, each counted once. */
  const scaleOf = (matching: readonly Pod[]): number => {
    const scales = new Map<string, number>();
    for (const pod of matching) {
      const { namespace } = pod.metadata;
      const owner = controllerOf(pod);
      const set = owner?.kind === 'ReplicaSet' ? setCache.get({ namespace, name: owner.name }) : undefined;
      const parent = set && controllerOf(set);
      const deployment = parent?.kind === 'Deployment' ? deploymentCache.get({ namespace, name: parent.name }) : undefined;
      const stateful = owner?.kind === 'StatefulSet' ? statefulCache.get({ namespace, name: owner.name }) : undefined;
      const controller = deployment ?? set ?? stateful;
      if (controller === undefined) scales.set(pod.metadata.uid, 1);
      else scales.set(controller.metadata.uid, controller.spec.replicas ?? 1);
    }
    return [...scales.values()].reduce((sum, scale) => sum + scale, 0);
  };

  const reconcile = async (key: string): Promise<ReconcileResult> => {
    const budget = cache.get(parseKey(key));
    if (budget === undefined) return DONE;
    const matching = podCache
      .list(budget.metadata.namespace)
      .filter((pod) => isPodActive(pod) && selectorMatches(budget.spec?.selector, pod.metadata.labels));
    const counts = disruptionCounts(budget, {
      matching: matching.length,
      healthy: matching.filter(isPodReady).length,
      scale: scaleOf(matching),
    });
    const condition: Condition = {
      type: 'DisruptionAllowed',
      status: counts.disruptionsAllowed > 0 ? 'True' : 'False',
      reason: counts.disruptionsAllowed > 0 ? 'SufficientPods' : 'InsufficientPods',
      message: '',
      observedGeneration: budget.metadata.generation,
      lastTransitionTime: rfc3339(clock.nowMs()),
    };
    const status: PodDisruptionBudget['status'] = {
      ...budget.status,
      ...counts,
      observedGeneration: budget.metadata.generation,
      conditions: withCondition(budget.status?.conditions, condition),
    };
    if (!sameJson(status, budget.status)) await api.update(podDisruptionBudgets, { ...budget, status }, { subresource: 'status' });
    return DONE;
  };

  const controller = new Controller({ name: 'disruption', reconcile }, deps);
  cache.onChange(({ object }) => controller.enqueue(keyString(keyOf(object))));
  podCache.onChange(({ object }) => {
    for (const budget of cache.list(object.metadata.namespace))
      if (selectorMatches(budget.spec?.selector, object.metadata.labels)) controller.enqueue(keyString(keyOf(budget)));
  });
  return controller;
}
