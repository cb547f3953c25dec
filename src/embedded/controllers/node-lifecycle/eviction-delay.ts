import type { Node, Pod } from '../../../kube/generated/types.ts';
import { tolerates } from '../../../kube/tolerations.ts';

/**
 * How long a Pod may stay on a node with taints of effect NoExecute, in ms: 0 when one of them is not tolerated, Infinity when nothing drives
 * it away. Models tainteviction processPodOnNode and getMinTolerationTime.
 */
export function evictionDelayMs(pod: Pod, node: Node): number {
  let delayMs = Number.POSITIVE_INFINITY;
  for (const taint of node.spec.taints ?? []) {
    if (taint.effect !== 'NoExecute') continue;
    const toleration = pod.spec.tolerations?.find((candidate) => tolerates(candidate, taint));
    if (toleration === undefined) return 0;
    if (toleration.tolerationSeconds !== undefined) delayMs = Math.min(delayMs, Math.max(0, toleration.tolerationSeconds) * 1000);
  }
  return delayMs;
}
