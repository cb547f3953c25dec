import { rfc3339 } from '../../../base/clock.ts';
import type { Pod } from '../../../kube/generated/types.ts';
import { keyOf, keyString, parseKey } from '../../../kube/object.ts';
import { nodes, pods } from '../../../kube/resource-type.ts';
import { isStatus } from '../../../kube/status-error.ts';
import { Controller, type ControllerDeps, DONE, type ReconcileResult } from '../controller.ts';
import { isPodActive } from '../pod-state.ts';
import { evictionDelayMs } from './eviction-delay.ts';

/** Deletes the Pods that do not tolerate their node's NoExecute taints, at once or when their time is over (pkg/controller/tainteviction). */
export function createTaintEvictionController(deps: ControllerDeps): Controller {
  const { api, informers, clock, events } = deps;
  const podCache = informers.for(pods);
  const nodeCache = informers.for(nodes);
  /** Since when a Pod that will have to go is counted, by UID. */
  const since = new Map<string, number>();

  const isDriven = (name: string | undefined): boolean =>
    name !== undefined && (nodeCache.get({ name })?.spec.taints ?? []).some(({ effect }) => effect === 'NoExecute');

  const tell = (pod: Pod, message: string): void =>
    events.record({ ...pod, apiVersion: 'v1', kind: 'Pod' }, 'Normal', 'TaintManagerEviction', message);
  const evict = async (pod: Pod): Promise<void> => {
    tell(pod, `Marking for deletion Pod ${keyString(keyOf(pod))}`);
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'DeletionByTaintManager',
      message: 'Taint manager: deleting due to NoExecute taint',
      lastTransitionTime: rfc3339(clock.nowMs()),
      ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    };
    try {
      const body = { metadata: { uid: pod.metadata.uid }, status: { conditions: [condition] } };
      await api.patch(pods, keyOf(pod), { type: 'strategic', body }, { subresource: 'status' });
      await api.delete(pods, keyOf(pod), { preconditions: { uid: pod.metadata.uid } });
    } catch (error) {
      if (!isStatus(error, 'NotFound', 'Conflict')) throw error;
    }
  };

  const reconcile = async (key: string): Promise<ReconcileResult> => {
    const pod = podCache.get(parseKey(key));
    const node = pod?.spec.nodeName === undefined ? undefined : nodeCache.get({ name: pod.spec.nodeName });
    if (pod === undefined || node === undefined || !isPodActive(pod)) {
      if (pod !== undefined) since.delete(pod.metadata.uid);
      return DONE;
    }
    const delayMs = evictionDelayMs(pod, node);
    const { uid } = pod.metadata;
    if (delayMs === Number.POSITIVE_INFINITY) {
      if (since.delete(uid)) tell(pod, `Cancelling deletion of Pod ${key}`);
      return DONE;
    }
    const sinceMs = since.get(uid) ?? clock.nowMs();
    const leftMs = sinceMs + delayMs - clock.nowMs();
    if (leftMs > 0) {
      since.set(uid, sinceMs);
      return { requeueAfterMs: leftMs };
    }
    since.delete(uid);
    await evict(pod);
    return DONE;
  };

  const controller = new Controller({ name: 'taint-eviction', reconcile }, deps);
  podCache.onChange((change) => {
    const { uid } = change.object.metadata;
    if (change.type === 'deleted') since.delete(uid);
    else if (isDriven(change.object.spec.nodeName) && (change.type !== 'modified' || view(change.previous) !== view(change.object)))
      controller.enqueue(keyString(keyOf(change.object)));
  });
  nodeCache.onChange((change) => {
    const taints = ({ spec }: typeof change.object): string =>
      JSON.stringify(spec.taints?.filter(({ effect }) => effect === 'NoExecute') ?? []);
    if (change.type === 'deleted' || taints(change.object) === (change.type === 'modified' ? taints(change.previous) : '[]')) return;
    for (const pod of podCache.list()) if (pod.spec.nodeName === change.object.metadata.name) controller.enqueue(keyString(keyOf(pod)));
  });
  return controller;
}

/** What of a Pod decides whether it may stay. */
function view({ spec, metadata }: Pod): string {
  return JSON.stringify([spec.nodeName, spec.tolerations, metadata.deletionTimestamp]);
}
