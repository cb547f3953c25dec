import { rfc3339 } from '../../../base/clock.ts';
import type { EndpointSlice, Service } from '../../../kube/generated/types.ts';
import { keyOf, keyString, parseKey } from '../../../kube/object.ts';
import { endpointSlices, pods, services } from '../../../kube/resource-type.ts';
import { isStatus } from '../../../kube/status-error.ts';
import { sameJson } from '../canonical-json.ts';
import { Controller, type ControllerDeps, DONE, type ReconcileResult } from '../controller.ts';
import { controllerRef } from '../controller-ref.ts';
import { Expectations } from '../expectations.ts';
import { isNamespaceTerminating } from '../pod-control.ts';
import { isSelecting, podsBehind } from '../service-endpoints/service-pods.ts';
import { watchServices } from '../service-endpoints/watch-services.ts';
import { desiredGroups, type PortGroup, planSlices } from './desired-slices.ts';

export const SERVICE_NAME = 'kubernetes.io/service-name';
const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
const MANAGER = 'endpointslice-controller.k8s.io';
const HEADLESS = 'service.kubernetes.io/headless';
const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';

/** Keeps the EndpointSlices of Services that select Pods (k8s.io/kubernetes/pkg/controller/endpointslice). IPv4 only. */
export function createEndpointSliceController(deps: ControllerDeps): Controller {
  const { api, informers, clock } = deps;
  const serviceCache = informers.for(services);
  const podCache = informers.for(pods);
  const sliceCache = informers.for(endpointSlices);
  const expectations = new Expectations(clock);

  const reconcile = async (key: string): Promise<ReconcileResult> => {
    const service = serviceCache.get(parseKey(key));
    if (service === undefined || service.metadata.deletionTimestamp !== undefined || !isSelecting(service)) return DONE;
    const { uid } = service.metadata;
    // Until the cache shows the slices we made, counting them would make them twice.
    if (!expectations.satisfied(uid)) return DONE;
    const existing = sliceCache
      .by('owner', uid)
      .filter((slice) => slice.metadata.labels?.[MANAGED_BY] === MANAGER && slice.metadata.deletionTimestamp === undefined)
      .sort(
        (a, b) =>
          Date.parse(a.metadata.creationTimestamp) - Date.parse(b.metadata.creationTimestamp) ||
          (a.metadata.name < b.metadata.name ? -1 : 1),
      );
    const plan = planSlices(existing, desiredGroups(service, podsBehind(service, podCache)));
    const labels = sliceLabels(service);
    // New addresses appear before old ones go: no moment shows fewer endpoints than both states have.
    for (const group of plan.create) await create(service, labels, group);
    for (const { slice, group } of plan.update) {
      const body = contentOf(group);
      if (sameJson({ labels, ...body }, { labels: slice.metadata.labels, ports: slice.ports, endpoints: slice.endpoints })) continue;
      const annotations = { ...slice.metadata.annotations, [TRIGGER_TIME]: rfc3339(clock.nowMs()) };
      await api.update(endpointSlices, {
        ...structuredClone(slice),
        metadata: { ...structuredClone(slice.metadata), labels, annotations },
        ...body,
      });
    }
    for (const slice of plan.remove) {
      expectations.expectDeletions(uid, [slice.metadata.uid]);
      try {
        await api.delete(endpointSlices, keyOf(slice));
      } catch (error) {
        expectations.deletionObserved(uid, slice.metadata.uid);
        if (!isStatus(error, 'NotFound')) throw error;
      }
    }
    return DONE;
  };

  const create = async (service: Service, labels: Record<string, string>, group: PortGroup): Promise<void> => {
    const { uid, name, namespace } = service.metadata;
    expectations.expectCreations(uid, 1);
    try {
      await api.create(endpointSlices, {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        addressType: 'IPv4',
        ...contentOf(group),
        metadata: {
          generateName: `${name}-`,
          namespace,
          labels,
          annotations: { [TRIGGER_TIME]: rfc3339(clock.nowMs()) },
          ownerReferences: [controllerRef(services, service)],
        },
      });
    } catch (error) {
      expectations.creationObserved(uid);
      if (!isNamespaceTerminating(error)) throw error;
    }
  };

  const controller = new Controller({ name: 'endpointslice', reconcile, concurrency: 5 }, deps);
  watchServices(serviceCache, podCache, (key) => controller.enqueue(key));
  serviceCache.onChange((change) => {
    if (change.type === 'deleted') expectations.forget(change.object.metadata.uid);
  });
  sliceCache.onChange((change) => {
    const { labels, ownerReferences, namespace, uid } = change.object.metadata;
    const name = labels?.[SERVICE_NAME];
    const owner = ownerReferences?.find((reference) => reference.controller === true)?.uid;
    if (name === undefined || labels?.[MANAGED_BY] !== MANAGER) return;
    if (owner !== undefined && change.type === 'added') expectations.creationObserved(owner);
    if (owner !== undefined && change.type === 'deleted') expectations.deletionObserved(owner, uid);
    controller.enqueue(keyString({ namespace, name }));
  });
  return controller;
}

function sliceLabels(service: Service): Record<string, string> {
  return {
    ...service.metadata.labels,
    [SERVICE_NAME]: service.metadata.name,
    [MANAGED_BY]: MANAGER,
    ...(service.spec.clusterIP === 'None' ? { [HEADLESS]: '' } : {}),
  };
}

function contentOf(group: PortGroup): Pick<EndpointSlice, 'ports' | 'endpoints'> {
  return { endpoints: group.endpoints, ports: group.ports };
}
