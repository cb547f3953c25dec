import type { Namespace } from '../../../kube/generated/types.ts';
import { namespaces } from '../../../kube/resource-type.ts';
import { ageColumn, column, nameColumn } from './columns/column.ts';
import type { Resource } from './resource.ts';

export const namespace: Resource<Namespace> = {
  type: namespaces,
  singular: 'namespace',
  shortNames: ['ns'],
  categories: [],
  schemaName: 'Namespace',
  hasStatus: true,
  hasGeneration: false,
  returnsDeleted: true,
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  selectableFields: { 'status.phase': ({ status }) => status?.phase ?? '' },
  columns: [nameColumn(), column('Status', ({ status }) => status?.phase ?? ''), ageColumn()],
  default(object) {
    object.spec ??= {};
    object.status ??= {};
    object.status.phase ||= 'Active';
    if (object.metadata.name) object.metadata.labels = { ...object.metadata.labels, 'kubernetes.io/metadata.name': object.metadata.name };
  },
  prepareCreate(object) {
    object.spec.finalizers = [...new Set([...(object.spec.finalizers ?? []), 'kubernetes'])];
    object.status = { phase: 'Active' };
  },
  /** `spec.finalizers` is written through `finalize` only. */
  prepareUpdate(object, old) {
    object.spec = { ...object.spec, finalizers: old.spec?.finalizers };
  },
};
