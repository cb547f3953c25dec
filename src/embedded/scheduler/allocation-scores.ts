import type { Node, Pod } from '../../kube/generated/types.ts';
import { parseQuantity } from '../../kube/quantity.ts';
import type { NodeUsage } from './node-usage.ts';
import { estimatedRequests, podRequests } from './pod-requests.ts';

const NAMES = ['cpu', 'memory'] as const;

function capacityOf(node: Node, name: string): number {
  return parseQuantity(node.status?.allocatable?.[name] ?? '0') ?? 0;
}

/** The share of a node's cpu and memory that would stay free with the Pod on it, 0 to 100 (noderesources LeastAllocated). */
export function leastAllocatedScore(pod: Pod, node: Node, usage: NodeUsage): number {
  const own = estimatedRequests(pod);
  const free = NAMES.map((name) => {
    const capacity = capacityOf(node, name);
    const used = usage.estimated[name] + own[name];
    return capacity <= 0 || used > capacity ? 0 : Math.floor(((capacity - used) * 100) / capacity);
  });
  return Math.floor((free[0]! + free[1]!) / 2);
}

/** How evenly cpu and memory would be used with the Pod on the node, 0 to 100 (noderesources BalancedAllocation). */
export function balancedScore(pod: Pod, node: Node, usage: NodeUsage): number {
  const requests = podRequests(pod);
  const [cpu, memory] = NAMES.map((name) => {
    const capacity = capacityOf(node, name);
    return capacity <= 0 ? 1 : Math.min(1, ((usage.requests.get(name) ?? 0) + (requests.get(name) ?? 0)) / capacity);
  });
  return Math.floor((1 - Math.abs(cpu! - memory!) / 2) * 100);
}
