import type { KubeObject } from '../../../kube/object.ts';
import { statusError } from '../../../kube/status-error.ts';
import { Compacted, type Entry } from '../../store/store.ts';
import type { StoredValue } from '../../store/stored-value.ts';
import type { Resource } from '../registry/resource.ts';
import type { ServerCore } from '../server-core.ts';
import { storageKey, storagePrefix } from '../storage-key.ts';
import { inVersionOf } from './api-version.ts';
import { computedObjects } from './computed-objects.ts';
import { awaitRevision, parseResourceVersion } from './resource-version.ts';
import { compileSelection } from './selection.ts';

export interface ListQuery {
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
  limit?: number | undefined;
  continue?: string | undefined;
  resourceVersion?: string | undefined;
  resourceVersionMatch?: string | undefined;
}

export interface ListPage {
  items: StoredValue[];
  resourceVersion: string;
  continue: string | undefined;
  remainingItemCount: number | undefined;
}

interface ContinueToken {
  v: 1;
  rv: number;
  start: string;
}

/** One page of a collection: k8s.io/apiserver/pkg/storage GetList. */
export function listObjects(
  core: ServerCore,
  resource: Resource,
  namespace: string | undefined,
  query: ListQuery,
  caller: { readonly signal?: AbortSignal | undefined } = {},
): ListPage | Promise<ListPage> {
  const wanted = parseResourceVersion(query.resourceVersion);
  if (query.resourceVersionMatch !== undefined) checkMatch(query, wanted);
  if (wanted !== undefined && wanted > core.store.revision) {
    return awaitRevision(core.store, core.hostClock, wanted, caller.signal).then(() => listNow(core, resource, namespace, query, wanted));
  }
  return listNow(core, resource, namespace, query, wanted);
}

function listNow(
  core: ServerCore,
  resource: Resource,
  namespace: string | undefined,
  query: ListQuery,
  wanted: number | undefined,
): ListPage {
  const selection = compileSelection(resource, query.labelSelector, query.fieldSelector);
  if (resource.computed !== undefined) {
    const items = computedObjects(core, resource.computed, namespace).filter(({ object }) => selection.matches(object as KubeObject));
    return { items, resourceVersion: String(core.store.revision), continue: undefined, remainingItemCount: undefined };
  }
  const prefix = storagePrefix(resource.type, namespace);
  const token = query.continue === undefined ? undefined : decodeToken(query.continue);
  const atRevision = token?.rv ?? (query.resourceVersionMatch === 'Exact' ? wanted : undefined);
  const limit = query.limit && query.limit > 0 ? query.limit : Number.POSITIVE_INFINITY;

  if (selection.name !== undefined && atRevision === undefined && (namespace !== undefined || !resource.type.namespaced)) {
    const entry = core.store.get(storageKey(resource.type, namespace, selection.name));
    const items = entry !== undefined && selection.matches(entry.value.object as KubeObject) ? [inVersionOf(resource, entry.value)] : [];
    return { items, resourceVersion: String(core.store.revision), continue: undefined, remainingItemCount: undefined };
  }
  const revision = atRevision ?? core.store.revision;
  const read = (startAfter: string | undefined, count: number): { entries: readonly Entry[]; remaining: number } => {
    try {
      return core.store.list(prefix, {
        limit: count,
        ...(startAfter === undefined ? {} : { startAfter }),
        ...(atRevision === undefined ? {} : { atRevision }),
      });
    } catch (error) {
      if (!(error instanceof Compacted)) throw error;
      if (token === undefined) throw statusError('Expired', 'The resourceVersion for the provided list is too old.');
      const fresh = encodeToken({ v: 1, rv: core.store.revision, start: token.start });
      const expired = statusError(
        'Expired',
        'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
      );
      expired.status.metadata = { continue: fresh };
      throw expired;
    }
  };
  const start = token === undefined ? undefined : prefix + token.start;
  if (selection.isEverything) {
    const { entries, remaining } = read(start, limit);
    const last = entries.at(-1);
    return {
      items: entries.map((entry) => inVersionOf(resource, entry.value)),
      resourceVersion: String(revision),
      continue: remaining > 0 && last !== undefined ? encodeToken({ v: 1, rv: revision, start: last.key.slice(prefix.length) }) : undefined,
      remainingItemCount: remaining > 0 ? remaining : undefined,
    };
  }
  const { entries } = read(start, Number.POSITIVE_INFINITY);
  const items: StoredValue[] = [];
  for (let at = 0; at < entries.length; at++) {
    const entry = entries[at]!;
    if (!selection.matches(entry.value.object as KubeObject)) continue;
    items.push(inVersionOf(resource, entry.value));
    // With selectors upstream does not count what remains.
    if (items.length >= limit && at + 1 < entries.length) {
      return {
        items,
        resourceVersion: String(revision),
        continue: encodeToken({ v: 1, rv: revision, start: entry.key.slice(prefix.length) }),
        remainingItemCount: undefined,
      };
    }
  }
  return { items, resourceVersion: String(revision), continue: undefined, remainingItemCount: undefined };
}

function checkMatch(query: ListQuery, wanted: number | undefined): void {
  const refuse = (message: string): never => {
    throw statusError('Invalid', `ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: ${message}`, {
      group: 'meta.k8s.io',
      kind: 'ListOptions',
      causes: [{ reason: 'FieldValueForbidden', message, field: 'resourceVersionMatch' }],
    });
  };
  if (wanted === undefined) refuse('Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided');
  if (query.continue !== undefined) refuse('Forbidden: resourceVersionMatch is forbidden when continue is provided');
  if (query.resourceVersionMatch === 'Exact' && wanted === 0)
    refuse('Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
  if (query.resourceVersionMatch !== 'Exact' && query.resourceVersionMatch !== 'NotOlderThan')
    refuse(`Unsupported value: ${JSON.stringify(query.resourceVersionMatch)}: supported values: "Exact", "NotOlderThan", ""`);
}

function encodeToken(token: ContinueToken): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

function decodeToken(text: string): ContinueToken {
  try {
    const token = JSON.parse(Buffer.from(text, 'base64url').toString()) as Partial<ContinueToken>;
    if (token.v === 1 && typeof token.rv === 'number' && typeof token.start === 'string') return token as ContinueToken;
  } catch {
    /* not a token of ours */
  }
  throw statusError('BadRequest', 'continue key is not valid: the token was not issued by this server');
}
