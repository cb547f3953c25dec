import { type FieldSet, pathsOf } from '../../src/embedded/apiserver/apply/field-set.ts';
import { trackUpdate } from '../../src/embedded/apiserver/apply/managed-fields.ts';
import { serverSideApply } from '../../src/embedded/apiserver/apply/server-side-apply.ts';
import type { TypeInfo } from '../../src/embedded/apiserver/apply/type-info.ts';
import type { AnyObject } from '../../src/kube/object.ts';

export interface WriteOptions {
  force?: boolean;
  nowMs?: number;
  apiVersion?: string;
  subresource?: string;
}
/** The object after an apply of `body`. */
export function apply(types: TypeInfo, live: AnyObject | undefined, body: object, manager: string, options: WriteOptions = {}): AnyObject {
  return serverSideApply({
    ...(live ? { live } : {}),
    applied: { metadata: { name: 'x' }, ...body } as AnyObject,
    manager,
    force: false,
    apiVersion: 'v1',
    nowMs: 0,
    types,
    ...options,
  });
}

/** The object after a PUT of `body` by an Update manager. */
export function update(
  types: TypeInfo,
  before: AnyObject | undefined,
  body: object,
  manager: string,
  options: WriteOptions = {},
): AnyObject {
  const after = { metadata: { name: 'x' }, ...body } as AnyObject;
  const managedFields = trackUpdate({
    before,
    after: { ...after, metadata: { ...after.metadata, ...(before ? { managedFields: before.metadata.managedFields } : {}) } } as AnyObject,
    manager,
    apiVersion: 'v1',
    nowMs: 0,
    types,
    ...options,
  });
  return { ...after, metadata: { ...after.metadata, managedFields } } as AnyObject;
}

/** Who owns fields, and how they wrote: `one/Update/status`. */
export const owners = (object: AnyObject): string[] =>
  (object.metadata.managedFields ?? []).map(
    (entry) => `${entry.manager}/${entry.operation}${entry.subresource ? `/${entry.subresource}` : ''}`,
  );
/** Paths of the fields that the manager owns. */
export const fieldsOf = (object: AnyObject, manager: string): string[] =>
  pathsOf(((object.metadata.managedFields ?? []).find((entry) => entry.manager === manager)?.fieldsV1 as FieldSet) ?? {});
