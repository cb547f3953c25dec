import type { Ingress } from '../../../../kube/generated/types.ts';
import { listCell, uniqueCell } from './list-cell.ts';

export function hostsCell(ingress: Ingress): string {
  return listCell(
    (ingress.spec?.rules ?? []).map((rule) => rule.host).filter((host): host is string => host !== undefined && host !== ''),
    3,
    '*',
  );
}

export function addressCell(ingress: Ingress): string {
  return uniqueCell((ingress.status?.loadBalancer?.ingress ?? []).map((item) => item.ip || item.hostname));
}

export function ingressPortsCell(ingress: Ingress): string {
  return (ingress.spec?.tls ?? []).length > 0 ? '80, 443' : '80';
}
