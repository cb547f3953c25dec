import { rfc3339 } from '../../../base/clock.ts';
import { isConditionTrue } from '../../../kube/conditions.ts';
import type { Pod } from '../../../kube/generated/types.ts';
import { keyOf } from '../../../kube/object.ts';
import { nodes, pods } from '../../../kube/resource-type.ts';
import { isStatus } from '../../../kube/status-error.ts';
import { Controller, type ControllerDeps, DONE, type ReconcileResult } from '../controller.ts';
import { isPodFinished } from '../pod-state.ts';

/** How long a node's object may be missing before its Pods are taken for lost (podgc quarantineTime). */
const QUARANTINE_MS = 40_000;
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

/**
 * Removes the Pods of nodes that no longer exist, and terminating ones of nodes that somebody declared out of service
 * (k8s.io/kubernetes/pkg/controller/podgc). Ended Pods stay: this cluster has no threshold for them.
 */
export function createPodGarbageCollector(deps: ControllerDeps): Controller {
  const { api, informers, clock } = deps;
  const podCache = informers.for(pods);
  const nodeCache = informers.for(nodes);
  const podsOf = (node: string): Pod[] => podCache.list().filter(({ spec }) => spec.nodeName === node);

  const remove = async (pod: Pod, condition: object | undefined): Promise<void> => {
    try {
      if (!isPodFinished(pod)) {
        const body = { metadata: { uid: pod.metadata.uid }, status: { phase: 'Failed', ...(condition && { conditions: [condition] }) } };
        await api.patch(pods, keyOf(pod), { type: 'strategic', body }, { subresource: 'status' });
      }
      await api.delete(pods, keyOf(pod), { gracePeriodSeconds: 0, preconditions: { uid: pod.metadata.uid } });
    } catch (error) {
      if (!isStatus(error, 'NotFound', 'Conflict')) throw error;
    }
  };

  const reconcile = async (name: string): Promise<ReconcileResult> => {
    const node = await api.get(nodes, { name });
    if (node === undefined) {
      for (const pod of podsOf(name)) {
        await remove(pod, {
          type: 'DisruptionTarget',
          status: 'True',
          reason: 'DeletionByPodGC',
          message: 'PodGC: node no longer exists',
          lastTransitionTime: rfc3339(clock.nowMs()),
          ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
        });
      }
      return DONE;
    }
    const isLost = !isConditionTrue(node.status?.conditions, 'Ready') && (node.spec.taints ?? []).some(({ key }) => key === OUT_OF_SERVICE);
    if (isLost) for (const pod of podsOf(name)) if (pod.metadata.deletionTimestamp !== undefined) await remove(pod, undefined);
    return DONE;
  };

  const controller = new Controller({ name: 'pod-garbage-collector', reconcile }, deps);
  podCache.onChange(({ type, object }) => {
    const { nodeName } = object.spec;
    if (type === 'deleted' || !nodeName) return;
    const node = nodeCache.get({ name: nodeName });
    if (node === undefined) controller.enqueueAfter(nodeName, QUARANTINE_MS);
    else if (object.metadata.deletionTimestamp !== undefined && node.spec.taints?.some(({ key }) => key === OUT_OF_SERVICE))
      controller.enqueue(nodeName);
  });
  nodeCache.onChange(({ type, object }) => {
    if (type === 'deleted') controller.enqueueAfter(object.metadata.name, QUARANTINE_MS);
    else if (object.spec.taints?.some(({ key }) => key === OUT_OF_SERVICE)) controller.enqueue(object.metadata.name);
  });
  return controller;
}
