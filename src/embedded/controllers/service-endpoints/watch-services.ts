import type { Pod, Service } from '../../../kube/generated/types.ts';
import type { Informer } from '../../../kube/informer.ts';
import { keyOf, keyString } from '../../../kube/object.ts';
import { endpointView, indexLabels, isSelecting, serviceSelects } from './service-pods.ts';

const BY_SELECTOR = 'selector-pair';

/** Each Service is found under one pair of its selector, the last key: a template hash sorts after `app` and is the rarer one. */
function indexSelectors(services: Informer<Service>): void {
  services.addIndex(BY_SELECTOR, (service) => {
    if (!isSelecting(service)) return [];
    const [key, value] = Object.entries(service.spec.selector ?? {})
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .at(-1)!;
    return [`${service.metadata.namespace ?? ''}/${key}=${value}`];
  });
}

/** Calls `changed` with a Service's key whenever it, or what it selects, changed in a way that shows in its endpoints. */
export function watchServices(services: Informer<Service>, podCache: Informer<Pod>, changed: (key: string) => void): void {
  indexSelectors(services);
  indexLabels(podCache);
  services.onChange(({ object }) => changed(keyString(keyOf(object))));
  podCache.onChange((change) => {
    const pod = change.object;
    if (change.type === 'modified' && endpointView(change.previous) === endpointView(pod)) return;
    const before = change.type === 'modified' ? change.previous.metadata.labels : undefined;
    const labels = new Set(
      [...Object.entries(pod.metadata.labels ?? {}), ...Object.entries(before ?? {})].map(([key, value]) => `${key}=${value}`),
    );
    for (const label of labels) {
      for (const service of services.by(BY_SELECTOR, `${pod.metadata.namespace ?? ''}/${label}`)) {
        if (serviceSelects(service, pod.metadata.labels) || serviceSelects(service, before)) changed(keyString(keyOf(service)));
      }
    }
  });
}
