import { findCondition } from '../../../kube/conditions.ts';
import type { Node, Taint } from '../../../kube/generated/types.ts';

export const NOT_READY = 'node.kubernetes.io/not-ready';
export const UNREACHABLE = 'node.kubernetes.io/unreachable';
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';
/** Conditions that keep Pods off while they are True (nodelifecycle nodeConditionToTaintKeyStatusMap). */
const PRESSURES: Readonly<Record<string, string>> = {
  MemoryPressure: 'node.kubernetes.io/memory-pressure',
  DiskPressure: 'node.kubernetes.io/disk-pressure',
  NetworkUnavailable: 'node.kubernetes.io/network-unavailable',
  PIDPressure: 'node.kubernetes.io/pid-pressure',
};
const OURS = new Set([NOT_READY, UNREACHABLE, UNSCHEDULABLE, ...Object.values(PRESSURES)]);

/**
 * The taints that a node's conditions and its cordon ask for, and those of others as they are. `undefined`: it has them already.
 * Models nodelifecycle doNoScheduleTaintingPass and doNoExecuteTaintingPass.
 */
export function taintsFor(node: Node, now: string): Taint[] | undefined {
  const status = (type: string): string | undefined => findCondition(node.status?.conditions, type)?.status;
  const wanted: Taint[] = [];
  const want = (key: string, effect: string): void => {
    const known = node.spec.taints?.find((taint) => taint.key === key && taint.effect === effect);
    wanted.push(known ?? { key, effect, timeAdded: now });
  };
  const ready = status('Ready');
  if (ready === 'False' || ready === 'Unknown') {
    want(ready === 'False' ? NOT_READY : UNREACHABLE, 'NoSchedule');
    want(ready === 'False' ? NOT_READY : UNREACHABLE, 'NoExecute');
  }
  for (const [type, key] of Object.entries(PRESSURES)) if (status(type) === 'True') want(key, 'NoSchedule');
  if (node.spec.unschedulable === true) want(UNSCHEDULABLE, 'NoSchedule');
  const present = node.spec.taints ?? [];
  const others = present.filter(({ key }) => !OURS.has(key));
  const isSame = others.length + wanted.length === present.length && wanted.every((taint) => present.includes(taint));
  return isSame ? undefined : [...others, ...wanted];
}
