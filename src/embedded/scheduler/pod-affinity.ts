import type { Node, Pod, PodAffinityTerm } from '../../kube/generated/types.ts';
import { selectorMatches } from '../../kube/label-selector.ts';
import type { Rejection } from './filters.ts';
import { labelOf, sharesLabel } from './label-of.ts';

/** A Pod that has a node, or is about to have. */
export interface PlacedPod {
  pod: Pod;
  node: string;
}

const affinityTerms = (pod: Pod): readonly PodAffinityTerm[] =>
  pod.spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
const antiAffinityTerms = (pod: Pod): readonly PodAffinityTerm[] =>
  pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];

/** Whether the Pod has a say in where other Pods may be, or they in where it may be. */
export function hasPodAffinity(pod: Pod): boolean {
  return affinityTerms(pod).length > 0 || antiAffinityTerms(pod).length > 0;
}

/** Namespaces by name only: a `namespaceSelector` is read as the Pod's own namespace, an empty one as all of them. */
function selects(term: PodAffinityTerm, owner: Pod, other: Pod): boolean {
  const namespaces = term.namespaces?.length ? term.namespaces : [owner.metadata.namespace ?? 'default'];
  const isAny = term.namespaceSelector !== undefined && Object.keys(term.namespaceSelector).length === 0;
  if (!isAny && !namespaces.includes(other.metadata.namespace ?? 'default')) return false;
  const sameKeys = (term.matchLabelKeys ?? []).every((key) => sharesLabel(owner, other, key));
  return sameKeys && term.labelSelector !== undefined && selectorMatches(term.labelSelector, other.metadata.labels);
}

/** Why required affinity between Pods keeps the Pod off the node (scheduler plugin InterPodAffinity). */
export function podAffinityRejection(
  pod: Pod,
  node: Node,
  placed: readonly PlacedPod[],
  nodeOf: (name: string) => Node | undefined,
): Rejection | undefined {
  const shares = (other: string, key: string): boolean => {
    const here = labelOf(node, key);
    return here !== undefined && labelOf(nodeOf(other), key) === here;
  };
  for (const term of affinityTerms(pod)) {
    const isMet = placed.some((other) => selects(term, pod, other.pod) && shares(other.node, term.topologyKey));
    // The first Pod of a group that wants to be together has nobody to join.
    const isFirst =
      labelOf(node, term.topologyKey) !== undefined && selects(term, pod, pod) && !placed.some((other) => selects(term, pod, other.pod));
    if (!isMet && !isFirst) return { reasons: ["node(s) didn't match pod affinity rules"], isFinal: true };
  }
  for (const term of antiAffinityTerms(pod)) {
    if (placed.some((other) => selects(term, pod, other.pod) && shares(other.node, term.topologyKey)))
      return { reasons: ["node(s) didn't match pod anti-affinity rules"], isFinal: false };
  }
  const isUnwelcome = placed.some((other) =>
    antiAffinityTerms(other.pod).some((term) => selects(term, other.pod, pod) && shares(other.node, term.topologyKey)),
  );
  return isUnwelcome ? { reasons: ["node(s) didn't satisfy existing pods anti-affinity rules"], isFinal: false } : undefined;
}

/** What a node's neighbours make of it for the Pod: the weight of a preference for each Pod that meets it, less those to be avoided. */
export type PodPreference = (node: Node, placed: readonly PlacedPod[], nodeOf: (name: string) => Node | undefined) => number;

/** The Pod's preferences about other Pods; those of the others about it are not weighed. */
export function podPreferences(pod: Pod): PodPreference[] {
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  const terms = [
    ...(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((term) => ({ ...term, sign: 1 })),
    ...(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((term) => ({ ...term, sign: -1 })),
  ];
  return terms.map(({ podAffinityTerm: term, weight, sign }) => (node, placed, nodeOf) => {
    const here = labelOf(node, term.topologyKey);
    if (here === undefined) return 0;
    return (
      sign *
      weight *
      placed.filter((other) => labelOf(nodeOf(other.node), term.topologyKey) === here && selects(term, pod, other.pod)).length
    );
  });
}
