import type { Endpoint, EndpointSlice, Service, ServicePort } from '../../kube/generated/types.ts';

/** One address that can be dialled for a Service port. */
export interface EndpointTarget {
  ip: string;
  port: number;
  hostname?: string | undefined;
}

/**
 * The addresses behind one port of a Service: the ready ones, or when there is none those that still serve while they
 * terminate (kube-proxy, ProxyTerminatingEndpoints). Slices name the port, so that named target ports are resolved per Pod.
 */
export function endpointsOf(slices: readonly EndpointSlice[], portName: string | undefined): EndpointTarget[] {
  const targets = (use: (endpoint: Endpoint) => boolean): EndpointTarget[] =>
    slices.flatMap((slice) => {
      const port = (slice.ports ?? []).find((candidate) => (candidate.name ?? '') === (portName ?? ''))?.port;
      if (port === undefined || slice.addressType !== 'IPv4') return [];
      return (slice.endpoints ?? [])
        .filter(use)
        .flatMap((endpoint) => endpoint.addresses.slice(0, 1).map((ip) => ({ ip, port, hostname: endpoint.hostname })));
    });
  const ready = targets(({ conditions }) => conditions?.ready !== false);
  return ready.length > 0 ? ready : targets(({ conditions }) => conditions?.serving === true && conditions.terminating === true);
}

/** The addresses of a headless Service, whatever its ports: DNS gives Pod addresses and the dialled port is the Pod's own. */
export function headlessAddresses(slices: readonly EndpointSlice[]): { ip: string; hostname?: string | undefined }[] {
  return slices.flatMap((slice) =>
    (slice.endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready !== false)
      .flatMap((endpoint) => endpoint.addresses.slice(0, 1).map((ip) => ({ ip, hostname: endpoint.hostname }))),
  );
}

/** The port of a Service that a connection to `port` of its address reaches. */
export function servicePort(service: Service, port: number): ServicePort | undefined {
  return service.spec?.ports?.find((candidate) => candidate.port === port && (candidate.protocol ?? 'TCP') === 'TCP');
}
