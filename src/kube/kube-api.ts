import type { Status } from './generated/types.ts';
import type { Draft, KubeObject, ObjectKey } from './object.ts';
import type { ResourceType } from './resource-type.ts';

/** Which objects of a type: all of them when nothing is given. Selectors are in their query-string form. */
export interface Selection {
  namespace?: string | undefined;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
}

export interface CallOptions {
  signal?: AbortSignal | undefined;
}
export interface WriteOptions extends CallOptions {
  subresource?: 'status' | 'scale' | 'finalize' | undefined;
  fieldManager?: string | undefined;
  dryRun?: boolean | undefined;
}

export interface ObjectList<T> {
  items: T[];
  /** The store's revision at the time of the list: where a watch continues. */
  resourceVersion: string;
  continue?: string | undefined;
}

export type WatchEvent<T> = { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: T } | { type: 'BOOKMARK'; resourceVersion: string };

export interface JsonPatchOperation {
  op: 'add' | 'remove' | 'replace' | 'test' | 'move' | 'copy';
  path: string;
  from?: string;
  value?: unknown;
}
export type Patch =
  | { type: 'merge' | 'strategic'; body: object }
  | { type: 'json'; body: JsonPatchOperation[] }
  | { type: 'apply'; body: object; force?: boolean };

export interface DeleteOptions extends CallOptions {
  propagationPolicy?: 'Foreground' | 'Background' | 'Orphan' | undefined;
  gracePeriodSeconds?: number | undefined;
  preconditions?: { uid?: string; resourceVersion?: string } | undefined;
}

/**
 * The Kubernetes API as the rest of the house sees it. Two implementations: over HTTPS with a kubeconfig (`src/client`) and
 * inside the embedded cluster. Every failure of the server is a `StatusError`. Objects that come back are shared and must
 * not be changed: copy with `structuredClone` first.
 */
export interface KubeApi {
  /** The object, or `undefined` when it does not exist (no other error is swallowed). */
  get<T extends KubeObject>(type: ResourceType<T>, key: ObjectKey, options?: CallOptions): Promise<T | undefined>;
  /** All objects of the selection; follows `continue` tokens unless `limit` is given. */
  list<T extends KubeObject>(
    type: ResourceType<T>,
    selection?: Selection,
    options?: CallOptions & { limit?: number; continue?: string },
  ): Promise<ObjectList<T>>;
  /**
   * Events after `resourceVersion`. Ends when the server closes the stream or the signal aborts (without throwing); throws
   * `Expired` when the version is too old.
   */
  watch<T extends KubeObject>(
    type: ResourceType<T>,
    selection: Selection & { resourceVersion: string },
    options?: CallOptions,
  ): AsyncIterable<WatchEvent<T>>;
  create<T extends KubeObject>(type: ResourceType<T>, draft: Draft<T>, options?: WriteOptions): Promise<T>;
  /** Replaces the object; fails with `Conflict` when `metadata.resourceVersion` is not the stored one. */
  update<T extends KubeObject>(type: ResourceType<T>, object: T, options?: WriteOptions): Promise<T>;
  patch<T extends KubeObject>(type: ResourceType<T>, key: ObjectKey, patch: Patch, options?: WriteOptions): Promise<T>;
  /** Resolves when the deletion is accepted; `NotFound` is thrown. */
  delete<T extends KubeObject>(type: ResourceType<T>, key: ObjectKey, options?: DeleteOptions): Promise<void>;
  /** POST to a subresource such as `pods/binding`, `pods/eviction` or `serviceaccounts/token`. */
  createSubresource<R = Status>(type: ResourceType, key: ObjectKey, subresource: string, body: object, options?: CallOptions): Promise<R>;
}
