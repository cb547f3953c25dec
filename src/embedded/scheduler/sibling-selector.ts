import type { LabelSelector, Pod, ReplicaSet, Service, StatefulSet } from '../../kube/generated/types.ts';
import type { Informer } from '../../kube/informer.ts';
import { selectorMatches } from '../../kube/label-selector.ts';

/**
 * What the Services over a Pod and the controller that owns it select, all at once: its siblings (scheduler/framework/plugins/helper
 * DefaultSelector). `undefined` when there are none.
 */
export function siblingSelector(
  pod: Pod,
  services: Informer<Service>,
  owners: { ReplicaSet: Informer<ReplicaSet>; StatefulSet: Informer<StatefulSet> },
): LabelSelector | undefined {
  const namespace = pod.metadata.namespace ?? 'default';
  const matchLabels: Record<string, string> = {};
  for (const { spec } of services.list(namespace)) {
    if (spec?.selector !== undefined && selectorMatches({ matchLabels: spec.selector }, pod.metadata.labels))
      Object.assign(matchLabels, spec.selector);
  }
  const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true);
  const isKnown = owner?.kind === 'ReplicaSet' || owner?.kind === 'StatefulSet';
  const own = isKnown ? owners[owner.kind as keyof typeof owners].get({ namespace, name: owner.name })?.spec?.selector : undefined;
  Object.assign(matchLabels, own?.matchLabels);
  const { matchExpressions = [] } = own ?? {};
  if (Object.keys(matchLabels).length === 0 && matchExpressions.length === 0) return undefined;
  return { matchLabels, ...(matchExpressions.length > 0 ? { matchExpressions } : {}) };
}
