import { rfc3339 } from '../../../base/clock.ts';
import { keyOf, keyString, parseKey } from '../../../kube/object.ts';
import { endpoints, pods, services } from '../../../kube/resource-type.ts';
import { isStatus } from '../../../kube/status-error.ts';
import { sameJson } from '../canonical-json.ts';
import { Controller, type ControllerDeps, DONE, type ReconcileResult } from '../controller.ts';
import { isNamespaceTerminating } from '../pod-control.ts';
import { isSelecting, podsBehind } from '../service-endpoints/service-pods.ts';
import { watchServices } from '../service-endpoints/watch-services.ts';
import { endpointSubsets } from './endpoint-subsets.ts';

const MANAGED_BY = 'endpoints.kubernetes.io/managed-by';
const HEADLESS = 'service.kubernetes.io/headless';
const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';

/** Keeps the older Endpoints of Services that select Pods (k8s.io/kubernetes/pkg/controller/endpoint). */
export function createEndpointsController(deps: ControllerDeps): Controller {
  const { api, informers, clock } = deps;
  const serviceCache = informers.for(services);
  const podCache = informers.for(pods);
  const cache = informers.for(endpoints);

  const reconcile = async (key: string): Promise<ReconcileResult> => {
    const service = serviceCache.get(parseKey(key));
    const known = cache.get(parseKey(key));
    if (service === undefined) {
      // Endpoints have no owner reference: they go with the Service of the same name.
      if (known !== undefined && known.metadata.labels?.[MANAGED_BY] !== undefined) {
        await api.delete(endpoints, keyOf(known), { preconditions: { uid: known.metadata.uid } }).catch((error: unknown) => {
          if (!isStatus(error, 'NotFound', 'Conflict')) throw error;
        });
      }
      return DONE;
    }
    if (!isSelecting(service)) return DONE;
    const subsets = endpointSubsets(service, podsBehind(service, podCache));
    const labels = {
      ...service.metadata.labels,
      [MANAGED_BY]: 'endpoint-controller',
      ...(service.spec.clusterIP === 'None' ? { [HEADLESS]: '' } : {}),
    };
    const trigger = { [TRIGGER_TIME]: rfc3339(clock.nowMs()) };
    if (known === undefined) {
      try {
        await api.create(endpoints, {
          apiVersion: 'v1',
          kind: 'Endpoints',
          metadata: { ...keyOf(service), labels, annotations: trigger },
          ...(subsets.length > 0 ? { subsets } : {}),
        });
      } catch (error) {
        if (!isNamespaceTerminating(error) && !isStatus(error, 'AlreadyExists')) throw error;
      }
      return DONE;
    }
    if (sameJson(known.subsets ?? [], subsets) && sameJson(known.metadata.labels, labels)) return DONE;
    const metadata = { ...structuredClone(known.metadata), labels, annotations: { ...known.metadata.annotations, ...trigger } };
    await api.update(endpoints, { ...structuredClone(known), metadata, subsets: subsets.length > 0 ? subsets : undefined });
    return DONE;
  };

  const controller = new Controller({ name: 'endpoints', reconcile, concurrency: 5 }, deps);
  watchServices(serviceCache, podCache, (key) => controller.enqueue(key));
  cache.onChange(({ object }) => controller.enqueue(keyString(keyOf(object))));
  return controller;
}
