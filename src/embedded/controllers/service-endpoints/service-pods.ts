import type { Pod, Service, ServicePort } from '../../../kube/generated/types.ts';
import type { Informer } from '../../../kube/informer.ts';
import { isPodFinished, isPodReady } from '../pod-state.ts';

/** A Service whose endpoints are ours to write: it has a selector and is no alias. */
export function isSelecting(service: Service): boolean {
  return Object.keys(service.spec.selector ?? {}).length > 0 && service.spec.type !== 'ExternalName';
}

export function serviceSelects(service: Service, labels: Readonly<Record<string, string>> | undefined): boolean {
  return isSelecting(service) && Object.entries(service.spec.selector ?? {}).every(([key, value]) => labels?.[key] === value);
}

const BY_LABEL = 'namespace-label';
const labelKey = (namespace: string | undefined, [key, value]: [string, string]): string => `${namespace ?? ''}/${key}=${value}`;

/** Keeps Pods findable by each of their labels. */
export function indexLabels(cache: Informer<Pod>): void {
  cache.addIndex(BY_LABEL, (pod) => Object.entries(pod.metadata.labels ?? {}).map((label) => labelKey(pod.metadata.namespace, label)));
}

/** The Pods behind a Service that have an address and are not finished, terminating ones included; in name order. Needs `indexLabels`. */
export function podsBehind(service: Service, cache: Informer<Pod>): Pod[] {
  const buckets = Object.entries(service.spec.selector ?? {}).map((label) =>
    cache.by(BY_LABEL, labelKey(service.metadata.namespace, label)),
  );
  const smallest = buckets.reduce((least, bucket) => (bucket.length < least.length ? bucket : least), buckets[0] ?? []);
  return smallest
    .filter((pod) => serviceSelects(service, pod.metadata.labels) && Boolean(pod.status?.podIP) && !isPodFinished(pod))
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

/** The number behind `targetPort` on this Pod; `undefined` when a named port is not declared (pod/util FindPort). */
export function targetPortOn(pod: Pod, port: ServicePort): number | undefined {
  const wanted = port.targetPort ?? port.port;
  if (typeof wanted === 'number') return wanted === 0 ? port.port : wanted;
  if (/^\d+$/.test(wanted)) return Number(wanted);
  for (const container of [...pod.spec.containers, ...(pod.spec.initContainers ?? []).filter((init) => init.restartPolicy === 'Always')]) {
    const found = container.ports?.find(
      (declared) => declared.name === wanted && (declared.protocol ?? 'TCP') === (port.protocol ?? 'TCP'),
    );
    if (found !== undefined) return found.containerPort;
  }
  return undefined;
}

/** What of a Pod its Services' endpoints depend on: other changes need no pass. */
export function endpointView(pod: Pod): string {
  return JSON.stringify([
    pod.metadata.labels,
    pod.status?.podIP,
    pod.spec.nodeName,
    isPodReady(pod),
    isPodFinished(pod),
    pod.metadata.deletionTimestamp !== undefined,
    pod.spec.hostname,
    pod.spec.subdomain,
  ]);
}
