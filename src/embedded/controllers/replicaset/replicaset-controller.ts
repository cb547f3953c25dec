import { rfc3339 } from '../../../base/clock.ts';
import type { Pod, ReplicaSet } from '../../../kube/generated/types.ts';
import { selectorMatches } from '../../../kube/label-selector.ts';
import { controllerOf, keyOf, keyString, parseKey } from '../../../kube/object.ts';
import { pods, replicaSets } from '../../../kube/resource-type.ts';
import { isStatus } from '../../../kube/status-error.ts';
import { sameJson } from '../canonical-json.ts';
import { claim } from '../claim.ts';
import { Controller, type ControllerDeps, DONE, type ReconcileResult } from '../controller.ts';
import { Expectations } from '../expectations.ts';
import { indexOrphans } from '../orphan-index.ts';
import { createPod, deletePod, isNamespaceTerminating } from '../pod-control.ts';
import { podFromTemplate } from '../pod-from-template.ts';
import { isPodActive, nextAvailableInMs } from '../pod-state.ts';
import { slowStart } from '../slow-start.ts';
import { watchDependentPods } from '../watch-dependent-pods.ts';
import { podsToDelete } from './pods-to-delete.ts';
import { type ReplicaFailure, replicaSetStatus } from './replicaset-status.ts';

/** k8s.io/kubernetes/pkg/controller/replicaset BurstReplicas. */
const BURST = 500;

/** Keeps as many Pods as a ReplicaSet asks for, whoever owns it (k8s.io/kubernetes/pkg/controller/replicaset). */
export function createReplicaSetController(deps: ControllerDeps): Controller {
  const { api, informers, clock } = deps;
  const setCache = informers.for(replicaSets);
  const podCache = informers.for(pods);
  const expectations = new Expectations(clock);
  indexOrphans(setCache);
  indexOrphans(podCache);

  const manage = async (set: ReplicaSet, active: readonly Pod[]): Promise<ReplicaFailure | undefined> => {
    const { uid } = set.metadata;
    const missing = (set.spec.replicas ?? 1) - active.length;
    if (missing > 0) {
      const count = Math.min(missing, BURST);
      const { error } = await slowStart(count, async () => {
        expectations.expectCreations(uid, 1);
        try {
          await createPod(deps, replicaSets, set, podFromTemplate(replicaSets, set, set.spec.template ?? {}));
        } catch (failure) {
          expectations.creationObserved(uid);
          throw failure;
        }
      });
      return error === undefined || isNamespaceTerminating(error)
        ? undefined
        : { reason: 'FailedCreate', message: error instanceof Error ? error.message : String(error) };
    }
    if (missing === 0) return undefined;
    const doomed = podsToDelete(active, Math.min(-missing, BURST), siblingsOf(set, active));
    expectations.expectDeletions(
      uid,
      doomed.map((pod) => pod.metadata.uid),
    );
    const outcomes = await Promise.allSettled(doomed.map((pod) => deletePod(deps, replicaSets, set, pod)));
    let failure: ReplicaFailure | undefined;
    outcomes.forEach((outcome, index) => {
      if (outcome.status === 'fulfilled') return;
      expectations.deletionObserved(uid, doomed[index]!.metadata.uid);
      if (!isStatus(outcome.reason, 'NotFound')) failure ??= { reason: 'FailedDelete', message: String(outcome.reason) };
    });
    return failure;
  };

  /** Active Pods of all ReplicaSets with the same controller: they count as crowd on a node. */
  const siblingsOf = (set: ReplicaSet, active: readonly Pod[]): readonly Pod[] => {
    const owner = controllerOf(set);
    if (owner === undefined) return active;
    return setCache
      .by('owner', owner.uid)
      .flatMap((sibling) => podCache.by('owner', sibling.metadata.uid))
      .filter(isPodActive);
  };

  const reconcile = async (key: string): Promise<ReconcileResult> => {
    const set = setCache.get(parseKey(key));
    if (set === undefined) return DONE;
    const mayManage = expectations.satisfied(set.metadata.uid);
    const claimed = await claim(api, podCache, { type: replicaSets, object: set, selector: set.spec.selector }, isPodActive);
    const active = claimed.filter(isPodActive);
    const failure = mayManage && set.metadata.deletionTimestamp === undefined ? await manage(set, active) : undefined;
    const nowMs = clock.nowMs();
    const status = replicaSetStatus(set, active, failure, { ms: nowMs, text: rfc3339(nowMs) });
    if (!sameJson(status, set.status)) {
      try {
        await api.update(replicaSets, { ...set, status }, { subresource: 'status' });
      } catch (error) {
        if (isStatus(error, 'NotFound')) return DONE;
        throw error;
      }
    }
    if (failure !== undefined) throw new Error(failure.message);
    const requeueAfterMs = nextAvailableInMs(active, set.spec.minReadySeconds ?? 0, nowMs);
    return requeueAfterMs === undefined ? DONE : { requeueAfterMs };
  };

  const controller = new Controller({ name: 'replicaset', reconcile, concurrency: 5 }, deps);
  setCache.onChange((change) => {
    if (change.type === 'deleted') expectations.forget(change.object.metadata.uid);
    controller.enqueue(keyString(keyOf(change.object)));
  });
  watchDependentPods(podCache, {
    ownerKind: 'ReplicaSet',
    expectations,
    ownerChanged: (namespace, name) => controller.enqueue(keyString({ namespace, name })),
    orphanChanged: (pod) => {
      for (const set of setCache.list(pod.metadata.namespace))
        if (selectorMatches(set.spec.selector, pod.metadata.labels)) controller.enqueue(keyString(keyOf(set)));
    },
  });
  return controller;
}
