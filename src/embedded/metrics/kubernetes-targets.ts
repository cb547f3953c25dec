import type { Pod, Service } from '../../kube/generated/types.ts';
import type { InformerFactory } from '../../kube/informer.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { ResourceType } from '../../kube/resource-type.ts';
import { endpoints, pods, services } from '../../kube/resource-type.ts';
import type { KubernetesRole } from './scrape-config.ts';

type MetaLabels = Record<string, string>;

/** The types of objects that a role reads. */
export const TYPES_OF_ROLE: Readonly<Record<KubernetesRole, readonly ResourceType[]>> = {
  pod: [pods],
  service: [services],
  endpoints: [endpoints, services, pods],
};

/** Everything that a role finds, with `__address__` and the `__meta_kubernetes_…` labels of prometheus/discovery/kubernetes. */
export function kubernetesTargets(role: KubernetesRole, namespaces: readonly string[], informers: InformerFactory): MetaLabels[] {
  const isWanted = ({ metadata }: KubeObject): boolean => namespaces.length === 0 || namespaces.includes(metadata.namespace ?? '');
  if (role === 'pod') return informers.for(pods).list().filter(isWanted).flatMap(podTargets);
  if (role === 'service') {
    return informers
      .for(services)
      .list()
      .filter(isWanted)
      .flatMap((service) =>
        (service.spec?.ports ?? []).map((port) => ({
          ...serviceLabels(service),
          __address__: `${service.metadata.name}.${service.metadata.namespace}.svc:${port.port}`,
          __meta_kubernetes_service_port_name: port.name ?? '',
          __meta_kubernetes_service_port_number: String(port.port),
          __meta_kubernetes_service_port_protocol: port.protocol ?? 'TCP',
        })),
      );
  }
  return informers
    .for(endpoints)
    .list()
    .filter(isWanted)
    .flatMap(({ metadata, subsets }) => {
      const service = informers.for(services).get({ namespace: metadata.namespace, name: metadata.name });
      const common: MetaLabels = {
        ...namespaced(metadata.namespace),
        __meta_kubernetes_endpoints_name: metadata.name,
        ...(service === undefined ? {} : serviceLabels(service)),
      };
      return (subsets ?? []).flatMap(({ addresses = [], notReadyAddresses = [], ports = [] }) =>
        [
          ...addresses.map((address) => ({ address, isReady: true })),
          ...notReadyAddresses.map((address) => ({ address, isReady: false })),
        ].flatMap(({ address, isReady }) =>
          ports.map((port) => {
            const kind = address.targetRef?.kind ?? '';
            const pod =
              kind === 'Pod'
                ? informers.for(pods).get({ namespace: address.targetRef!.namespace, name: address.targetRef!.name! })
                : undefined;
            const container = pod?.spec?.containers.find(({ ports: own }) => own?.some(({ containerPort }) => containerPort === port.port));
            return {
              ...common,
              __address__: `${address.ip}:${port.port}`,
              __meta_kubernetes_endpoint_port_name: port.name ?? '',
              __meta_kubernetes_endpoint_port_protocol: port.protocol ?? 'TCP',
              __meta_kubernetes_endpoint_ready: String(isReady),
              __meta_kubernetes_endpoint_address_target_kind: kind,
              __meta_kubernetes_endpoint_address_target_name: address.targetRef?.name ?? '',
              ...(pod === undefined ? {} : podLabels(pod)),
              ...(container === undefined
                ? {}
                : containerLabels(
                    container.name,
                    container.ports?.find(({ containerPort }) => containerPort === port.port),
                  )),
            };
          }),
        ),
      );
    });
}

function podTargets(pod: Pod): MetaLabels[] {
  const ip = pod.status?.podIP;
  if (ip === undefined || ip === '') return [];
  return (pod.spec?.containers ?? []).flatMap((container) => {
    const ports = container.ports ?? [];
    if (ports.length === 0)
      return [{ ...namespaced(pod.metadata.namespace), ...podLabels(pod), ...containerLabels(container.name, undefined), __address__: ip }];
    return ports.map((port) => ({
      ...namespaced(pod.metadata.namespace),
      ...podLabels(pod),
      ...containerLabels(container.name, port),
      __address__: `${ip}:${port.containerPort}`,
    }));
  });
}

const namespaced = (namespace: string | undefined): MetaLabels => ({ __meta_kubernetes_namespace: namespace ?? '' });

function serviceLabels(service: Service): MetaLabels {
  return {
    ...namespaced(service.metadata.namespace),
    __meta_kubernetes_service_name: service.metadata.name,
    __meta_kubernetes_service_type: service.spec?.type ?? '',
    __meta_kubernetes_service_cluster_ip: service.spec?.clusterIP ?? '',
    ...metadataLabels('service', service),
  };
}

function podLabels(pod: Pod): MetaLabels {
  const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true);
  return {
    __meta_kubernetes_pod_name: pod.metadata.name,
    __meta_kubernetes_pod_ip: pod.status?.podIP ?? '',
    __meta_kubernetes_pod_host_ip: pod.status?.hostIP ?? '',
    __meta_kubernetes_pod_uid: pod.metadata.uid,
    __meta_kubernetes_pod_node_name: pod.spec?.nodeName ?? '',
    __meta_kubernetes_pod_phase: pod.status?.phase ?? '',
    __meta_kubernetes_pod_ready: (pod.status?.conditions?.find(({ type }) => type === 'Ready')?.status ?? 'unknown').toLowerCase(),
    ...(owner === undefined
      ? {}
      : { __meta_kubernetes_pod_controller_kind: owner.kind, __meta_kubernetes_pod_controller_name: owner.name }),
    ...metadataLabels('pod', pod),
  };
}

function containerLabels(
  name: string,
  port: { name?: string | undefined; containerPort: number; protocol?: string | undefined } | undefined,
): MetaLabels {
  return {
    __meta_kubernetes_pod_container_name: name,
    ...(port === undefined
      ? {}
      : {
          __meta_kubernetes_pod_container_port_name: port.name ?? '',
          __meta_kubernetes_pod_container_port_number: String(port.containerPort),
          __meta_kubernetes_pod_container_port_protocol: port.protocol ?? 'TCP',
        }),
  };
}

/** Labels and annotations of an object, with the characters that a label name cannot have as underscores. */
function metadataLabels(what: 'pod' | 'service', { metadata }: KubeObject): MetaLabels {
  const found: MetaLabels = {};
  for (const [field, values] of [
    ['label', metadata.labels],
    ['annotation', metadata.annotations],
  ] as const) {
    for (const [key, value] of Object.entries(values ?? {})) {
      const name = labelNameOf(key);
      found[`__meta_kubernetes_${what}_${field}_${name}`] = value;
      found[`__meta_kubernetes_${what}_${field}present_${name}`] = 'true';
    }
  }
  return found;
}

export function labelNameOf(key: string): string {
  return key.replace(/[^a-zA-Z0-9_]/g, '_');
}
