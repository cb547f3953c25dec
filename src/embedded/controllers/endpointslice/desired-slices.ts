import type { DiscoveryV1EndpointPort, Endpoint, EndpointSlice, Pod, Service } from '../../../kube/generated/types.ts';
import { canonicalJson } from '../canonical-json.ts';
import { isPodReady } from '../pod-state.ts';
import { targetPortOn } from '../service-endpoints/service-pods.ts';

/** Endpoints that share one set of port numbers. */
export interface PortGroup {
  ports: DiscoveryV1EndpointPort[];
  endpoints: Endpoint[];
}

/** What the slices of a Service should say; Pods that resolve a named port differently land in different groups (endpointslice/reconciler.go). */
export function desiredGroups(service: Service, pods: readonly Pod[]): PortGroup[] {
  const groups = new Map<string, PortGroup>();
  for (const pod of pods) {
    const ports = portsOn(service, pod);
    const id = portsId(ports);
    let group = groups.get(id);
    if (group === undefined) groups.set(id, (group = { ports, endpoints: [] }));
    group.endpoints.push(endpointOf(service, pod));
  }
  return [...groups.values()];
}

/** Identity of a set of ports, order aside. */
export function portsId(ports: readonly DiscoveryV1EndpointPort[] | undefined): string {
  return (ports ?? [])
    .map((port) => canonicalJson({ name: '', protocol: 'TCP', ...port }))
    .sort()
    .join();
}

function portsOn(service: Service, pod: Pod): DiscoveryV1EndpointPort[] {
  // A headless Service may have no ports at all.
  return (service.spec.ports ?? []).flatMap((port) => {
    const number = targetPortOn(pod, port);
    return number === undefined
      ? []
      : [
          {
            name: port.name ?? '',
            port: number,
            protocol: port.protocol ?? 'TCP',
            ...(port.appProtocol ? { appProtocol: port.appProtocol } : {}),
          },
        ];
  });
}

function endpointOf(service: Service, pod: Pod): Endpoint {
  const serving = isPodReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const { hostname, subdomain, nodeName } = pod.spec;
  return {
    addresses: [pod.status!.podIP!],
    conditions: { ready: service.spec.publishNotReadyAddresses === true || (serving && !terminating), serving, terminating },
    ...(hostname && subdomain === service.metadata.name ? { hostname } : {}),
    ...(nodeName ? { nodeName } : {}),
    targetRef: { kind: 'Pod', namespace: pod.metadata.namespace, name: pod.metadata.name, uid: pod.metadata.uid },
  };
}

/** More endpoints than this go to a further slice. */
const MAX_ENDPOINTS = 100;

export interface SlicePlan {
  create: PortGroup[];
  update: { slice: EndpointSlice; group: PortGroup }[];
  remove: EndpointSlice[];
}

/**
 * Turns existing slices into desired groups with few writes: a slice keeps its ports where it can, a slice that would go is
 * rewritten for a group that has none. A Service without endpoints keeps one empty slice.
 */
export function planSlices(existing: readonly EndpointSlice[], groups: readonly PortGroup[]): SlicePlan {
  const wanted = groups.flatMap(({ ports, endpoints }) =>
    Array.from({ length: Math.ceil(endpoints.length / MAX_ENDPOINTS) }, (_, page) => ({
      ports,
      endpoints: endpoints.slice(page * MAX_ENDPOINTS, (page + 1) * MAX_ENDPOINTS),
    })),
  );
  if (wanted.length === 0) wanted.push({ ports: [], endpoints: [] });
  const free = [...existing];
  const plan: SlicePlan = { create: [], update: [], remove: [] };
  const homeless: PortGroup[] = [];
  for (const group of wanted) {
    const at = free.findIndex((slice) => portsId(slice.ports) === portsId(group.ports));
    if (at < 0) homeless.push(group);
    else plan.update.push({ slice: free.splice(at, 1)[0]!, group });
  }
  for (const group of homeless) {
    const slice = free.shift();
    if (slice === undefined) plan.create.push(group);
    else plan.update.push({ slice, group });
  }
  plan.remove = free;
  return plan;
}
