import { rfc3339 } from '../../../base/clock.ts';
import { equalJson } from '../../../base/equal-json.ts';
import type { ManagedFieldsEntry } from '../../../kube/generated/types.ts';
import type { AnyObject } from '../../../kube/object.ts';
import { statusError } from '../../../kube/status-error.ts';
import { compare } from './compare.ts';
import { duplicateKeys } from './duplicate-keys.ts';
import { difference, EMPTY, equalSets, type FieldSet, fieldsOf, intersection, isEmptySet, pathsOf, sorted, union } from './field-set.ts';
import { inOrder, isEntryOf, makeEntry, ownable, setOf, type Writer } from './managed-fields.ts';
import { mergeValues, prune } from './merge-values.ts';
import { keepsStatusApart, type TypeInfo } from './type-info.ts';

export interface ApplyInput {
  /** The stored object; absent when the apply creates it. */
  live?: AnyObject | undefined;
  applied: AnyObject;
  manager: string;
  /** Takes over fields of others instead of failing with Conflict. */
  force: boolean;
  apiVersion: string;
  subresource?: string | undefined;
  nowMs: number;
  types: TypeInfo;
  /** False when the kind has no status subresource. Default true. */
  hasStatus?: boolean | undefined;
}

/**
 * The object after an apply, before defaulting: live merged with the applied configuration, without the fields that the
 * manager applied last time and nobody claims now; its managedFields are up to date. Neither input is changed. Returns
 * `live` itself when nothing changed, managedFields included. Throws Conflict with upstream's texts, and InternalError for a
 * configuration that names one list item twice.
 */
export function serverSideApply(input: ApplyInput): AnyObject {
  const { live, applied, types, force, nowMs } = input;
  const hasStatus = keepsStatusApart(types, input.hasStatus);
  const writer: Writer = { manager: input.manager, apiVersion: input.apiVersion, subresource: input.subresource };
  if (applied.metadata.managedFields != null) throw statusError('BadRequest', 'metadata.managedFields must be nil');
  const entries = live?.metadata.managedFields ?? [];
  const own = entries.find((entry) => isEntryOf(entry, 'Apply', writer));
  const others = entries.filter((entry) => entry !== own);
  const configuration = mainPart(applied, input.subresource, hasStatus, live);
  const duplicate = duplicateKeys(types, configuration);
  if (duplicate !== undefined)
    throw statusError(
      'InternalError',
      `failed to create typed patch object (${objectName(applied)}; ${input.apiVersion}, Kind=${applied.kind}): ${duplicate}`,
    );
  const mentioned = fieldsOf(types, configuration);
  const set = ownable(mentioned, input.subresource, hasStatus);
  let merged = (live === undefined ? configuration : mergeValues(types, live, configuration)) as AnyObject;
  if (live !== undefined && own !== undefined) {
    // The name is never owned, but it keeps `metadata` from going with the last label.
    const keep = others.reduce<FieldSet>((all, entry) => union(all, setOf(entry)), mentioned);
    merged = prune(types, merged, setOf(own), keep) as AnyObject;
  }
  const { changed, removed } = live === undefined ? { changed: EMPTY, removed: EMPTY } : compare(types, live, merged);
  const conflicts = others
    .map((entry) => ({ entry, fields: intersection(setOf(entry), changed) }))
    .filter(({ fields }) => !isEmptySet(fields));
  if (conflicts.length > 0 && !force) throw conflictError(conflicts);

  const kept: ManagedFieldsEntry[] = [];
  for (const entry of others) {
    const before = setOf(entry);
    const left = difference(difference(before, changed), removed);
    if (!isEmptySet(left)) kept.push(equalSets(left, before) ? entry : { ...entry, fieldsV1: sorted(left) });
  }
  const same = own !== undefined && equalSets(setOf(own), set) && own.apiVersion === writer.apiVersion;
  if (!isEmptySet(set)) kept.push(same ? own : makeEntry('Apply', writer, set, rfc3339(nowMs)));
  if (
    live !== undefined &&
    same &&
    kept.length === entries.length &&
    kept.every((entry) => entries.includes(entry)) &&
    equalJson(live, merged)
  )
    return live;
  return { ...merged, metadata: { ...merged.metadata, managedFields: inOrder(kept) } };
}

function objectName({ metadata }: AnyObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

/** The main resource cannot apply status where that is a subresource, and the subresource nothing but status. */
function mainPart(applied: AnyObject, subresource: string | undefined, hasStatus: boolean, live: AnyObject | undefined): AnyObject {
  if (subresource === undefined) {
    if (!hasStatus || applied['status'] === undefined) return applied;
    const { status: _, ...rest } = applied;
    return rest as AnyObject;
  }
  if (subresource !== 'status') return applied;
  const { apiVersion, kind, metadata } = applied;
  return {
    apiVersion,
    kind,
    metadata: live === undefined ? metadata : ({ name: metadata.name } as AnyObject['metadata']),
    status: applied['status'],
  };
}

interface Clash {
  entry: ManagedFieldsEntry;
  fields: FieldSet;
}

/** `"kubectl"`, with the subresource and, for an Update, its version and time. */
function printedManager(entry: ManagedFieldsEntry): string {
  const subresource = entry.subresource ? ` with subresource ${JSON.stringify(entry.subresource)}` : '';
  return `${JSON.stringify(entry.manager)}${subresource}${entry.operation === 'Update' ? ` using ${entry.apiVersion}` : ''}`;
}

function conflictError(clashes: Clash[]): Error {
  const lines = clashes
    .map(({ entry, fields }) => ({ manager: printedManager(entry), paths: pathsOf(fields) }))
    .sort((a, b) => (a.manager < b.manager ? -1 : 1));
  const causes = lines.flatMap(({ manager, paths }) =>
    paths.map((path) => ({ reason: 'FieldManagerConflict', message: `conflict with ${manager}`, field: path })),
  );
  const text =
    causes.length === 1
      ? `1 conflict: ${causes[0]!.message}: ${causes[0]!.field}`
      : `${causes.length} conflicts: ${lines.map(({ manager, paths }) => [`conflicts with ${manager}:`, ...paths.map((path) => `- ${path}`)].join('\n')).join('\n')}`;
  return statusError('Conflict', `Apply failed with ${text}`, { causes });
}
