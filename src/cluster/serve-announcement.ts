import type { Capabilities } from './provider.ts';

/** The one line of JSON that `canary-lab cluster serve` prints when its API answers. */
export interface ServeAnnouncement {
  kubeconfig: string;
  server: string;
  ingressUrl: string;
  chartRepositories: Record<string, string>;
  kubernetesVersion: string;
  capabilities: Capabilities;
  pid: number;
  /** How many nodes the cluster was made with; absent in what older versions wrote of one. */
  nodes?: number;
}
