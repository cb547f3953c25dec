import type { OwnerReference } from '../../../kube/generated/types.ts';
import { type KubeObject, keyOf, keyString, type ObjectKey, parseKey } from '../../../kube/object.ts';
import { customResourceDefinitions, type ResourceType } from '../../../kube/resource-type.ts';
import { isStatus } from '../../../kube/status-error.ts';
import type { ClusterFacts } from '../cluster-facts.ts';
import { Controller, type ControllerDeps, DONE, type ReconcileResult } from '../controller.ts';
import {
  blocks,
  FOREGROUND,
  isOrphaning,
  isWaitingForDependents,
  ORPHAN,
  type OwnerStatus,
  ownerStatus,
  policyOf,
} from './owner-status.ts';
import { typeId, WatchedTypes } from './watched-types.ts';

const ID_SEPARATOR = '|';
const workKey = (type: ResourceType, key: ObjectKey): string => `${typeId(type)}${ID_SEPARATOR}${keyString(key)}`;

/**
 * Deletes what no owner needs any more and carries out foreground and orphaning deletions
 * (k8s.io/kubernetes/pkg/controller/garbagecollector). Every decision against an object is checked with a live read of its owner.
 */
export function createGarbageCollector(deps: ControllerDeps, facts: Pick<ClusterFacts, 'resourceTypes'>): Controller {
  const { api, informers } = deps;
  const definitions = informers.for(customResourceDefinitions);
  /** Keys whose owner is of a type that nobody serves now. */
  const waitingForType = new Set<string>();

  const dependentsOf = (uid: string): { type: ResourceType; object: KubeObject }[] =>
    [...types.caches()].flatMap(({ type, cache }) => cache.by('owner', uid).map((object) => ({ type, object })));

  const types = new WatchedTypes(deps, facts, (type, change) => {
    const { object } = change;
    const { uid, ownerReferences, namespace } = object.metadata;
    if (change.type === 'deleted') {
      for (const dependent of dependentsOf(uid)) controller.enqueue(workKey(dependent.type, keyOf(dependent.object)));
    } else if (object.metadata.deletionTimestamp !== undefined || needsLook(change)) controller.enqueue(workKey(type, keyOf(object)));
    // An owner may be waiting for this one.
    for (const reference of ownerReferences ?? []) {
      const watched = change.type === 'added' ? undefined : types.byKind(reference.apiVersion, reference.kind);
      const owner = watched?.cache.get({ ...(watched.type.namespaced ? { namespace } : {}), name: reference.name });
      if (owner !== undefined && watched !== undefined && isWaitingForDependents(owner))
        controller.enqueue(workKey(watched.type, keyOf(owner)));
    }
  });

  /** New objects with owners, and objects whose owners changed. */
  const needsLook = (change: { type: string; object: KubeObject; previous?: KubeObject }): boolean => {
    const owners = change.object.metadata.ownerReferences ?? [];
    if (owners.length === 0) return false;
    return change.previous === undefined || JSON.stringify(change.previous.metadata.ownerReferences) !== JSON.stringify(owners);
  };

  const readOwner = async (object: KubeObject, reference: OwnerReference): Promise<OwnerStatus> => {
    const watched = types.byKind(reference.apiVersion, reference.kind);
    if (watched === undefined) return 'unknown';
    const key = { ...(watched.type.namespaced ? { namespace: object.metadata.namespace } : {}), name: reference.name };
    const cached = watched.cache.get(key);
    const status = ownerStatus(reference, cached);
    if (status !== 'dangling') return status;
    try {
      return ownerStatus(reference, await api.get(watched.type, key));
    } catch (error) {
      if (isStatus(error, 'NotFound')) return 'dangling';
      throw error;
    }
  };

  const dropReferences = async (
    type: ResourceType,
    object: KubeObject,
    isDropped: (reference: OwnerReference) => boolean,
  ): Promise<void> => {
    const { uid, resourceVersion, ownerReferences = [] } = object.metadata;
    const kept = ownerReferences.filter((reference) => !isDropped(reference));
    await tolerating(
      api.patch(type, keyOf(object), {
        type: 'merge',
        body: { metadata: { uid, resourceVersion, ownerReferences: kept.length > 0 ? kept : null } },
      }),
    );
  };

  const dropFinalizer = async (type: ResourceType, object: KubeObject, finalizer: string): Promise<void> => {
    const { uid, resourceVersion, finalizers = [] } = object.metadata;
    const kept = finalizers.filter((other) => other !== finalizer);
    await tolerating(
      api.patch(type, keyOf(object), {
        type: 'merge',
        body: { metadata: { uid, resourceVersion, finalizers: kept.length > 0 ? kept : null } },
      }),
    );
  };

  /** Orphaning: dependents lose the reference first, so that none of them is taken for a leftover. */
  const orphanDependents = async (type: ResourceType, owner: KubeObject): Promise<void> => {
    for (const dependent of dependentsOf(owner.metadata.uid))
      await dropReferences(dependent.type, dependent.object, (reference) => reference.uid === owner.metadata.uid);
    await dropFinalizer(type, owner, ORPHAN);
  };

  const finishForeground = async (type: ResourceType, owner: KubeObject): Promise<void> => {
    const dependents = dependentsOf(owner.metadata.uid);
    if (!dependents.some(({ object }) => blocks(object, owner.metadata.uid))) return dropFinalizer(type, owner, FOREGROUND);
    for (const dependent of dependents)
      if (dependent.object.metadata.deletionTimestamp === undefined) controller.enqueue(workKey(dependent.type, keyOf(dependent.object)));
  };

  const collect = async (key: string, type: ResourceType, object: KubeObject): Promise<void> => {
    const references = object.metadata.ownerReferences ?? [];
    if (references.length === 0) return;
    const states = await Promise.all(references.map(async (reference) => ({ reference, status: await readOwner(object, reference) })));
    const uidsOf = (...wanted: OwnerStatus[]): Set<string> =>
      new Set(states.filter(({ status }) => wanted.includes(status)).map(({ reference }) => reference.uid));
    if (uidsOf('unknown').size > 0) waitingForType.add(key);
    const gone = uidsOf('dangling', 'waiting');
    if (uidsOf('solid', 'unknown').size > 0) {
      if (gone.size > 0) await dropReferences(type, object, (reference) => gone.has(reference.uid));
      return;
    }
    const { uid } = object.metadata;
    // Under a foreground deletion dependents of dependents block too.
    const propagationPolicy = uidsOf('waiting').size > 0 && dependentsOf(uid).length > 0 ? 'Foreground' : policyOf(object);
    await tolerating(api.delete(type, keyOf(object), { propagationPolicy, preconditions: { uid } }));
  };

  const reconcile = async (key: string): Promise<ReconcileResult> => {
    const at = key.indexOf(ID_SEPARATOR);
    const watched = types.byId(key.slice(0, at));
    const object = watched?.cache.get(parseKey(key.slice(at + 1)));
    if (watched === undefined || object === undefined) return DONE;
    if (isOrphaning(object)) await orphanDependents(watched.type, object);
    else if (isWaitingForDependents(object)) await finishForeground(watched.type, object);
    else if (object.metadata.deletionTimestamp === undefined) await collect(key, watched.type, object);
    return DONE;
  };

  const controller: Controller = new CollectorQueue({ name: 'garbage-collector', reconcile, concurrency: 8 }, deps, types);
  const refresh = (): void => {
    if (!types.isStarted || !types.refresh()) return;
    for (const key of waitingForType) controller.enqueue(key);
    waitingForType.clear();
  };
  types.refresh();
  definitions.onChange(refresh);
  return controller;
}

/** The work queue, which also starts the watches of types that come later. */
class CollectorQueue extends Controller {
  readonly #types: WatchedTypes;

  constructor(
    options: ConstructorParameters<typeof Controller>[0],
    deps: ConstructorParameters<typeof Controller>[1],
    types: WatchedTypes,
  ) {
    super(options, deps);
    this.#types = types;
  }

  override start(signal: AbortSignal): void {
    super.start(signal);
    this.#types.start(signal);
  }
}

/** Gone already is as good as done. A conflict is thrown: a later change of other fields would not bring the key back. */
async function tolerating(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isStatus(error, 'NotFound')) throw error;
  }
}
