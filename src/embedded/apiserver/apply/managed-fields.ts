import { rfc3339 } from '../../../base/clock.ts';
import type { ManagedFieldsEntry } from '../../../kube/generated/types.ts';
import type { AnyObject } from '../../../kube/object.ts';
import { compare } from './compare.ts';
import { difference, EMPTY, equalSets, type FieldSet, isEmptySet, sorted, union } from './field-set.ts';
import { keepsStatusApart, type TypeInfo } from './type-info.ts';

export interface Writer {
  manager: string;
  apiVersion: string;
  subresource?: string | undefined;
}

/** Fields of `metadata` that nobody owns: the server's own, and what names the object. */
const UNOWNED = new Set(
  [
    'name',
    'generateName',
    'namespace',
    'uid',
    'resourceVersion',
    'generation',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'managedFields',
    'selfLink',
  ].map((field) => `f:${field}`),
);

/** Takes out what is never tracked, and `status` unless it was written through its subresource (or the kind has none). */
export function ownable(set: FieldSet, subresource: string | undefined, hasStatus: boolean): FieldSet {
  const out: Record<string, FieldSet> = {};
  for (const key in set) {
    if (key === 'f:apiVersion' || key === 'f:kind') continue;
    if (key === 'f:status' && hasStatus && subresource === undefined) continue;
    if (key === 'f:spec' && subresource === 'status') continue;
    const node = key === 'f:metadata' ? ownableMetadata(set[key]!) : set[key];
    if (node !== undefined) out[key] = node;
  }
  return out;
}

function ownableMetadata(set: FieldSet): FieldSet | undefined {
  const out: Record<string, FieldSet> = {};
  let wasTaken = false;
  for (const key in set)
    if (UNOWNED.has(key)) wasTaken = true;
    else out[key] = set[key]!;
  return wasTaken && isEmptySet(out) ? undefined : out;
}

export function setOf(entry: ManagedFieldsEntry): FieldSet {
  return (entry.fieldsV1 ?? EMPTY) as FieldSet;
}

export function isEntryOf(entry: ManagedFieldsEntry, operation: 'Apply' | 'Update', writer: Writer): boolean {
  return (
    entry.operation === operation &&
    entry.manager === writer.manager &&
    (entry.subresource ?? '') === (writer.subresource ?? '') &&
    (operation === 'Apply' || entry.apiVersion === writer.apiVersion)
  );
}

export function makeEntry(
  operation: 'Apply' | 'Update',
  writer: Writer,
  set: FieldSet,
  time: string,
  arrange: (set: FieldSet) => FieldSet = sorted,
): ManagedFieldsEntry {
  return {
    manager: writer.manager,
    operation,
    apiVersion: writer.apiVersion,
    time,
    fieldsType: 'FieldsV1',
    fieldsV1: arrange(set),
    ...(writer.subresource ? { subresource: writer.subresource } : {}),
  };
}

const ORDER = ['operation', 'time', 'manager', 'apiVersion', 'subresource'] as const;

/** Upstream's order: Apply before Update, then by time, manager, version, subresource. */
export function inOrder(entries: readonly ManagedFieldsEntry[]): ManagedFieldsEntry[] {
  return [...entries].sort((a, b) => {
    for (const key of ORDER) {
      const [x, y] = [String(a[key] ?? ''), String(b[key] ?? '')];
      if (x !== y) return x < y ? -1 : 1;
    }
    return 0;
  });
}

const MAX_UPDATE_MANAGERS = 10;

/** Keeps at most ten Update entries: the oldest ones become one entry `ancient-changes` per version. */
function capped(entries: ManagedFieldsEntry[]): ManagedFieldsEntry[] {
  const updates = entries.filter((entry) => entry.operation === 'Update');
  let excess = updates.length - MAX_UPDATE_MANAGERS;
  if (excess <= 0) return entries;
  const oldest = updates.sort((a, b) => ((a.time ?? '') < (b.time ?? '') ? -1 : 1));
  const ancient = new Map<string, ManagedFieldsEntry>();
  const gone = new Set<ManagedFieldsEntry>();
  for (const entry of oldest) {
    if (excess <= 0) break;
    const version = entry.apiVersion ?? '';
    const before = ancient.get(version);
    gone.add(entry);
    if (before !== undefined) excess -= 1;
    ancient.set(
      version,
      makeEntry(
        'Update',
        { manager: 'ancient-changes', apiVersion: version },
        union(before ? setOf(before) : EMPTY, setOf(entry)),
        entry.time ?? '',
      ),
    );
  }
  return [...entries.filter((entry) => !gone.has(entry)), ...ancient.values()];
}

/** The object without its managedFields: nobody owns those, and walking them is most of the work. */
function untracked(object: AnyObject): object {
  return { ...object, metadata: { ...object.metadata, managedFields: undefined } };
}

export interface TrackUpdateInput extends Writer {
  before?: AnyObject | undefined;
  after: AnyObject;
  nowMs: number;
  types: TypeInfo;
  /** False when the kind has no status subresource, so that main writes own `status` too. Default true. */
  hasStatus?: boolean | undefined;
  /** Puts the sets of new entries into upstream's order. Default: `sorted`. */
  arrange?: (set: FieldSet) => FieldSet;
}

/**
 * The `metadata.managedFields` of `after` once `manager` has written it by create, update or patch: it takes over every field
 * that it changed, and fields that are gone leave all sets. What `after.metadata.managedFields` says counts (a client may
 * have edited it; an empty list resets it).
 */
export function trackUpdate(input: TrackUpdateInput): ManagedFieldsEntry[] {
  const { before, after, types, nowMs, arrange = sorted } = input;
  const entries = after.metadata.managedFields ?? before?.metadata.managedFields ?? [];
  const comparison = compare(types, before === undefined ? {} : untracked(before), untracked(after));
  const changed = ownable(comparison.changed, input.subresource, keepsStatusApart(types, input.hasStatus));
  const removed = comparison.removed;
  if (isEmptySet(changed) && isEmptySet(removed)) return entries;
  const out: ManagedFieldsEntry[] = [];
  let own: ManagedFieldsEntry | undefined;
  for (const entry of entries) {
    if (isEntryOf(entry, 'Update', input)) {
      own = entry;
      continue;
    }
    const set = setOf(entry);
    const left = difference(difference(set, changed), removed);
    if (isEmptySet(left)) continue;
    out.push(equalSets(left, set) ? entry : { ...entry, fieldsV1: arrange(left) });
  }
  const set = union(difference(own ? setOf(own) : EMPTY, removed), changed);
  if (!isEmptySet(set))
    out.push(own !== undefined && equalSets(setOf(own), set) ? own : makeEntry('Update', input, set, rfc3339(nowMs), arrange));
  return inOrder(capped(out));
}
