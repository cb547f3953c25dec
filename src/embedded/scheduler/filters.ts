import { ownValue } from '../../base/own-value.ts';
import type { Node, Pod } from '../../kube/generated/types.ts';
import { acceptsNode } from '../../kube/node-affinity.ts';
import { parseQuantity } from '../../kube/quantity.ts';
import { tolerates, untolerated } from '../../kube/tolerations.ts';
import type { NodeUsage } from './node-usage.ts';
import { type HostPort, hostPorts, podRequests } from './pod-requests.ts';

/** Why a node cannot take a Pod. `isFinal`: removing other Pods from it would not help. */
export interface Rejection {
  reasons: string[];
  isFinal: boolean;
}

const UNSCHEDULABLE = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/**
 * The first filter that turns the node down, in the order of the default profile: NodeUnschedulable, NodeName,
 * TaintToleration, NodeAffinity, NodePorts, NodeResourcesFit. `undefined`: the node fits.
 */
export function rejection(pod: Pod, node: Node, usage: NodeUsage): Rejection | undefined {
  const final = (reason: string): Rejection => ({ reasons: [reason], isFinal: true });
  if (node.spec.unschedulable === true && !pod.spec.tolerations?.some((toleration) => tolerates(toleration, UNSCHEDULABLE)))
    return final('node(s) were unschedulable');
  const taint = untolerated(node.spec.taints, pod.spec.tolerations, ['NoSchedule', 'NoExecute']);
  if (taint !== undefined) return final(`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`);
  if (!acceptsNode(pod, node)) return final("node(s) didn't match Pod's node affinity/selector");
  if (hasPortConflict(hostPorts(pod), usage))
    return { reasons: ["node(s) didn't have free ports for the requested pod ports"], isFinal: false };
  return lackOfResources(pod, node, usage);
}

function hasPortConflict(wanted: readonly HostPort[], usage: NodeUsage): boolean {
  const taken = [...usage.ports.values()].flat();
  return wanted.some((want) =>
    taken.some(
      (other) =>
        other.port === want.port &&
        other.protocol === want.protocol &&
        (other.ip === want.ip || other.ip === '0.0.0.0' || want.ip === '0.0.0.0'),
    ),
  );
}

function lackOfResources(pod: Pod, node: Node, usage: NodeUsage): Rejection | undefined {
  const allocatable = node.status?.allocatable ?? {};
  const capacity = (name: string): number => parseQuantity(ownValue(allocatable, name) ?? '0') ?? 0;
  const reasons: string[] = [];
  let isFinal = false;
  if (allocatable.pods !== undefined && usage.pods + 1 > capacity('pods')) reasons.push('Too many pods');
  for (const [name, amount] of podRequests(pod)) {
    if (amount <= 0) continue;
    // Sums of fractions such as 100m drift in binary.
    if (amount - (capacity(name) - (usage.requests.get(name) ?? 0)) > 1e-9) {
      reasons.push(`Insufficient ${name}`);
      if (amount > capacity(name)) isFinal = true;
    }
  }
  return reasons.length === 0 ? undefined : { reasons, isFinal };
}
