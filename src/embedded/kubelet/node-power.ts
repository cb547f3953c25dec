import type { Node } from '../../kube/generated/types.ts';

/** The annotation of a Node that switches it off (`off`) as if its plug were pulled; without it, or with another value, it is on. */
export const POWER_ANNOTATION = 'canary-lab.internal/power';

/** Whether the node was switched off: its programs end at once, and its kubelet tells nothing until it is on again. */
export function isPoweredOff(node: Node): boolean {
  return node.metadata.annotations?.[POWER_ANNOTATION] === 'off';
}
