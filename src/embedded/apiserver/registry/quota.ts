import type { LimitRange, ResourceQuota } from '../../../kube/generated/types.ts';
import { limitRanges, resourceQuotas } from '../../../kube/resource-type.ts';
import { type FieldError, fieldError } from '../../../kube/status-error.ts';
import { age, column, genericColumns, nameColumn } from './columns/column.ts';
import { quotaCell } from './columns/quota-cells.ts';
import type { Resource } from './resource.ts';

/** Counts of objects are enforced; amounts of resources are refused by name. */
const COUNTED =
  /^(count\/[a-z0-9.-]+|pods|services|services\.(nodeports|loadbalancers)|configmaps|secrets|persistentvolumeclaims|resourcequotas)$/;

export const resourceQuota: Resource<ResourceQuota> = {
  type: resourceQuotas,
  singular: 'resourcequota',
  shortNames: ['quota'],
  categories: [],
  schemaName: 'ResourceQuota',
  hasStatus: true,
  hasGeneration: false,
  returnsDeleted: true,
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
  validate({ spec }) {
    const errors: FieldError[] = Object.keys(spec?.hard ?? {})
      .filter((name) => !COUNTED.test(name))
      .map((name) => fieldError.forbidden(`spec.hard[${name}]`, `${JSON.stringify(name)} is not modelled: only counts of objects are`));
    for (const field of ['scopes', 'scopeSelector'] as const)
      if (spec?.[field] !== undefined) errors.push(fieldError.forbidden(`spec.${field}`, `"${field}" is not modelled`));
    return errors;
  },
};

export const limitRange: Resource<LimitRange> = {
  type: limitRanges,
  singular: 'limitrange',
  shortNames: ['limits'],
  categories: [],
  schemaName: 'LimitRange',
  hasStatus: false,
  hasGeneration: false,
  columns: genericColumns(),
  default(object) {
    for (const item of object.spec?.limits ?? []) {
      if (item.type !== 'Container') continue;
      // Each bound stands in for what is left open, in upstream's order.
      if (item.max !== undefined) item.default = { ...item.max, ...item.default };
      if (item.default !== undefined) item.defaultRequest = { ...item.default, ...item.defaultRequest };
      if (item.min !== undefined) item.defaultRequest = { ...item.min, ...item.defaultRequest };
    }
  },
  validate({ spec }) {
    return (spec?.limits ?? []).flatMap(({ type, maxLimitRequestRatio }, i) => [
      ...(type === 'Container'
        ? []
        : [fieldError.forbidden(`spec.limits[${i}].type`, `${JSON.stringify(type)} is not modelled: only "Container" is`)]),
      ...(maxLimitRequestRatio === undefined ? [] : [fieldError.forbidden(`spec.limits[${i}].maxLimitRequestRatio`, 'is not modelled')]),
    ]);
  },
};
