import type { DaemonSet, DaemonSetStatus, Pod } from '../../../kube/generated/types.ts';
import { selectorMatches } from '../../../kube/label-selector.ts';
import { keyOf, keyString, parseKey } from '../../../kube/object.ts';
import { controllerRevisions, daemonSets, nodes, pods } from '../../../kube/resource-type.ts';
import { isStatus } from '../../../kube/status-error.ts';
import { sameJson } from '../canonical-json.ts';
import { claim } from '../claim.ts';
import { Controller, type ControllerDeps, DONE, type ReconcileResult } from '../controller.ts';
import { pruneRevisions, syncRevisions } from '../controller-revisions.ts';
import { Expectations } from '../expectations.ts';
import { scaledValue } from '../int-or-percent.ts';
import { indexOrphans } from '../orphan-index.ts';
import { createPod, deletePod, isNamespaceTerminating } from '../pod-control.ts';
import { isPodActive, isPodAvailable, isPodFinished, isPodReady, nextAvailableInMs } from '../pod-state.ts';
import { watchDependentPods } from '../watch-dependent-pods.ts';
import { daemonFits, daemonPod, REVISION_LABEL, targetNodeOf } from './daemon-pod.ts';

/** Keeps one Pod on each fitting node (k8s.io/kubernetes/pkg/controller/daemon). `maxSurge` is left out: updates stop the old Pod first. */
export function createDaemonSetController(deps: ControllerDeps): Controller {
  const { api, informers, clock } = deps;
  const cache = informers.for(daemonSets);
  const podCache = informers.for(pods);
  const nodeCache = informers.for(nodes);
  const revisionCache = informers.for(controllerRevisions);
  const expectations = new Expectations(clock);
  indexOrphans(podCache);

  const remove = async (set: DaemonSet, doomed: readonly Pod[]): Promise<void> => {
    expectations.expectDeletions(
      set.metadata.uid,
      doomed.map((pod) => pod.metadata.uid),
    );
    for (const pod of doomed) {
      try {
        await deletePod(deps, daemonSets, set, pod);
      } catch (error) {
        expectations.deletionObserved(set.metadata.uid, pod.metadata.uid);
        if (!isStatus(error, 'NotFound')) throw error;
      }
    }
  };

  /** Pods by node, in one pass: missing ones made, superfluous and ended ones removed. */
  const place = async (set: DaemonSet, byNode: ReadonlyMap<string, Pod[]>, revision: string): Promise<boolean> => {
    const doomed: Pod[] = [];
    const missing: string[] = [];
    for (const node of nodeCache.list()) {
      const { shouldRun, mayStay } = daemonFits(set, node);
      const here = byNode.get(node.metadata.name) ?? [];
      const ended = here.filter((pod) => isPodFinished(pod) && pod.metadata.deletionTimestamp === undefined);
      const active = here
        .filter(isPodActive)
        .sort((a, b) => Date.parse(a.metadata.creationTimestamp) - Date.parse(b.metadata.creationTimestamp));
      doomed.push(...ended, ...(mayStay ? active.slice(1) : active));
      if (shouldRun && here.length === 0) missing.push(node.metadata.name);
    }
    for (const [node, orphaned] of byNode) if (nodeCache.get({ name: node }) === undefined) doomed.push(...orphaned.filter(isPodActive));
    await remove(set, doomed);
    for (const node of missing) {
      expectations.expectCreations(set.metadata.uid, 1);
      try {
        await createPod(deps, daemonSets, set, daemonPod(set, node, revision));
      } catch (error) {
        expectations.creationObserved(set.metadata.uid);
        if (!isNamespaceTerminating(error)) throw error;
      }
    }
    return doomed.length + missing.length > 0;
  };

  /** Stops old Pods, those that are not available first, as far as `maxUnavailable` allows. */
  const roll = async (set: DaemonSet, own: readonly Pod[], desired: number, revision: string): Promise<void> => {
    if ((set.spec.updateStrategy?.type ?? 'RollingUpdate') !== 'RollingUpdate') return;
    const allowed = Math.max(1, scaledValue(set.spec.updateStrategy?.rollingUpdate?.maxUnavailable, desired, 'up', 1));
    const isAvailable = (pod: Pod): boolean => isPodActive(pod) && isPodAvailable(pod, set.spec.minReadySeconds ?? 0, clock.nowMs());
    const old = own.filter((pod) => isPodActive(pod) && pod.metadata.labels?.[REVISION_LABEL] !== revision);
    const broken = old.filter((pod) => !isAvailable(pod));
    const room = Math.max(0, allowed - (desired - own.filter(isAvailable).length));
    await remove(set, [...broken, ...old.filter(isAvailable).slice(0, room)]);
  };

  const reconcile = async (key: string): Promise<ReconcileResult> => {
    const set = cache.get(parseKey(key));
    if (set === undefined) return DONE;
    const maySync = expectations.satisfied(set.metadata.uid) && set.metadata.deletionTimestamp === undefined;
    const own = await claim(api, podCache, { type: daemonSets, object: set, selector: set.spec.selector }, isPodActive);
    const { revisions, update } = await syncRevisions(api, revisionCache, {
      type: daemonSets,
      object: set,
      template: set.spec.template,
      labels: set.spec.template.metadata?.labels,
    });
    const byNode = new Map<string, Pod[]>();
    for (const pod of own) {
      const node = targetNodeOf(pod);
      if (node !== undefined) byNode.set(node, [...(byNode.get(node) ?? []), pod]);
    }
    const status = statusOf(set, byNode, update.metadata.labels?.['controller.kubernetes.io/hash'] ?? '');
    const revision = update.metadata.labels?.['controller.kubernetes.io/hash'] ?? '';
    if (maySync && !(await place(set, byNode, revision))) await roll(set, own, status.desiredNumberScheduled, revision);
    if (!sameJson(status, set.status)) await api.update(daemonSets, { ...set, status }, { subresource: 'status' });
    const inUse = new Set([
      update.metadata.name,
      ...own.map((pod) => `${set.metadata.name}-${pod.metadata.labels?.[REVISION_LABEL] ?? ''}`),
    ]);
    await pruneRevisions(api, revisions, inUse, set.spec.revisionHistoryLimit ?? 10);
    const requeueAfterMs = nextAvailableInMs(own, set.spec.minReadySeconds ?? 0, clock.nowMs());
    return requeueAfterMs === undefined ? DONE : { requeueAfterMs };
  };

  const statusOf = (set: DaemonSet, byNode: ReadonlyMap<string, Pod[]>, revision: string): DaemonSetStatus => {
    const counts = {
      desiredNumberScheduled: 0,
      currentNumberScheduled: 0,
      numberMisscheduled: 0,
      numberReady: 0,
      updatedNumberScheduled: 0,
      numberAvailable: 0,
    };
    for (const node of nodeCache.list()) {
      const here = (byNode.get(node.metadata.name) ?? []).filter((pod) => !isPodFinished(pod));
      if (!daemonFits(set, node).shouldRun) {
        if (here.length > 0) counts.numberMisscheduled += 1;
        continue;
      }
      counts.desiredNumberScheduled += 1;
      const pod = here[0];
      if (pod === undefined) continue;
      counts.currentNumberScheduled += 1;
      if (pod.metadata.labels?.[REVISION_LABEL] === revision) counts.updatedNumberScheduled += 1;
      if (!isPodReady(pod)) continue;
      counts.numberReady += 1;
      if (isPodAvailable(pod, set.spec.minReadySeconds ?? 0, clock.nowMs())) counts.numberAvailable += 1;
    }
    const { updatedNumberScheduled, numberAvailable, ...required } = counts;
    const numberUnavailable = counts.desiredNumberScheduled - numberAvailable;
    const optional = Object.fromEntries(
      Object.entries({ updatedNumberScheduled, numberAvailable, numberUnavailable }).filter(([, count]) => count > 0),
    );
    return { ...required, ...optional, observedGeneration: set.metadata.generation };
  };

  const controller = new Controller({ name: 'daemonset', reconcile }, deps);
  cache.onChange((change) => {
    if (change.type === 'deleted') expectations.forget(change.object.metadata.uid);
    controller.enqueue(keyString(keyOf(change.object)));
  });
  nodeCache.onChange((change) => {
    const view = (node: typeof change.object): string => JSON.stringify([node.metadata.labels, node.spec.taints, node.spec.unschedulable]);
    if (change.type !== 'modified' || view(change.previous) !== view(change.object))
      for (const set of cache.list()) controller.enqueue(keyString(keyOf(set)));
  });
  watchDependentPods(podCache, {
    ownerKind: 'DaemonSet',
    expectations,
    ownerChanged: (namespace, name) => controller.enqueue(keyString({ namespace, name })),
    orphanChanged: (pod) => {
      for (const set of cache.list(pod.metadata.namespace))
        if (selectorMatches(set.spec.selector, pod.metadata.labels)) controller.enqueue(keyString(keyOf(set)));
    },
  });
  return controller;
}
