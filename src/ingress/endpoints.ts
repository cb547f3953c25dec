import type { EndpointSlice, Service, ServiceBackendPort, ServicePort } from '../kube/generated/types.ts';

export interface Endpoint {
  ip: string;
  port: number;
  /** `ip:port`. */
  address: string;
}

/** The port part of an upstream's name: the number if the Ingress gives one, else the name. */
export function portReference(port: ServiceBackendPort | undefined): string {
  return port?.number ? String(port.number) : (port?.name ?? '');
}

/** The Service port that a reference means: by number, by target port, or by name; the first that fits. */
export function findServicePort(service: Service, reference: string): ServicePort | undefined {
  return service.spec?.ports?.find(
    (port) => String(port.port) === reference || String(port.targetPort ?? port.port) === reference || port.name === reference,
  );
}

/** The addresses behind a Service port: each one whose `ready` condition is not false, once. Only TCP ports count. */
export function endpointsOf(service: Service | undefined, reference: string, slices: readonly EndpointSlice[]): Endpoint[] {
  const servicePort = service && findServicePort(service, reference);
  if (servicePort === undefined || service?.spec?.type === 'ExternalName') return [];
  const found = new Map<string, Endpoint>();
  for (const slice of slices) {
    const port = slice.ports?.find(
      (candidate) => (candidate.name ?? '') === (servicePort.name ?? '') && (candidate.protocol ?? 'TCP') === 'TCP',
    )?.port;
    if (port === undefined) continue;
    for (const endpoint of slice.endpoints ?? []) {
      if (endpoint.conditions?.ready === false) continue;
      for (const ip of endpoint.addresses) {
        const address = ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
        if (!found.has(address)) found.set(address, { ip, port, address });
      }
    }
  }
  return [...found.values()];
}
