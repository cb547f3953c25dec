import type { Lease } from '../../../kube/generated/types.ts';
import { leases } from '../../../kube/resource-type.ts';
import { fieldError } from '../../../kube/status-error.ts';
import { ageColumn, column, nameColumn } from './columns/column.ts';
import type { Resource } from './resource.ts';

export const lease: Resource<Lease> = {
  type: leases,
  singular: 'lease',
  shortNames: [],
  categories: [],
  schemaName: 'Lease',
  hasStatus: false,
  hasGeneration: false,
  needsResourceVersion: true,
  columns: [nameColumn(), column('Holder', ({ spec }) => spec?.holderIdentity ?? ''), ageColumn()],
  default(object) {
    object.spec ??= {};
  },
  validate: ({ spec }) =>
    spec?.leaseDurationSeconds !== undefined && spec.leaseDurationSeconds <= 0
      ? [fieldError.invalid('spec.leaseDurationSeconds', spec.leaseDurationSeconds, 'must be greater than 0')]
      : [],
};
