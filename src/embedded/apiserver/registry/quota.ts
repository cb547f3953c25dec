import type { LimitRange, ResourceQuota } from '../../../kube/generated/types.ts';
import { limitRanges, resourceQuotas } from '../../../kube/resource-type.ts';
import { age, column, genericColumns, nameColumn } from './columns/column.ts';
import { quotaCell } from './columns/quota-cells.ts';
import type { Resource } from './resource.ts';

export const resourceQuota: Resource<ResourceQuota> = {
  type: resourceQuotas, singular: 'resourcequota', shortNames: ['quota'], categories: [], schemaName: 'ResourceQuota', hasStatus: true, hasGeneration: false, returnsDeleted: true,
  columns: [
    nameColumn(),
    column('Request', (object) => quotaCell(object, 'request')),
    column('Limit', (object) => quotaCell(object, 'limit')),
    column('Age', ({ metadata }, nowMs) => age(metadata.creationTimestamp, nowMs)),
  ],
  default(object) {
    object.spec ??= {};
    object.status ??= {};
  },
};

export const limitRange: Resource<LimitRange> = {
  type: limitRanges, singular: 'limitrange', shortNames: ['limits'], categories: [], schemaName: 'LimitRange', hasStatus: false, hasGeneration: false,
  columns: genericColumns(),
};
