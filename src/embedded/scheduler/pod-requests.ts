import type { Container, Pod } from '../../kube/generated/types.ts';
import { parseQuantity } from '../../kube/quantity.ts';

/** Amounts by resource name, in the resource's own unit (cores, bytes). */
export type Amounts = ReadonlyMap<string, number>;

function requestsOf(container: Container): Amounts {
  const requests = { ...container.resources?.limits, ...container.resources?.requests };
  return new Map(Object.entries(requests).map(([name, quantity]) => [name, parseQuantity(quantity) ?? 0]));
}

function add(into: Map<string, number>, amounts: Amounts): void {
  for (const [name, amount] of amounts) into.set(name, (into.get(name) ?? 0) + amount);
}

/** What a Pod asks of its node: all containers and sidecars together, or the largest init container if that is more (component-helpers resource PodRequests). */
export function podRequests(pod: Pod): Amounts {
  const total = new Map<string, number>();
  for (const container of pod.spec.containers) add(total, requestsOf(container));
  const sidecars = new Map<string, number>();
  const peak = new Map<string, number>();
  for (const init of pod.spec.initContainers ?? []) {
    const requests = requestsOf(init);
    if (init.restartPolicy === 'Always') add(sidecars, requests);
    const atOnce = new Map(sidecars);
    if (init.restartPolicy !== 'Always') add(atOnce, requests);
    for (const [name, amount] of atOnce) peak.set(name, Math.max(peak.get(name) ?? 0, amount));
  }
  add(total, sidecars);
  for (const [name, amount] of peak) total.set(name, Math.max(total.get(name) ?? 0, amount));
  add(total, new Map(Object.entries(pod.spec.overhead ?? {}).map(([name, quantity]) => [name, parseQuantity(quantity) ?? 0])));
  return total;
}

/** What a container that asks for nothing is taken to use when nodes are compared (scheduler/util GetNonzeroRequests). */
const USUAL = { cpu: 0.1, memory: 200 * 1024 ** 2 };

/** What a Pod is taken to use when nodes are compared, in cores and bytes: containers that ask for nothing count too. */
export function estimatedRequests(pod: Pod): { cpu: number; memory: number } {
  const requests = podRequests(pod);
  const estimate = (name: 'cpu' | 'memory'): number => {
    const silent = pod.spec.containers.filter(({ resources }) => (resources?.requests?.[name] ?? resources?.limits?.[name]) === undefined);
    return (requests.get(name) ?? 0) + silent.length * USUAL[name];
  };
  return { cpu: estimate('cpu'), memory: estimate('memory') };
}

/** `PROTOCOL address:port` of each host port; address 0.0.0.0 stands for all. */
export interface HostPort {
  protocol: string;
  ip: string;
  port: number;
}

export function hostPorts(pod: Pod): HostPort[] {
  return pod.spec.containers.flatMap((container) =>
    (container.ports ?? [])
      .map((port) => ({
        protocol: port.protocol ?? 'TCP',
        ip: port.hostIP || '0.0.0.0',
        port: port.hostPort ?? (pod.spec.hostNetwork === true ? port.containerPort : 0),
      }))
      .filter(({ port }) => port > 0),
  );
}
