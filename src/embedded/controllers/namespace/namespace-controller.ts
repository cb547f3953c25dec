import { rfc3339 } from '../../../base/clock.ts';
import type { Namespace } from '../../../kube/generated/types.ts';
import { type KubeObject, keyOf } from '../../../kube/object.ts';
import { events, namespaces, pods, type ResourceType } from '../../../kube/resource-type.ts';
import { groupResource, isStatus } from '../../../kube/status-error.ts';
import { sameJson } from '../canonical-json.ts';
import type { ClusterFacts } from '../cluster-facts.ts';
import { Controller, type ControllerDeps, DONE, type ReconcileResult } from '../controller.ts';
import { namespaceConditions } from './namespace-conditions.ts';

const FINALIZER = 'kubernetes';
/** While content remains that no watch reports. */
const LOOK_AGAIN_MS = 500;

/**
 * Empties namespaces that are being deleted, Pods before everything else, then lets them go through `finalize`
 * (k8s.io/kubernetes/pkg/controller/namespace/deletion).
 */
export function createNamespaceController(deps: ControllerDeps, facts: Pick<ClusterFacts, 'resourceTypes'>): Controller {
  const { api, informers, clock } = deps;
  const cache = informers.for(namespaces);
  const podCache = informers.for(pods);

  /** Asks for the deletion of every object of a type and answers with those that are still there. */
  const empty = async (type: ResourceType, namespace: string): Promise<KubeObject[]> => {
    let items: KubeObject[];
    try {
      ({ items } = await api.list(type, { namespace }));
    } catch (error) {
      // A custom type may have gone since.
      if (isStatus(error, 'NotFound', 'MethodNotAllowed')) return [];
      throw error;
    }
    const waiting = items.filter((item) => item.metadata.deletionTimestamp === undefined);
    for (const item of waiting) {
      try {
        await api.delete(type, keyOf(item), { propagationPolicy: 'Background' });
      } catch (error) {
        if (!isStatus(error, 'NotFound')) throw error;
      }
    }
    return waiting.length === 0 ? items : (await api.list(type, { namespace })).items;
  };

  const emptyAll = async (
    name: string,
  ): Promise<{ resources: Map<string, number>; finalizers: Map<string, number>; failures: string[] }> => {
    const remains = { resources: new Map<string, number>(), finalizers: new Map<string, number>(), failures: [] as string[] };
    const types = facts.resourceTypes().filter((type) => type.namespaced);
    const isPods = (type: ResourceType): boolean => type.group === '' && type.resource === 'pods';
    // Events last: deleting the rest still writes some.
    const isEvents = (type: ResourceType): boolean => type.resource === events.resource;
    const stages = [types.filter(isPods), types.filter((type) => !isPods(type) && !isEvents(type)), types.filter(isEvents)];
    for (const stage of stages) {
      for (const type of stage) {
        try {
          const left = await empty(type, name);
          if (left.length > 0) remains.resources.set(groupResource(type), left.length);
          for (const finalizer of left.flatMap((object) => object.metadata.finalizers ?? []))
            remains.finalizers.set(finalizer, (remains.finalizers.get(finalizer) ?? 0) + 1);
        } catch (error) {
          remains.failures.push(error instanceof Error ? error.message : String(error));
        }
      }
      if (remains.resources.size > 0) break;
    }
    return remains;
  };

  const reconcile = async (name: string): Promise<ReconcileResult> => {
    const namespace = cache.get({ name });
    if (namespace === undefined || namespace.metadata.deletionTimestamp === undefined) return DONE;
    if ((namespace.spec?.finalizers ?? []).length === 0) return DONE;
    try {
      const current =
        namespace.status?.phase === 'Terminating' ? namespace : await writeStatus(namespace, { ...namespace.status, phase: 'Terminating' });
      if (!(current.spec?.finalizers ?? []).includes(FINALIZER)) return DONE;
      const remains = await emptyAll(name);
      const isEmpty = remains.resources.size === 0 && remains.failures.length === 0;
      const conditions = namespaceConditions(current.status?.conditions, remains, rfc3339(clock.nowMs()));
      if (!isEmpty) {
        if (!sameJson(conditions, current.status?.conditions)) await writeStatus(current, { ...current.status, conditions });
        return { requeueAfterMs: LOOK_AGAIN_MS };
      }
      await api.update(
        namespaces,
        {
          ...structuredClone(current),
          spec: { finalizers: (current.spec?.finalizers ?? []).filter((finalizer) => finalizer !== FINALIZER) },
        },
        { subresource: 'finalize' },
      );
    } catch (error) {
      if (!isStatus(error, 'NotFound')) throw error;
    }
    return DONE;
  };

  const writeStatus = (namespace: Namespace, status: Namespace['status']): Promise<Namespace> =>
    api.update(namespaces, { ...namespace, status }, { subresource: 'status' });

  const controller = new Controller({ name: 'namespace', reconcile, concurrency: 4 }, deps);
  cache.onChange((change) => {
    if (change.type !== 'deleted' && change.object.metadata.deletionTimestamp !== undefined)
      controller.enqueue(change.object.metadata.name);
  });
  // The last Pod usually decides when the rest may go.
  podCache.onChange((change) => {
    const { namespace = '' } = change.object.metadata;
    if (change.type === 'deleted' && cache.get({ name: namespace })?.metadata.deletionTimestamp !== undefined)
      controller.enqueue(namespace);
  });
  return controller;
}
