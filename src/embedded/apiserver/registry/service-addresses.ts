import { messageOf } from '../../../base/errors.ts';
import type { Service } from '../../../kube/generated/types.ts';
import { services } from '../../../kube/resource-type.ts';
import { type FieldError, fieldError, invalid } from '../../../kube/status-error.ts';
import type { PrepareContext } from './resource.ts';

type Allocation = Pick<PrepareContext, 'allocateServiceIp' | 'allocateNodePort'>;

export function hasClusterIp(service: Service): boolean {
  return service.spec.type !== 'ExternalName';
}
export function hasNodePorts(service: Service): boolean {
  return service.spec.type === 'NodePort' || (service.spec.type === 'LoadBalancer' && service.spec.allocateLoadBalancerNodePorts !== false);
}

function attempt<T>(service: Service, work: () => T, error: (text: string) => FieldError): T {
  try {
    return work();
  } catch (failure) {
    throw invalid(services, service.metadata.name, [error(messageOf(failure))]);
  }
}

/** Gives the Service its addresses and families. What the client asked for is taken exactly, or 422. */
export function allocateClusterIp(service: Service, ctx: Allocation): void {
  const { spec } = service;
  if (!hasClusterIp(service)) return;
  const wanted = spec.clusterIP || spec.clusterIPs?.[0];
  if (wanted === 'None') {
    spec.clusterIP = 'None';
    spec.clusterIPs = ['None'];
    const isSelectorless = Object.keys(spec.selector ?? {}).length === 0;
    spec.ipFamilyPolicy ??= isSelectorless ? 'RequireDualStack' : 'SingleStack';
    spec.ipFamilies ??= spec.ipFamilyPolicy === 'RequireDualStack' ? ['IPv4', 'IPv6'] : ['IPv4'];
    return;
  }
  spec.clusterIP = attempt(
    service,
    () => ctx.allocateServiceIp(wanted),
    (text) => fieldError.invalid('spec.clusterIPs', [wanted ?? ''], `failed to allocate IP ${wanted ?? ''}: ${text}`),
  );
  spec.clusterIPs = [spec.clusterIP];
  spec.ipFamilies ??= ['IPv4'];
  spec.ipFamilyPolicy ??= 'SingleStack';
}

/** Gives every port its node port; a port of several protocols shares one, as upstream does. */
export function allocateNodePorts(service: Service, ctx: Allocation): void {
  if (!hasNodePorts(service)) return;
  const byPort = new Map<number, number>();
  for (const [i, port] of (service.spec.ports ?? []).entries()) {
    const wanted = port.nodePort || undefined;
    port.nodePort =
      (wanted === undefined ? byPort.get(port.port) : undefined) ??
      attempt(
        service,
        () => ctx.allocateNodePort(wanted),
        (text) => fieldError.invalid(`spec.ports[${i}].nodePort`, wanted ?? 0, text),
      );
    byPort.set(port.port, port.nodePort);
  }
}

/** Keeps addresses and node ports that a client left out of an update: patchAllocatedValues of the Service registry. */
export function keepAllocated(service: Service, old: Service, ctx: Allocation): void {
  const { spec } = service;
  const before = old.spec;
  if (hasClusterIp(service)) {
    if (hasClusterIp(old) && !spec.clusterIP && (spec.clusterIPs ?? []).length === 0) {
      spec.clusterIP = before.clusterIP;
      spec.clusterIPs = before.clusterIPs === undefined ? undefined : [...before.clusterIPs];
    } else if (spec.clusterIP && (spec.clusterIPs === undefined || spec.clusterIP !== before.clusterIP)) {
      if (before.clusterIP === spec.clusterIP || spec.clusterIPs === undefined || spec.clusterIPs[0] === before.clusterIPs?.[0])
        spec.clusterIPs = [spec.clusterIP];
    } else if (!spec.clusterIP) spec.clusterIP = spec.clusterIPs?.[0];
    spec.ipFamilies ??= before.ipFamilies;
    spec.ipFamilyPolicy ??= before.ipFamilyPolicy;
    if (!spec.clusterIP) allocateClusterIp(service, ctx);
  } else
    for (const key of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'internalTrafficPolicy'] as const)
      if (before.type !== 'ExternalName') delete spec[key];
  if (hasNodePorts(service)) {
    const taken = new Set((spec.ports ?? []).map((port) => port.nodePort).filter((port) => port));
    const known = new Map(
      (before.ports ?? []).filter((port) => port.nodePort).map((port) => [`${port.port}/${port.protocol}`, port.nodePort!]),
    );
    const kept = new Set(known.values());
    for (const port of spec.ports ?? []) {
      const nodePort = known.get(`${port.port}/${port.protocol}`);
      if (!port.nodePort && nodePort !== undefined && !taken.has(nodePort)) {
        port.nodePort = nodePort;
        taken.add(nodePort);
      }
    }
    const missing = (spec.ports ?? []).filter((port) => !port.nodePort || !kept.has(port.nodePort));
    const part = { ...service, spec: { ...spec, ports: missing } };
    allocateNodePorts(part, ctx);
    if (spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local')
      spec.healthCheckNodePort ||= before.healthCheckNodePort || ctx.allocateNodePort();
  } else if (hasNodePorts(old)) {
    // A Service that went back to ClusterIP loses the node ports the client did not name anew.
    const known = new Set((before.ports ?? []).map((port) => port.nodePort));
    for (const port of spec.ports ?? []) if (known.has(port.nodePort)) delete port.nodePort;
  }
}
