import type { PriorityClass } from '../../../kube/generated/types.ts';
import { priorityClasses } from '../../../kube/resource-type.ts';
import { fieldError } from '../../../kube/status-error.ts';
import { ageColumn, column, nameColumn } from './columns/column.ts';
import type { Resource } from './resource.ts';

export const priorityClass: Resource<PriorityClass> = {
  type: priorityClasses,
  singular: 'priorityclass',
  shortNames: ['pc'],
  categories: [],
  schemaName: 'PriorityClass',
  hasStatus: false,
  hasGeneration: true,
  columns: [
    nameColumn(),
    column('Value', ({ value }) => value ?? 0, 'integer'),
    column('Global-Default', ({ globalDefault }) => globalDefault ?? false, 'boolean'),
    ageColumn(),
    column('PreemptionPolicy', ({ preemptionPolicy }) => preemptionPolicy ?? ''),
  ],
  default(object) {
    object.preemptionPolicy ||= 'PreemptLowerPriority';
    object.value ??= 0;
  },
  validateUpdate: (object, old) => [
    ...(object.value === old.value ? [] : [fieldError.forbidden('value', 'may not be changed in an update.')]),
    ...(object.preemptionPolicy === old.preemptionPolicy
      ? []
      : [fieldError.invalid('preemptionPolicy', object.preemptionPolicy, 'field is immutable')]),
  ],
};
