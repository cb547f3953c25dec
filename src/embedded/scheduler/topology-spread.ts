import type { LabelSelector, Node, Pod, TopologySpreadConstraint } from '../../kube/generated/types.ts';
import { selectorMatches } from '../../kube/label-selector.ts';
import { acceptsNode } from '../../kube/node-affinity.ts';
import { untolerated } from '../../kube/tolerations.ts';
import type { Rejection } from './filters.ts';
import { labelOf, sharesLabel } from './label-of.ts';
import type { PlacedPod } from './pod-affinity.ts';

const HOSTNAME = 'kubernetes.io/hostname';
const MISMATCH = "node(s) didn't match pod topology spread constraints";

/** Whether the Pod may only go where it keeps an even spread. */
export function hasHardSpread(pod: Pod): boolean {
  return (pod.spec.topologySpreadConstraints ?? []).some(isHard);
}

const isHard = ({ whenUnsatisfiable }: TopologySpreadConstraint): boolean => whenUnsatisfiable === 'DoNotSchedule';

/** Whether `other` is one of the Pods that the constraint counts. */
function counts(constraint: TopologySpreadConstraint, owner: Pod, other: Pod): boolean {
  if (other.metadata.deletionTimestamp !== undefined || other.metadata.namespace !== owner.metadata.namespace) return false;
  const keys = constraint.matchLabelKeys ?? [];
  return (
    constraint.labelSelector !== undefined &&
    selectorMatches(constraint.labelSelector, other.metadata.labels) &&
    keys.every((key) => sharesLabel(owner, other, key))
  );
}

/** Whether the Pods of a node take part in the count. */
function takesPart(constraint: TopologySpreadConstraint, pod: Pod, node: Node): boolean {
  if (constraint.nodeAffinityPolicy !== 'Ignore' && !acceptsNode(pod, node)) return false;
  return (
    constraint.nodeTaintsPolicy !== 'Honor' ||
    untolerated(node.spec.taints, pod.spec.tolerations, ['NoSchedule', 'NoExecute']) === undefined
  );
}

/**
 * Why constraints that say DoNotSchedule keep the Pod off a node; `undefined`: they do not (scheduler plugin PodTopologySpread, Filter). The
 * counts are made once per Pod, for all nodes.
 */
export function spreadFilter(pod: Pod, nodes: readonly Node[], placed: readonly PlacedPod[]): (node: Node) => Rejection | undefined {
  const hard = (pod.spec.topologySpreadConstraints ?? []).filter(isHard);
  const byName = new Map(nodes.map((node) => [node.metadata.name, node]));
  const hasAllKeys = (node: Node): boolean => hard.every(({ topologyKey }) => labelOf(node, topologyKey) !== undefined);
  const domains = hard.map((constraint) => {
    const found = new Map<string, number>();
    const taking = new Set<string>();
    for (const node of nodes) {
      if (!hasAllKeys(node) || !takesPart(constraint, pod, node)) continue;
      taking.add(node.metadata.name);
      found.set(labelOf(node, constraint.topologyKey)!, 0);
    }
    for (const other of placed) {
      if (!taking.has(other.node) || !counts(constraint, pod, other.pod)) continue;
      const domain = labelOf(byName.get(other.node)!, constraint.topologyKey)!;
      found.set(domain, found.get(domain)! + 1);
    }
    return found;
  });
  return (node) => {
    for (const [index, constraint] of hard.entries()) {
      const domain = labelOf(node, constraint.topologyKey);
      if (domain === undefined) return { reasons: [`${MISMATCH} (missing required label)`], isFinal: true };
      const found = domains[index]!;
      const fewest = found.size < (constraint.minDomains ?? 1) ? 0 : Math.min(...found.values());
      const self = counts(constraint, pod, pod) ? 1 : 0;
      if ((found.get(domain) ?? 0) + self - fewest > constraint.maxSkew) return { reasons: [MISMATCH], isFinal: false };
    }
    return undefined;
  };
}

/** The constraints of a cluster without others: hosts, then zones, as even as they come. The selector is that of the Pod's Services and owner. */
export function defaultConstraints(selector: LabelSelector): TopologySpreadConstraint[] {
  const of = (topologyKey: string, maxSkew: number): TopologySpreadConstraint => ({
    topologyKey,
    maxSkew,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: selector,
  });
  return [of(HOSTNAME, 3), of('topology.kubernetes.io/zone', 5)];
}

/**
 * How much each node's share of the counted Pods speaks against it, 0 (most) to 100 (scheduler plugin PodTopologySpread, Score). With
 * `isDefault` a node without a constraint's label is no worse for it.
 */
export function spreadScores(
  pod: Pod,
  constraints: readonly TopologySpreadConstraint[],
  candidates: readonly Node[],
  placed: readonly PlacedPod[],
  nodeOf: (name: string) => Node | undefined,
  isDefault: boolean,
): number[] {
  const isIgnored = (node: Node): boolean => !isDefault && constraints.some(({ topologyKey }) => labelOf(node, topologyKey) === undefined);
  const counted = candidates.filter((node) => !isIgnored(node));
  const perDomain = constraints.map((constraint) => {
    const found = new Map<string, number>();
    for (const other of placed) {
      if (!counts(constraint, pod, other.pod)) continue;
      const domain = labelOf(nodeOf(other.node), constraint.topologyKey);
      if (domain !== undefined) found.set(domain, (found.get(domain) ?? 0) + 1);
    }
    const size = new Set(counted.map((node) => labelOf(node, constraint.topologyKey))).size;
    return { constraint, found, weight: Math.log(size + 2) };
  });
  const raw = candidates.map((node) =>
    isIgnored(node)
      ? undefined
      : Math.round(
          perDomain.reduce((sum, { constraint, found, weight }) => {
            const domain = labelOf(node, constraint.topologyKey);
            return domain === undefined ? sum : sum + (found.get(domain) ?? 0) * weight + (constraint.maxSkew - 1);
          }, 0),
        ),
  );
  const known = raw.filter((score) => score !== undefined);
  const [most, least] = [Math.max(0, ...known), Math.min(...known)];
  return raw.map((score) => (score === undefined ? 0 : most === 0 ? 100 : Math.floor((100 * (most + least - score)) / most)));
}
