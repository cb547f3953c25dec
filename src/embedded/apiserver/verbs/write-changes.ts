import { equalJson } from '../../../base/equal-json.ts';
import type { AnyObject } from '../../../kube/object.ts';
import type { Resource } from '../registry/resource.ts';
import { shareUnchanged } from '../share-unchanged.ts';

/** Shares what the write has not changed with the stored version. The object and its metadata stay private: they get a new version yet. */
export function shareParts(current: AnyObject, next: AnyObject): void {
  for (const key of Object.keys(next)) if (key !== 'metadata') next[key] = shareUnchanged(current[key], next[key]);
  const before: Record<string, unknown> = { ...current.metadata };
  for (const [key, value] of Object.entries(next.metadata)) Object.assign(next.metadata, { [key]: shareUnchanged(before[key], value) });
}

/** Whether the write changes more than metadata and status: it starts a new generation. */
export function hasSpecChange(resource: Resource, current: AnyObject, next: AnyObject): boolean {
  const fields = new Set([...Object.keys(current), ...Object.keys(next)]);
  for (const field of ['metadata', 'apiVersion', 'kind']) fields.delete(field);
  if (resource.hasStatus) fields.delete('status');
  for (const field of fields) if (!equalJson(current[field], next[field])) return true;
  return false;
}

/** Equal but for the times in managedFields, which a write without effect must not move. */
export function isUnchanged(current: AnyObject, next: AnyObject): boolean {
  for (const field of new Set([...Object.keys(current), ...Object.keys(next)])) {
    if (field !== 'metadata' && !equalJson(current[field], next[field])) return false;
  }
  const { managedFields: fieldsBefore, ...before } = current.metadata;
  const { managedFields: fieldsAfter, ...after } = next.metadata;
  if (!equalJson(before, after)) return false;
  const timeless = (fields: typeof fieldsBefore): unknown => (fields ?? []).map(({ time: _, ...rest }) => rest);
  return equalJson(timeless(fieldsBefore), timeless(fieldsAfter));
}
