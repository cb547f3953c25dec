import type { KubeObject } from '../../../kube/object.ts';
import { statusError } from '../../../kube/status-error.ts';
import { Compacted, type StoreEvent, type StoreWatch } from '../../store/store.ts';
import { StoredValue } from '../../store/stored-value.ts';
import type { Resource } from '../registry/resource.ts';
import type { ServerCore } from '../server-core.ts';
import { storagePrefix } from '../storage-key.ts';
import { inVersionOf } from './api-version.ts';
import { compileSelection, type Selection } from './selection.ts';

export interface ObjectEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  value: StoredValue;
}

export interface WatchQuery {
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
  /** 0 or absent: begin with the present objects. */
  fromRevision?: number | undefined;
  /** Begin with the present objects even though a revision is given. */
  initialEvents?: boolean | undefined;
}

export interface WatchSink {
  events(events: readonly ObjectEvent[]): void;
  /** The present objects have all been sent; `revision` is what they show. Only after initial events. */
  initialDone(revision: number): void;
}

/**
 * Streams the changes of a collection. Nothing is delivered before the call has returned. Throws Expired when the revision
 * is older than the history.
 */
export function watchObjects(
  core: ServerCore,
  resource: Resource,
  namespace: string | undefined,
  query: WatchQuery,
  sink: WatchSink,
): StoreWatch {
  const selection = compileSelection(resource, query.labelSelector, query.fieldSelector);
  const prefix = storagePrefix(resource.type, namespace);
  const { fromRevision = 0 } = query;
  const startsWithPresent = fromRevision === 0 || query.initialEvents === true;
  const present = startsWithPresent ? core.store.list(prefix) : undefined;
  const start = present?.revision ?? fromRevision;
  try {
    let closed = false;
    // What happens while the present objects wait for their turn comes after them.
    let held: ObjectEvent[] | undefined = present === undefined ? undefined : [];
    const watch = core.store.watch(prefix, Math.min(start, core.store.revision), (events) => {
      const visible = events.flatMap((event) => (event.revision > start ? (toObjectEvent(resource, selection, event) ?? []) : []));
      if (held !== undefined) held.push(...visible);
      else if (visible.length > 0) sink.events(visible);
    });
    if (present !== undefined) {
      queueMicrotask(() => {
        if (closed) return;
        const items = present.entries.filter((entry) => selection.matches(entry.value.object as KubeObject));
        if (items.length > 0) sink.events(items.map((entry) => ({ type: 'ADDED', value: inVersionOf(resource, entry.value) })));
        sink.initialDone(present.revision);
        const missed = held ?? [];
        held = undefined;
        if (missed.length > 0) sink.events(missed);
      });
    }
    return {
      close: () => {
        closed = true;
        watch.close();
      },
    };
  } catch (error) {
    if (error instanceof Compacted) throw statusError('Expired', `too old resource version: ${fromRevision} (${error.oldestRevision})`);
    throw error;
  }
}

/** What a watcher of the selection sees of a store event: an object that stops matching is deleted for it. */
function toObjectEvent(resource: Resource, selection: Selection, event: StoreEvent): ObjectEvent | undefined {
  const value = event.entry.value;
  const matchedBefore =
    event.previous !== undefined && (selection.isEverything || selection.matches(event.previous.value.object as KubeObject));
  if (event.type === 'deleted') return matchedBefore ? { type: 'DELETED', value: inVersionOf(resource, value) } : undefined;
  const matches = selection.isEverything || selection.matches(value.object as KubeObject);
  if (matches) return { type: matchedBefore ? 'MODIFIED' : 'ADDED', value: inVersionOf(resource, value) };
  if (!matchedBefore) return undefined;
  const last = event.previous!.value.object as KubeObject;
  return {
    type: 'DELETED',
    value: inVersionOf(resource, new StoredValue({ ...last, metadata: { ...last.metadata, resourceVersion: String(event.revision) } })),
  };
}
