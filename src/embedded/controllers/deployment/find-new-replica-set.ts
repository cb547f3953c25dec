import type { PodTemplateSpec, ReplicaSet } from '../../../kube/generated/types.ts';
import { canonicalJson } from '../canonical-json.ts';

export const POD_TEMPLATE_HASH = 'pod-template-hash';

const withoutHash = (template: PodTemplateSpec | undefined): string => {
  const { [POD_TEMPLATE_HASH]: _, ...labels } = template?.metadata?.labels ?? {};
  return canonicalJson({ ...template, metadata: { ...template?.metadata, labels, creationTimestamp: undefined } });
};

/** Whether two templates ask for the same Pods, the hash label aside (deployment/util EqualIgnoreHash). */
export function sameTemplate(a: PodTemplateSpec | undefined, b: PodTemplateSpec | undefined): boolean {
  return withoutHash(a) === withoutHash(b);
}

/** The oldest ReplicaSet with the wanted template; `undefined` when the template is new. */
export function findNewReplicaSet(template: PodTemplateSpec, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  const wanted = withoutHash(template);
  return [...sets]
    .sort(
      (a, b) =>
        Date.parse(a.metadata.creationTimestamp) - Date.parse(b.metadata.creationTimestamp) || (a.metadata.name < b.metadata.name ? -1 : 1),
    )
    .find((set) => withoutHash(set.spec.template) === wanted);
}
