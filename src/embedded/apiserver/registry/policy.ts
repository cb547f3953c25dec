import type { PodDisruptionBudget } from '../../../kube/generated/types.ts';
import { podDisruptionBudgets } from '../../../kube/resource-type.ts';
import { type FieldError, fieldError } from '../../../kube/status-error.ts';
import { ageColumn, column, nameColumn } from './columns/column.ts';
import type { Resource } from './resource.ts';
import { selectorErrors } from './workload-validation.ts';

export const podDisruptionBudget: Resource<PodDisruptionBudget> = {
  type: podDisruptionBudgets,
  singular: 'poddisruptionbudget',
  shortNames: ['pdb'],
  categories: [],
  schemaName: 'PodDisruptionBudget',
  hasStatus: true,
  hasGeneration: true,
  needsResourceVersion: true,
  columns: [
    nameColumn(),
    column('Min Available', ({ spec }) => String(spec?.minAvailable ?? 'N/A')),
    column('Max Unavailable', ({ spec }) => String(spec?.maxUnavailable ?? 'N/A')),
    column('Allowed Disruptions', ({ status }) => status?.disruptionsAllowed ?? 0, 'integer'),
    ageColumn(),
  ],
  default(object) {
    object.spec ??= {};
    const status = (object.status ??= {} as NonNullable<PodDisruptionBudget['status']>);
    for (const count of ['currentHealthy', 'desiredHealthy', 'disruptionsAllowed', 'expectedPods'] as const) status[count] ??= 0;
  },
  validate({ spec }) {
    const errors: FieldError[] = spec?.selector === undefined ? [] : selectorErrors(spec.selector, 'spec.selector');
    if (spec?.minAvailable !== undefined && spec.maxUnavailable !== undefined) {
      errors.push(fieldError.invalid('spec', spec, 'minAvailable and maxUnavailable cannot be both set'));
    }
    for (const field of ['minAvailable', 'maxUnavailable'] as const) {
      const value = spec?.[field];
      if (typeof value === 'number' && value < 0)
        errors.push(fieldError.invalid(`spec.${field}`, value, 'must be greater than or equal to 0'));
      if (typeof value === 'string' && !/^\d+%$/.test(value)) {
        errors.push(
          fieldError.invalid(
            `spec.${field}`,
            value,
            "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
          ),
        );
      }
    }
    return errors;
  },
};
