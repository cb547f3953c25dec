import type { PodTemplateSpec, ReplicaSet } from '../../../kube/generated/types.ts';
import { sameJson } from '../canonical-json.ts';

export const POD_TEMPLATE_HASH = 'pod-template-hash';

/** What of the template's metadata reaches its Pods, the hash label aside. */
function ownMetadata(template: PodTemplateSpec | undefined): object {
  const { creationTimestamp: _, ...metadata } = template?.metadata ?? {};
  const { [POD_TEMPLATE_HASH]: __, ...labels } = metadata.labels ?? {};
  return { ...metadata, labels };
}

/** Whether two templates ask for the same Pods, the hash label aside (deployment/util EqualIgnoreHash). */
export function sameTemplate(a: PodTemplateSpec | undefined, b: PodTemplateSpec | undefined): boolean {
  return sameJson(ownMetadata(a), ownMetadata(b)) && sameJson({ ...a, metadata: undefined }, { ...b, metadata: undefined });
}

/** The oldest ReplicaSet with the wanted template; `undefined` when the template is new. */
export function findNewReplicaSet(template: PodTemplateSpec, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  return [...sets]
    .sort(
      (a, b) =>
        Date.parse(a.metadata.creationTimestamp) - Date.parse(b.metadata.creationTimestamp) || (a.metadata.name < b.metadata.name ? -1 : 1),
    )
    .find((set) => sameTemplate(set.spec.template, template));
}
