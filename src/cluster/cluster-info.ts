import type { KubeApi } from '../kube/kube-api.ts';
import { configMaps, namespaces } from '../kube/resource-type.ts';
import { isStatus } from '../kube/status-error.ts';
import type { Capabilities } from './provider.ts';

/** Where the embedded cluster tells clients what the Kubernetes API does not: its ingress address and its chart repositories. */
export const CLUSTER_INFO = { namespace: 'kube-public', name: 'canary-lab' } as const;

export interface ClusterInfo {
  ingressUrl: string;
  chartRepositories: Record<string, string>;
  capabilities: Capabilities;
}

export const UPSTREAM_CHARTS: Readonly<Record<string, string>> = {
  'ingress-nginx': 'https://kubernetes.github.io/ingress-nginx',
  argo: 'https://argoproj.github.io/argo-helm',
  'prometheus-community': 'https://prometheus-community.github.io/helm-charts',
};
export const NO_CAPABILITIES: Capabilities = { virtualTime: false, snapshots: false, metrics: false };

/** What the cluster publishes about itself; `undefined` when it publishes nothing (or not to us). */
export async function publishedInfo(api: KubeApi, signal: AbortSignal): Promise<ClusterInfo | undefined> {
  const published = await api.get(configMaps, CLUSTER_INFO, { signal }).catch((error: unknown) => {
    if (isStatus(error, 'Forbidden')) return undefined;
    throw error;
  });
  if (published?.data?.['ingressUrl'] === undefined) return undefined;
  return {
    ingressUrl: published.data['ingressUrl'],
    chartRepositories: JSON.parse(published.data['chartRepositories'] ?? JSON.stringify(UPSTREAM_CHARTS)) as Record<string, string>,
    capabilities: { ...NO_CAPABILITIES, ...(JSON.parse(published.data['capabilities'] ?? '{}') as Partial<Capabilities>) },
  };
}

/** Names of the namespaces that exist, to tell later which ones a run has made. */
export async function namespaceNames(api: KubeApi, signal: AbortSignal): Promise<Set<string>> {
  return new Set((await api.list(namespaces, {}, { signal })).items.map((namespace) => namespace.metadata.name));
}
