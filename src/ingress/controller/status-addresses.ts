import { isIP } from 'node:net';
import type { IngressLoadBalancerIngress, Service } from '../../kube/generated/types.ts';

const asAddress = (text: string): IngressLoadBalancerIngress => (isIP(text) ? { ip: text } : { hostname: text });

/** The addresses of `--publish-status-address`. */
export function fixedAddresses(texts: readonly string[]): IngressLoadBalancerIngress[] {
  return sorted(texts.map(asAddress));
}

/** The addresses that `--publish-service` gives: those of the load balancer, else the external ones, else the cluster IP. */
export function serviceAddresses(service: Service | undefined): IngressLoadBalancerIngress[] {
  const spec = service?.spec;
  if (spec === undefined) return [];
  const external = (spec.externalIPs ?? []).map(asAddress);
  if (spec.type === 'ExternalName') return spec.externalName ? [asAddress(spec.externalName)] : [];
  if (spec.type === 'LoadBalancer') {
    const balanced = (service?.status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => (ip ? { ip } : { hostname }));
    return sorted([...balanced, ...external]);
  }
  if (external.length > 0) return sorted(external);
  return spec.clusterIP && spec.clusterIP !== 'None' ? [{ ip: spec.clusterIP }] : [];
}

function sorted(addresses: IngressLoadBalancerIngress[]): IngressLoadBalancerIngress[] {
  return addresses.sort((a, b) => ((a.ip ?? a.hostname ?? '') < (b.ip ?? b.hostname ?? '') ? -1 : 1));
}
