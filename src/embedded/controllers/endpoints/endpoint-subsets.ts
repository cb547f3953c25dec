import type { CoreV1EndpointPort, EndpointAddress, EndpointSubset, Pod, Service } from '../../../kube/generated/types.ts';
import { isPodReady } from '../pod-state.ts';
import { targetPortOn } from '../service-endpoints/service-pods.ts';

/** The subsets of a Service's Endpoints: addresses grouped by their ports, ready apart from not ready, in a stable order (endpoints/util RepackSubsets). */
export function endpointSubsets(service: Service, pods: readonly Pod[]): EndpointSubset[] {
  const subsets = new Map<string, EndpointSubset>();
  const publishAll = service.spec.publishNotReadyAddresses === true;
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp !== undefined && !publishAll) continue;
    const ports = (service.spec.ports ?? []).flatMap((port): CoreV1EndpointPort[] => {
      const number = targetPortOn(pod, port);
      return number === undefined
        ? []
        : [
            {
              ...(port.name ? { name: port.name } : {}),
              port: number,
              protocol: port.protocol ?? 'TCP',
              ...(port.appProtocol ? { appProtocol: port.appProtocol } : {}),
            },
          ];
    });
    if (ports.length === 0 && (service.spec.ports ?? []).length > 0) continue;
    const id = JSON.stringify(ports);
    let subset = subsets.get(id);
    if (subset === undefined) subsets.set(id, (subset = ports.length > 0 ? { ports } : {}));
    const list = publishAll || isPodReady(pod) ? 'addresses' : 'notReadyAddresses';
    subset[list] = [...(subset[list] ?? []), addressOf(service, pod)];
  }
  const byIp = (a: EndpointAddress, b: EndpointAddress): number => (a.ip < b.ip ? -1 : 1);
  return [...subsets.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { addresses, notReadyAddresses, ports }]) => ({
      ...(addresses ? { addresses: addresses.sort(byIp) } : {}),
      ...(notReadyAddresses ? { notReadyAddresses: notReadyAddresses.sort(byIp) } : {}),
      ...(ports ? { ports } : {}),
    }));
}

function addressOf(service: Service, pod: Pod): EndpointAddress {
  const { hostname, subdomain, nodeName } = pod.spec;
  return {
    ip: pod.status!.podIP!,
    ...(hostname && subdomain === service.metadata.name ? { hostname } : {}),
    ...(nodeName ? { nodeName } : {}),
    targetRef: { kind: 'Pod', namespace: pod.metadata.namespace, name: pod.metadata.name, uid: pod.metadata.uid },
  };
}
