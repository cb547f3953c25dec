import type { KubeObject } from './object.ts';
import type { ResourceType } from './resource-type.ts';

/** Amounts by resource name, as quantities. */
export type Usage = Record<string, string>;

/** What the containers of a Pod used on average over `window`, as metrics-server tells it. */
export interface PodMetrics extends KubeObject {
  /** End of the window, RFC 3339. */
  timestamp: string;
  /** Such as `15s`. */
  window: string;
  containers: { name: string; usage: Usage }[];
}

/** The same of a whole node. */
export interface NodeMetrics extends KubeObject {
  timestamp: string;
  window: string;
  usage: Usage;
}

export const podMetrics: ResourceType<PodMetrics> = {
  group: 'metrics.k8s.io',
  version: 'v1beta1',
  resource: 'pods',
  kind: 'PodMetrics',
  namespaced: true,
};
export const nodeMetrics: ResourceType<NodeMetrics> = {
  group: 'metrics.k8s.io',
  version: 'v1beta1',
  resource: 'nodes',
  kind: 'NodeMetrics',
  namespaced: false,
};
