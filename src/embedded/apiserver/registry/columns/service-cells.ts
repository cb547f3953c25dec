import type { Service } from '../../../../kube/generated/types.ts';
import { uniqueCell } from './list-cell.ts';

export function clusterIpCell(service: Service): string {
  return service.spec.clusterIPs?.[0] || service.spec.clusterIP || '<none>';
}

export function externalIpCell(service: Service): string {
  const { spec, status } = service;
  const externalIps = spec.externalIPs ?? [];
  switch (spec.type) {
    case 'ExternalName':
      return spec.externalName || '<none>';
    case 'LoadBalancer': {
      const balancer = uniqueCell((status?.loadBalancer?.ingress ?? []).map((ingress) => ingress.ip || ingress.hostname));
      return [...(balancer ? [balancer] : []), ...externalIps].join(',') || '<pending>';
    }
    default:
      return externalIps.join(',') || '<none>';
  }
}

export function portsCell(service: Service): string {
  const ports = (service.spec.ports ?? []).map(
    (port) => `${port.port}${port.nodePort ? `:${port.nodePort}` : ''}/${port.protocol ?? 'TCP'}`,
  );
  return ports.join(',') || '<none>';
}
