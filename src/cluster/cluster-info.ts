import type { KubeApi } from '../kube/kube-api.ts';
import { configMaps, namespaces, nodes } from '../kube/resource-type.ts';
import { isStatus } from '../kube/status-error.ts';
import type { Capabilities } from './provider.ts';

/** Where the embedded cluster tells clients what the Kubernetes API does not: its ingress address and its chart repositories. */
export const CLUSTER_INFO = { namespace: 'kube-public', name: 'canary-lab' } as const;

export interface ClusterInfo { ingressUrl: string; chartRepositories: Record<string, string>; capabilities: Capabilities }

export const UPSTREAM_CHARTS: Readonly<Record<string, string>> = {
  'ingress-nginx': 'https://kubernetes.github.io/ingress-nginx',
  'argo': 'https://argoproj.github.io/argo-helm',
};
export const NO_CAPABILITIES: Capabilities = { virtualTime: false, snapshots: false, metrics: false };

/** What the cluster publishes about itself, or what is known of a kind cluster; `undefined` when neither applies. */
export async function readClusterInfo(api: KubeApi, signal: AbortSignal): Promise<ClusterInfo | undefined> {
  const published = await api.get(configMaps, CLUSTER_INFO, { signal }).catch((error: unknown) => {
    if (isStatus(error, 'Forbidden')) return undefined;
    throw error;
  });
  if (published?.data?.['ingressUrl'] !== undefined) {
    return {
      ingressUrl: published.data['ingressUrl'],
      chartRepositories: JSON.parse(published.data['chartRepositories'] ?? '{}') as Record<string, string>,
      capabilities: { ...NO_CAPABILITIES, ...JSON.parse(published.data['capabilities'] ?? '{}') as Partial<Capabilities> },
    };
  }
  const { items } = await api.list(nodes, {}, { signal });
  if (items.some((node) => node.spec.providerID?.startsWith('kind://'))) return { ingressUrl: 'http://127.0.0.1', chartRepositories: { ...UPSTREAM_CHARTS }, capabilities: NO_CAPABILITIES };
  return undefined;
}

/** Names of the namespaces that exist, to tell later which ones a run has made. */
export async function namespaceNames(api: KubeApi, signal: AbortSignal): Promise<Set<string>> {
  return new Set((await api.list(namespaces, {}, { signal })).items.map((namespace) => namespace.metadata.name));
}
