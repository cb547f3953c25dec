import type { EndpointSlice, Endpoints } from '../../../../kube/generated/types.ts';
import { listCell } from './list-cell.ts';

/** Ready addresses with their ports, at most three: `10.0.0.1:80,10.0.0.2:80`. */
export function endpointsCell(endpoints: Endpoints): string {
  const items: string[] = [];
  for (const subset of endpoints.subsets ?? []) {
    const addresses = (subset.addresses ?? []).map((address) => address.ip);
    if ((subset.ports ?? []).length === 0) items.push(...addresses);
    for (const port of subset.ports ?? []) items.push(...addresses.map((ip) => `${ip.includes(':') ? `[${ip}]` : ip}:${port.port}`));
  }
  return listCell(items, 3, '<none>');
}

export function slicePortsCell(slice: EndpointSlice): string {
  return listCell(
    (slice.ports ?? []).map((port) => String(port.port ?? (port.name || '*'))),
    3,
    '<unset>',
  );
}

export function sliceEndpointsCell(slice: EndpointSlice): string {
  return listCell(
    (slice.endpoints ?? []).flatMap((endpoint) => endpoint.addresses),
    3,
    '<unset>',
  );
}
