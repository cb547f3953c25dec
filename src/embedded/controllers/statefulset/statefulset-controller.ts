import type { ControllerRevision, Pod, StatefulSet, StatefulSetStatus } from '../../../kube/generated/types.ts';
import { selectorMatches } from '../../../kube/label-selector.ts';
import { keyOf, keyString, parseKey } from '../../../kube/object.ts';
import { controllerRevisions, persistentVolumeClaims, pods, statefulSets } from '../../../kube/resource-type.ts';
import { isStatus } from '../../../kube/status-error.ts';
import { sameJson } from '../canonical-json.ts';
import { claim } from '../claim.ts';
import { Controller, type ControllerDeps, DONE, type ReconcileResult } from '../controller.ts';
import { pruneRevisions, syncRevisions, templateOf } from '../controller-revisions.ts';
import { indexOrphans } from '../orphan-index.ts';
import { isNamespaceTerminating } from '../pod-control.ts';
import { isPodAvailable, isPodFinished, isPodReady, nextAvailableInMs } from '../pod-state.ts';
import { watchDependentPods } from '../watch-dependent-pods.ts';
import { claimName, ordinalOf, REVISION_LABEL, statefulPod } from './stateful-pod.ts';

const revisionOf = (pod: Pod): string => pod.metadata.labels?.[REVISION_LABEL] ?? '';
const isTerminating = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== undefined;

/** Keeps numbered Pods in order (k8s.io/kubernetes/pkg/controller/statefulset). Claims are created, never deleted; rolling updates go one Pod at a time. */
export function createStatefulSetController(deps: ControllerDeps): Controller {
  const { api, informers, events, clock } = deps;
  const cache = informers.for(statefulSets);
  const podCache = informers.for(pods);
  const revisionCache = informers.for(controllerRevisions);
  indexOrphans(podCache);

  const createOrdinal = async (set: StatefulSet, revision: ControllerRevision, ordinal: number): Promise<void> => {
    const draft = statefulPod(set, templateOf(revision), revision.metadata.name, ordinal);
    const name = draft.metadata.name!;
    try {
      for (const template of set.spec.volumeClaimTemplates ?? []) {
        const { name: _, ...metadata } = template.metadata;
        const labels = { ...metadata.labels, ...set.spec.selector.matchLabels };
        try {
          await api.create(persistentVolumeClaims, {
            ...structuredClone(template),
            metadata: {
              ...(metadata.annotations ? { annotations: metadata.annotations } : {}),
              labels,
              namespace: set.metadata.namespace,
              name: claimName(template, name),
            },
          });
        } catch (error) {
          if (!isStatus(error, 'AlreadyExists')) throw error;
        }
      }
      await api.create(pods, draft);
      events.record(set, 'Normal', 'SuccessfulCreate', `create Pod ${name} in StatefulSet ${set.metadata.name} successful`);
    } catch (error) {
      // An earlier pass made it and the cache does not show it yet.
      if (isStatus(error, 'AlreadyExists') || isNamespaceTerminating(error)) return;
      events.record(
        set,
        'Warning',
        'FailedCreate',
        `create Pod ${name} in StatefulSet ${set.metadata.name} failed error: ${error instanceof Error ? error.message : String(error)}`,
      );
      throw error;
    }
  };

  const remove = async (set: StatefulSet, pod: Pod): Promise<void> => {
    try {
      await api.delete(pods, keyOf(pod), { preconditions: { uid: pod.metadata.uid } });
    } catch (error) {
      if (isStatus(error, 'NotFound')) return;
      throw error;
    }
    events.record(set, 'Normal', 'SuccessfulDelete', `delete Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`);
  };

  /** One step towards the wanted ordinals and revision. */
  const step = async (
    set: StatefulSet,
    byOrdinal: ReadonlyMap<number, Pod>,
    current: ControllerRevision,
    update: ControllerRevision,
  ): Promise<void> => {
    const start = set.spec.ordinals?.start ?? 0;
    const end = start + (set.spec.replicas ?? 1);
    const isOrdered = (set.spec.podManagementPolicy ?? 'OrderedReady') === 'OrderedReady';
    const isHealthy = (pod: Pod): boolean =>
      !isTerminating(pod) && isPodReady(pod) && isPodAvailable(pod, set.spec.minReadySeconds ?? 0, clock.nowMs());
    const partition = set.spec.updateStrategy?.rollingUpdate?.partition ?? 0;
    const isRolling = (set.spec.updateStrategy?.type ?? 'RollingUpdate') === 'RollingUpdate';
    // A lost Pod below the partition comes back as it was.
    const keepsCurrent = (ordinal: number): boolean => isRolling && ordinal < start + partition;
    for (let ordinal = start; ordinal < end; ordinal++) {
      const pod = byOrdinal.get(ordinal);
      if (pod === undefined) await createOrdinal(set, keepsCurrent(ordinal) ? current : update, ordinal);
      else if (isPodFinished(pod) && !isTerminating(pod)) await remove(set, pod);
      else if (isHealthy(pod)) continue;
      if (isOrdered) return;
    }
    const condemned = [...byOrdinal]
      .filter(([ordinal]) => ordinal < start || ordinal >= end)
      .sort(([a], [b]) => b - a)
      .map(([, pod]) => pod);
    for (const pod of condemned) {
      if (isOrdered && (isTerminating(pod) || (!isHealthy(pod) && pod !== condemned[0]))) return;
      if (!isTerminating(pod)) await remove(set, pod);
      if (isOrdered) return;
    }
    if (!isRolling) return;
    for (let ordinal = end - 1; ordinal >= start + partition; ordinal--) {
      const pod = byOrdinal.get(ordinal);
      if (pod === undefined) return;
      if (revisionOf(pod) !== update.metadata.name && !isTerminating(pod)) return remove(set, pod);
      if (!isHealthy(pod)) return;
    }
  };

  const statusOf = (set: StatefulSet, own: readonly Pod[], current: string, update: string): StatefulSetStatus => {
    const ready = own.filter((pod) => isPodReady(pod));
    const of = (revision: string): number => own.filter((pod) => !isTerminating(pod) && revisionOf(pod) === revision).length;
    const updatedReplicas = of(update);
    const isRolledOut = updatedReplicas === own.length && ready.length === own.length && own.length === (set.spec.replicas ?? 1);
    const currentRevision = isRolledOut ? update : current;
    const counts = { readyReplicas: ready.length, currentReplicas: of(currentRevision), updatedReplicas };
    return {
      observedGeneration: set.metadata.generation,
      replicas: own.length,
      ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
      currentRevision,
      updateRevision: update,
      collisionCount: set.status?.collisionCount ?? 0,
      availableReplicas: ready.filter((pod) => isPodAvailable(pod, set.spec.minReadySeconds ?? 0, clock.nowMs())).length,
    };
  };

  const reconcile = async (key: string): Promise<ReconcileResult> => {
    const set = cache.get(parseKey(key));
    if (set === undefined) return DONE;
    const claimed = await claim(
      api,
      podCache,
      { type: statefulSets, object: set, selector: set.spec.selector },
      (pod) => ordinalOf(set, pod) !== undefined,
    );
    const own = claimed.filter((pod) => ordinalOf(set, pod) !== undefined);
    const { revisions, update } = await syncRevisions(api, revisionCache, {
      type: statefulSets,
      object: set,
      template: set.spec.template,
      labels: set.spec.template.metadata?.labels,
    });
    const current = revisions.find((revision) => revision.metadata.name === set.status?.currentRevision) ?? update;
    if (set.metadata.deletionTimestamp === undefined)
      await step(set, new Map(own.map((pod) => [ordinalOf(set, pod)!, pod])), current, update);
    const status = statusOf(set, own, current.metadata.name, update.metadata.name);
    if (!sameJson(status, set.status)) await api.update(statefulSets, { ...set, status }, { subresource: 'status' });
    await pruneRevisions(
      api,
      revisions,
      new Set([current.metadata.name, update.metadata.name, ...own.map(revisionOf)]),
      set.spec.revisionHistoryLimit ?? 10,
    );
    const requeueAfterMs = nextAvailableInMs(own, set.spec.minReadySeconds ?? 0, clock.nowMs());
    return requeueAfterMs === undefined ? DONE : { requeueAfterMs };
  };

  const controller = new Controller({ name: 'statefulset', reconcile }, deps);
  cache.onChange(({ object }) => controller.enqueue(keyString(keyOf(object))));
  watchDependentPods(podCache, {
    ownerKind: 'StatefulSet',
    ownerChanged: (namespace, name) => controller.enqueue(keyString({ namespace, name })),
    orphanChanged: (pod) => {
      for (const set of cache.list(pod.metadata.namespace))
        if (selectorMatches(set.spec.selector, pod.metadata.labels)) controller.enqueue(keyString(keyOf(set)));
    },
  });
  return controller;
}
