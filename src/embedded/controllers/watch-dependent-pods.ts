import type { Pod } from '../../kube/generated/types.ts';
import type { Informer } from '../../kube/informer.ts';
import { controllerOf } from '../../kube/object.ts';
import type { Expectations } from './expectations.ts';

export interface DependentPodHandler {
  /** Kind of the owners this controller manages. */
  ownerKind: string;
  expectations?: Expectations;
  ownerChanged(namespace: string, name: string, pod: Pod): void;
  /** A Pod that nobody controls appeared or changed its labels: someone may want to adopt it. */
  orphanChanged?(pod: Pod): void;
}

/** Turns changes of Pods into keys of their owners and settles expectations (k8s.io/kubernetes replicaset addPod, updatePod, deletePod). */
export function watchDependentPods(cache: Informer<Pod>, handler: DependentPodHandler): void {
  const { ownerKind, expectations } = handler;
  const ownerOf = (pod: Pod): { name: string; uid: string } | undefined => {
    const owner = controllerOf(pod);
    return owner?.kind === ownerKind ? owner : undefined;
  };
  cache.onChange((change) => {
    const pod = change.object;
    const namespace = pod.metadata.namespace ?? '';
    const owner = ownerOf(pod);
    if (change.type === 'modified') {
      const before = ownerOf(change.previous);
      if (before !== undefined && before.uid !== owner?.uid) handler.ownerChanged(namespace, before.name, pod);
    }
    if (owner === undefined) {
      const relabelled =
        change.type !== 'modified' ||
        JSON.stringify(change.previous.metadata.labels) !== JSON.stringify(pod.metadata.labels) ||
        controllerOf(change.previous) !== undefined;
      if (controllerOf(pod) === undefined && change.type !== 'deleted' && relabelled) handler.orphanChanged?.(pod);
      return;
    }
    if (change.type === 'added') expectations?.creationObserved(owner.uid);
    if (change.type === 'deleted' || pod.metadata.deletionTimestamp !== undefined)
      expectations?.deletionObserved(owner.uid, pod.metadata.uid);
    handler.ownerChanged(namespace, owner.name, pod);
  });
}
