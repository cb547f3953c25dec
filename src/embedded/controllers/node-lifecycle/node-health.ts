import { findCondition } from '../../../kube/conditions.ts';
import type { Node, NodeCondition } from '../../../kube/generated/types.ts';

/** --node-monitor-grace-period: how long a node may be silent. */
export const GRACE_MS = 50_000;
/** --node-startup-grace-period: the same for a node that never said whether it is ready. */
export const STARTUP_GRACE_MS = 60_000;

/** What a kubelet tells of its node; all of it is unknown once it is silent. */
const TOLD = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

/** How long a node's silence is borne. */
export function graceMs(node: Node): number {
  return findCondition(node.status?.conditions, 'Ready') === undefined ? STARTUP_GRACE_MS : GRACE_MS;
}

/** The conditions of a node that is silent (nodelifecycle tryUpdateNodeHealth); `undefined` when they say so already. */
export function silentConditions(node: Node, now: string): NodeCondition[] | undefined {
  const changed = TOLD.map((type): NodeCondition | undefined => {
    const known = findCondition(node.status?.conditions, type);
    if (known?.status === 'Unknown') return undefined;
    return {
      type,
      status: 'Unknown',
      reason: known === undefined ? 'NodeStatusNeverUpdated' : 'NodeStatusUnknown',
      message: known === undefined ? 'Kubelet never posted node status.' : 'Kubelet stopped posting node status.',
      lastHeartbeatTime: known?.lastHeartbeatTime ?? node.metadata.creationTimestamp,
      lastTransitionTime: now,
    };
  }).filter((condition) => condition !== undefined);
  return changed.length === 0 ? undefined : changed;
}
