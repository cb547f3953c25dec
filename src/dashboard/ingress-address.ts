import type { KubeApi } from '../kube/kube-api.ts';
import { configMaps, ingresses } from '../kube/resource-type.ts';
import type { Rollout } from '../rollouts/rollout.ts';
import { stableIngressesOf } from '../rollouts/strategy-defaults.ts';

/** Where the cluster says that its ingress answers from this machine; `undefined` when it says nothing. */
export async function publishedIngressUrl(api: KubeApi, signal: AbortSignal): Promise<string | undefined> {
  const published = await api.get(configMaps, { namespace: 'kube-public', name: 'canary-lab' }, { signal }).catch(() => undefined);
  return published?.data?.['ingressUrl'];
}

/** Host and path that lead to a Rollout's application: the first rule of its stable Ingress. */
export async function ingressRouteOf(
  api: KubeApi,
  rollout: Rollout,
  signal: AbortSignal,
): Promise<{ host: string | undefined; path: string } | undefined> {
  const [name] = stableIngressesOf(rollout);
  if (name === undefined) return undefined;
  const ingress = await api.get(ingresses, { namespace: rollout.metadata.namespace, name }, { signal }).catch(() => undefined);
  const rule = ingress?.spec?.rules?.[0];
  if (rule === undefined) return undefined;
  const path = rule.http?.paths?.[0]?.path ?? '/';
  // A path with signs of a regular expression names no single address.
  return { host: rule.host?.replace(/^\*\./, 'www.'), path: /^[\w/.~-]*$/.test(path) ? path : '/' };
}
