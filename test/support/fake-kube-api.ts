import jsonPatch from 'fast-json-patch';
import type { Activity } from '../../src/base/activity.ts';
import { type Clock, nextTurn, rfc3339 } from '../../src/base/clock.ts';
import type { Random } from '../../src/base/random.ts';
import type {
  CallOptions,
  DeleteOptions,
  KubeApi,
  ObjectList,
  Patch,
  Selection,
  WatchEvent,
  WriteOptions,
} from '../../src/kube/kube-api.ts';
import { meetsAll, parseLabelSelector } from '../../src/kube/label-selector.ts';
import { type AnyObject, type Draft, type KubeObject, keyOf, keyString, type ObjectKey } from '../../src/kube/object.ts';
import { apiVersionOf, type ResourceType } from '../../src/kube/resource-type.ts';
import { alreadyExists, conflict, notFound, statusError } from '../../src/kube/status-error.ts';

export interface FakeKubeApi extends KubeApi {
  /** Stores an object as it is, status included, filling in what the server would. */
  seed<T extends KubeObject>(type: ResourceType<T>, draft: Draft<T>): T;
  /** Every object of a type now, without a turn of the event loop. */
  all<T extends KubeObject>(type: ResourceType<T>, namespace?: string): T[];
  /** Every write that was accepted, oldest first: `create pods default/web-1`, `update deployments/status default/web`. */
  readonly writes: readonly string[];
  /** The next write that `matches` fails with `error` and is not done. */
  failNext(matches: (write: string) => boolean, error: Error): void;
}

interface Entry {
  sequence: number;
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: AnyObject;
  previous: AnyObject | undefined;
}
interface Shelf {
  objects: Map<string, AnyObject>;
  log: Entry[];
  wake: Set<() => void>;
}

/** How the lists of built-in kinds are merged by a strategic patch: field name to merge key. */
const MERGE_KEYS: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  volumes: 'name',
  env: 'name',
  conditions: 'type',
  ownerReferences: 'uid',
  volumeMounts: 'mountPath',
};

/** Kinds whose status is written with the object. */
const WITHOUT_STATUS = new Set(['AnalysisRun', 'AnalysisTemplate', 'Experiment']);

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const child of Object.values(value)) deepFreeze(child);
  }
  return value;
}

/** RFC 7386 with, for `strategic`, keyed lists and finalizers as a set. */
function merged(target: unknown, patch: unknown, strategic: boolean): unknown {
  if (!isRecord(patch)) return patch;
  const result: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (strategic && key.startsWith('$deleteFromPrimitiveList/')) {
      const field = key.slice(key.indexOf('/') + 1);
      result[field] = ((result[field] as unknown[] | undefined) ?? []).filter((item) => !(value as unknown[]).includes(item));
    } else if (strategic && key.startsWith('$')) continue;
    else if (value === null) delete result[key];
    else if (strategic && Array.isArray(value) && key === 'finalizers')
      result[key] = [...new Set([...((result[key] as unknown[] | undefined) ?? []), ...value])];
    else if (strategic && Array.isArray(value) && MERGE_KEYS[key] !== undefined)
      result[key] = mergedList(result[key] as unknown[] | undefined, value, MERGE_KEYS[key]);
    else result[key] = merged(result[key], value, strategic);
  }
  return result;
}

function mergedList(target: unknown[] = [], patch: unknown[], mergeKey: string): unknown[] {
  let result = [...target] as Record<string, unknown>[];
  for (const item of patch as Record<string, unknown>[]) {
    const at = result.findIndex((other) => other[mergeKey] === item[mergeKey]);
    if (item.$patch === 'delete') result = result.filter((_, index) => index !== at);
    else if (at < 0) result.push(item);
    else result[at] = merged(result[at], item, true) as Record<string, unknown>;
  }
  return result;
}

function fieldOf(object: AnyObject, path: string): string {
  let value: unknown = object;
  for (const part of path.split('.')) value = isRecord(value) ? value[part] : undefined;
  return value === undefined ? '' : String(value);
}

function selects(selection: Selection, object: AnyObject): boolean {
  if (selection.namespace !== undefined && object.metadata.namespace !== selection.namespace) return false;
  if (selection.labelSelector !== undefined && !meetsAll(object.metadata.labels, parseLabelSelector(selection.labelSelector))) return false;
  return (selection.fieldSelector ?? '')
    .split(',')
    .filter(Boolean)
    .every((term) => {
      const [, path, operator, value] = term.match(/^([^=!]+)(!=|==?)(.*)$/)!;
      return (fieldOf(object, path!) === value) === (operator !== '!=');
    });
}

const without = (object: AnyObject, ...fields: string[]): string =>
  JSON.stringify(Object.fromEntries(Object.entries(object).filter(([key]) => !fields.includes(key))));

/**
 * A Kubernetes API in memory for controller tests: revisions, conflicts, generations, finalizers, graceful Pod deletion, the
 * `status`, `scale`, `finalize` and `binding` subresources, and watches whose events arrive a turn of the event loop later.
 * `watchLagTurns` makes every watch event up to that many further turns late, so that caches trail behind writes.
 * `aroundWrite` is called at the instant of every write and must call its argument.
 * It neither defaults nor validates specs, and every kind has a status subresource. Server-side apply is refused.
 */
export function createFakeKubeApi(deps: {
  clock: Clock;
  random: Random;
  activity?: Activity;
  watchLagTurns?: number;
  aroundWrite?: <R>(work: () => R) => R;
}): FakeKubeApi {
  const shelves = new Map<string, Shelf>();
  const writes: string[] = [];
  let failures: { matches: (write: string) => boolean; error: Error }[] = [];
  let sequence = 0;

  const shelfOf = (type: ResourceType): Shelf => {
    const id = `${type.group}/${type.resource}`;
    let shelf = shelves.get(id);
    if (shelf === undefined) shelves.set(id, (shelf = { objects: new Map(), log: [], wake: new Set() }));
    return shelf;
  };
  const publish = (shelf: Shelf, entry: Entry): void => {
    shelf.log.push(entry);
    for (const wake of shelf.wake) wake();
  };
  const now = (): string => rfc3339(deps.clock.nowMs());
  const keyFor = (type: ResourceType, key: ObjectKey): string =>
    keyString(type.namespaced ? { namespace: key.namespace ?? 'default', name: key.name } : { name: key.name });
  const stored = (type: ResourceType, key: ObjectKey): AnyObject => {
    const object = shelfOf(type).objects.get(keyFor(type, key));
    if (object === undefined) throw notFound(type, key.name);
    return object;
  };

  const add = (type: ResourceType, draft: Draft<AnyObject>): AnyObject => {
    const shelf = shelfOf(type);
    const { name: wanted, generateName, ...rest } = structuredClone(draft.metadata);
    const name = wanted ?? `${generateName}${deps.random.suffix(5)}`;
    const metadata = {
      ...(generateName === undefined ? {} : { generateName }),
      name,
      ...(type.namespaced ? { namespace: rest.namespace ?? 'default' } : {}),
      uid: deps.random.uuid(),
      creationTimestamp: now(),
      generation: 1,
      ...rest,
      resourceVersion: String(++sequence),
    };
    const object = deepFreeze({ ...structuredClone(draft), apiVersion: apiVersionOf(type), kind: type.kind, metadata } as AnyObject);
    const key = keyString(keyOf(object));
    if (shelf.objects.has(key)) throw alreadyExists(type, name);
    shelf.objects.set(key, object);
    publish(shelf, { sequence, type: 'ADDED', object, previous: undefined });
    return object;
  };

  const remove = (type: ResourceType, object: AnyObject): void => {
    const shelf = shelfOf(type);
    shelf.objects.delete(keyString(keyOf(object)));
    const last = deepFreeze({ ...object, metadata: { ...object.metadata, resourceVersion: String(++sequence) } } as AnyObject);
    publish(shelf, { sequence, type: 'DELETED', object: last, previous: object });
  };

  /** Stores `next` over `before`, or removes it when its last finalizer went while it was deleting. */
  const replace = (type: ResourceType, before: AnyObject, next: AnyObject): AnyObject => {
    const shelf = shelfOf(type);
    const { uid, creationTimestamp, name, namespace, deletionTimestamp, deletionGracePeriodSeconds } = before.metadata;
    const kept = {
      uid,
      creationTimestamp,
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp, deletionGracePeriodSeconds }),
    };
    const changesSpec = without(next, 'metadata', 'status') !== without(before, 'metadata', 'status');
    const metadata = {
      ...next.metadata,
      ...kept,
      generation: (before.metadata.generation ?? 1) + (changesSpec ? 1 : 0),
      resourceVersion: before.metadata.resourceVersion,
    };
    const candidate = { ...next, apiVersion: before.apiVersion, kind: before.kind, metadata } as AnyObject;
    const namespaceFinalizers = (candidate.spec as { finalizers?: string[] } | undefined)?.finalizers ?? [];
    const held =
      (metadata.finalizers?.length ?? 0) > 0 ||
      (type.kind === 'Namespace' && namespaceFinalizers.length > 0) ||
      (metadata.deletionGracePeriodSeconds ?? 0) > 0;
    if (deletionTimestamp !== undefined && !held) {
      remove(type, candidate);
      return deepFreeze(candidate);
    }
    // An update that changes nothing is no write: the resource version stays.
    if (without(candidate) === without(before)) return before;
    const object = deepFreeze({
      ...structuredClone(candidate),
      metadata: { ...structuredClone(metadata), resourceVersion: String(++sequence) },
    } as AnyObject);
    shelf.objects.set(keyString(keyOf(object)), object);
    publish(shelf, { sequence, type: 'MODIFIED', object, previous: before });
    return object;
  };

  /** What a write through `subresource` may change of `before`. */
  const throughSubresource = (before: AnyObject, next: AnyObject, subresource: WriteOptions['subresource']): AnyObject => {
    if (subresource === 'status')
      return { ...before, metadata: { ...before.metadata, resourceVersion: next.metadata.resourceVersion }, status: next.status };
    if (subresource === 'finalize') return { ...before, spec: next.spec };
    if (subresource === 'scale') {
      const replicas = (next.spec as { replicas?: number } | undefined)?.replicas ?? 0;
      return { ...before, spec: { ...(before.spec as object), replicas } };
    }
    if (WITHOUT_STATUS.has(String(before.kind))) return next;
    return { ...next, ...('status' in before ? { status: before.status } : { status: undefined }) };
  };
  const clean = (object: AnyObject): AnyObject => JSON.parse(JSON.stringify(object)) as AnyObject;

  const writing = async <R>(write: string, work: () => R): Promise<R> => {
    const end = deps.activity?.begin('fake api write');
    try {
      await nextTurn();
      const failure = failures.find(({ matches }) => matches(write));
      if (failure !== undefined) {
        failures = failures.filter((other) => other !== failure);
        throw failure.error;
      }
      const result = deps.aroundWrite === undefined ? work() : deps.aroundWrite(work);
      writes.push(write);
      return result;
    } finally {
      end?.();
    }
  };
  const at = (type: ResourceType, options?: WriteOptions): string =>
    `${type.resource}${options?.subresource ? `/${options.subresource}` : ''}`;

  async function* watch(
    type: ResourceType,
    selection: Selection & { resourceVersion: string },
    options?: CallOptions,
  ): AsyncGenerator<WatchEvent<KubeObject>> {
    const shelf = shelfOf(type);
    const from = Number(selection.resourceVersion);
    let index = shelf.log.findIndex((entry) => entry.sequence > from);
    if (index < 0) index = shelf.log.length;
    while (options?.signal?.aborted !== true) {
      const entry = shelf.log[index];
      if (entry === undefined) {
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            shelf.wake.delete(wake);
            options?.signal?.removeEventListener('abort', wake);
            resolve();
          };
          shelf.wake.add(wake);
          options?.signal?.addEventListener('abort', wake, { once: true });
        });
        continue;
      }
      const end = deps.activity?.begin('fake api watch');
      for (let turns = 1 + deps.random.below((deps.watchLagTurns ?? 0) + 1); turns > 0; turns--) await nextTurn();
      end?.();
      index += 1;
      const selected = entry.type !== 'DELETED' && selects(selection, entry.object);
      const wasSelected = entry.previous !== undefined && selects(selection, entry.previous);
      if (selected) yield { type: wasSelected ? 'MODIFIED' : 'ADDED', object: entry.object };
      else if (wasSelected) yield { type: 'DELETED', object: entry.object };
    }
  }

  const api: FakeKubeApi = {
    writes,
    seed: (type, draft) => add(type, draft as unknown as Draft<AnyObject>) as never,
    all: (type, namespace) => [...shelfOf(type).objects.values()].filter((object) => selects({ namespace }, object)) as never,
    failNext(matches, error) {
      failures.push({ matches, error });
    },

    async get(type, key) {
      await nextTurn();
      return shelfOf(type).objects.get(keyFor(type, key)) as never;
    },
    async list<T extends KubeObject>(type: ResourceType<T>, selection: Selection = {}): Promise<ObjectList<T>> {
      await nextTurn();
      const items = [...shelfOf(type).objects.values()].filter((object) => selects(selection, object));
      return { items: items as unknown as T[], resourceVersion: String(sequence) };
    },
    watch: watch as KubeApi['watch'],
    create: (type, draft, options) =>
      writing(
        `create ${type.resource} ${draft.metadata.namespace ? `${draft.metadata.namespace}/` : ''}${draft.metadata.name ?? `${draft.metadata.generateName}*`}`,
        () => {
          const { status: _, ...rest } = clean(draft as unknown as AnyObject) as AnyObject & { status?: unknown };
          if (options?.dryRun) return rest as never;
          return add(type, (type.kind === 'Pod' ? { ...rest, status: { phase: 'Pending' } } : rest) as never) as never;
        },
      ),
    update: (type, object, options) =>
      writing(`update ${at(type, options)} ${keyString(keyOf(object))}`, () => {
        const before = stored(type, keyOf(object));
        if (object.metadata.resourceVersion !== undefined && object.metadata.resourceVersion !== before.metadata.resourceVersion)
          throw conflict(type, object.metadata.name);
        return replace(type, before, clean(throughSubresource(before, object as unknown as AnyObject, options?.subresource))) as never;
      }),
    patch: (type, key, patch: Patch, options) =>
      writing(`patch ${at(type, options)} ${keyFor(type, key)}`, () => {
        const before = stored(type, key);
        if (patch.type === 'apply') throw statusError('UnsupportedMediaType', 'server-side apply is not modelled by the test double');
        const next =
          patch.type === 'json'
            ? jsonPatch.applyPatch(structuredClone(before), patch.body as never, true).newDocument
            : (merged(before, patch.body, patch.type === 'strategic') as AnyObject);
        if (next.metadata.resourceVersion !== before.metadata.resourceVersion) throw conflict(type, key.name);
        return replace(type, before, clean(throughSubresource(before, next, options?.subresource))) as never;
      }),
    delete: (type, key, options: DeleteOptions = {}) =>
      writing(`delete ${type.resource} ${keyFor(type, key)}`, () => {
        const before = stored(type, key);
        if (options.preconditions?.uid !== undefined && options.preconditions.uid !== before.metadata.uid) {
          throw conflict(
            type,
            key.name,
            `the UID in the precondition (${options.preconditions.uid}) does not match the UID in record (${before.metadata.uid}). The object might have been deleted and then recreated`,
          );
        }
        if (
          options.preconditions?.resourceVersion !== undefined &&
          options.preconditions.resourceVersion !== before.metadata.resourceVersion
        )
          throw conflict(type, key.name);
        const finalizers = new Set(before.metadata.finalizers ?? []);
        if (options.propagationPolicy === 'Foreground') finalizers.add('foregroundDeletion');
        if (options.propagationPolicy === 'Orphan') finalizers.add('orphan');
        const spec = before.spec as { nodeName?: string; terminationGracePeriodSeconds?: number; finalizers?: string[] } | undefined;
        const graceSeconds =
          type.kind === 'Pod' && spec?.nodeName !== undefined
            ? (options.gracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30)
            : 0;
        const namespaceHeld = type.kind === 'Namespace' && (spec?.finalizers?.length ?? 0) > 0;
        if (finalizers.size === 0 && graceSeconds === 0 && !namespaceHeld) {
          remove(type, before);
          return;
        }
        const deletionTimestamp = before.metadata.deletionTimestamp ?? rfc3339(deps.clock.nowMs() + graceSeconds * 1000);
        const object = deepFreeze({
          ...before,
          ...(type.kind === 'Namespace' ? { status: { ...(before.status as object | undefined), phase: 'Terminating' } } : {}),
          metadata: {
            ...before.metadata,
            deletionTimestamp,
            deletionGracePeriodSeconds: graceSeconds,
            generation: (before.metadata.generation ?? 1) + (before.metadata.deletionTimestamp === undefined ? 1 : 0),
            resourceVersion: String(++sequence),
            ...(finalizers.size > 0 ? { finalizers: [...finalizers] } : {}),
          },
        } as AnyObject);
        shelfOf(type).objects.set(keyString(keyOf(object)), object);
        publish(shelfOf(type), { sequence, type: 'MODIFIED', object, previous: before });
      }),
    createSubresource: (type, key, subresource, body) =>
      writing(`create ${type.resource}/${subresource} ${keyFor(type, key)}`, () => {
        const before = stored(type, key);
        if (subresource !== 'binding') throw statusError('NotFound', 'the server could not find the requested resource');
        const spec = before.spec as { nodeName?: string };
        if (spec.nodeName !== undefined) throw conflict(type, key.name, `pod ${key.name} is already assigned to node "${spec.nodeName}"`);
        const status = before.status as { conditions?: { type: string }[] } | undefined;
        const conditions = [
          ...(status?.conditions ?? []).filter((condition) => condition.type !== 'PodScheduled'),
          { type: 'PodScheduled', status: 'True', lastTransitionTime: now() },
        ];
        replace(
          type,
          before,
          clean({
            ...before,
            spec: { ...spec, nodeName: (body as { target: { name: string } }).target.name },
            status: { ...status, conditions },
          }),
        );
        return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } as never;
      }),
  };
  /** An eviction without a budget in its way is a deletion. */
  const bind = api.createSubresource;
  api.createSubresource = (type, key, subresource, body) =>
    subresource === 'eviction'
      ? api.delete(type, key).then(() => ({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }) as never)
      : bind(type, key, subresource, body);
  return api;
}
