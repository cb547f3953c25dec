import type { Node, Pod, Service } from '../kube/generated/types.ts';

/** A way from this machine to the ingress controller, the best first; only `port-forward` works everywhere. */
export type IngressEntry =
  | { kind: 'load-balancer' | 'host-port' | 'node-port'; host: string; port: number }
  | { kind: 'port-forward'; namespace: string; service: string; port: number };

/** Labels by which the controller's Pods and Services are found, whatever the release is called. */
export const INGRESS_CONTROLLER = 'app.kubernetes.io/name=ingress-nginx,app.kubernetes.io/component=controller';

/**
 * The ways to the ingress controller, in the order in which they are tried: the load balancer's address, a port of the node on which a
 * controller Pod runs, a node port, port-forward. Empty while no controller with a Service exists.
 */
export function ingressEntries(found: { services: readonly Service[]; pods: readonly Pod[]; nodes: readonly Node[] }): IngressEntry[] {
  const service = found.services.find(({ spec }) => spec?.ports?.some(({ name }) => name === 'http'));
  if (service === undefined) return [];
  const http = service.spec!.ports!.find(({ name }) => name === 'http')!;
  const entries: IngressEntry[] = [];
  for (const { ip, hostname } of service.status?.loadBalancer?.ingress ?? []) {
    const host = ip ?? hostname;
    // "localhost" is what some controllers write to say that a port of the machine leads here; it is not an address to try.
    if (host !== undefined && host !== '' && host !== 'localhost') entries.push({ kind: 'load-balancer', host, port: http.port });
  }
  for (const pod of found.pods.filter(({ status }) => status?.phase === 'Running')) {
    const hostPort = pod.spec?.containers
      .flatMap(({ ports }) => ports ?? [])
      .find(({ name, hostPort: port }) => name === 'http' && port !== undefined)?.hostPort;
    const node = found.nodes.find(({ metadata }) => metadata?.name === pod.spec?.nodeName);
    if (hostPort !== undefined && node !== undefined)
      entries.push(...addressesOf(node).map((host) => ({ kind: 'host-port' as const, host, port: hostPort })));
  }
  if (http.nodePort !== undefined) {
    for (const node of found.nodes)
      entries.push(...addressesOf(node).map((host) => ({ kind: 'node-port' as const, host, port: http.nodePort! })));
  }
  entries.push({
    kind: 'port-forward',
    namespace: service.metadata?.namespace ?? '',
    service: service.metadata?.name ?? '',
    port: http.port,
  });
  return entries;
}

function addressesOf(node: Node): string[] {
  const of = (wanted: string): string[] =>
    (node.status?.addresses ?? []).filter(({ type }) => type === wanted).map(({ address }) => address);
  return [...of('ExternalIP'), ...of('InternalIP')];
}
