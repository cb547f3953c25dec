import type { Node, Pod } from '../../kube/generated/types.ts';
import { parseQuantity } from '../../kube/quantity.ts';
import type { NodeUsage } from './node-usage.ts';
import { podRequests } from './pod-requests.ts';

/** The share of a node's cpu and memory that would stay free with the Pod on it, 0 to 1 (noderesources LeastAllocated); fewer Pods win a tie. */
export function leastAllocatedScore(pod: Pod, node: Node, usage: NodeUsage): number {
  const requests = podRequests(pod);
  const share = (name: string): number => {
    const capacity = parseQuantity(node.status?.allocatable?.[name] ?? '0') ?? 0;
    return capacity <= 0 ? 0 : Math.max(0, (capacity - (usage.requests.get(name) ?? 0) - (requests.get(name) ?? 0)) / capacity);
  };
  return (share('cpu') + share('memory')) / 2 - usage.pods * 1e-6;
}
