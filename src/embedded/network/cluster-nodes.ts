import { LabError } from '../../base/errors.ts';

/** A node as the cluster was made with it. Everything else about it is its Node object. */
export interface ClusterNode {
  name: string;
  /** Address of the node inside the cluster. */
  ip: string;
  /** The part of the Pod range that its Pods get their addresses from. */
  podCidr: string;
  isControlPlane: boolean;
  /** Taken by Pods that tolerate a control plane alone: as in kind, once there are workers. */
  isDedicated: boolean;
  /** How many Pods the node takes. */
  maxPods: number;
}

/** The range that all Pod addresses come from. */
export const POD_CIDR = '10.244.0.0/16';
export const CONTROL_PLANE = 'canary-lab-control-plane';
export const MOST_NODES = 20;
/** The kubelet's default --max-pods. */
const USUAL_PODS = 110;
/** A node that is alone is there for crowds. */
const LONE_PODS = 10_000;

/** The nodes of a cluster of `count`, named and numbered as kind does: one control plane, then the workers. Throws `BAD_OPTION`. */
export function clusterNodes(count: number): ClusterNode[] {
  if (!Number.isInteger(count) || count < 1 || count > MOST_NODES) {
    throw new LabError('BAD_OPTION', `A cluster has 1 to ${MOST_NODES} nodes, not ${count}.`, {
      next: `Ask for a whole number from 1 to ${MOST_NODES}.`,
    });
  }
  const isLone = count === 1;
  return Array.from({ length: count }, (_, index) => ({
    name: index === 0 ? CONTROL_PLANE : `canary-lab-worker${index === 1 ? '' : index}`,
    ip: `172.18.0.${index + 2}`,
    podCidr: isLone ? POD_CIDR : `10.244.${index}.0/24`,
    isControlPlane: index === 0,
    isDedicated: index === 0 && !isLone,
    maxPods: isLone ? LONE_PODS : USUAL_PODS,
  }));
}
