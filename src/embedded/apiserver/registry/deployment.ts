import type { Deployment } from '../../../kube/generated/types.ts';
import { formatLabelSelector } from '../../../kube/label-selector.ts';
import { deployments } from '../../../kube/resource-type.ts';
import { type FieldError, fieldError } from '../../../kube/status-error.ts';
import { ageColumn, column, nameColumn } from './columns/column.ts';
import { templateColumns } from './columns/template-cells.ts';
import { defaultPodTemplate } from './pod-spec-defaults.ts';
import type { Resource } from './resource.ts';
import { immutable, notNegative, validateWorkload } from './workload-validation.ts';

export const deployment: Resource<Deployment> = {
  type: deployments,
  singular: 'deployment',
  shortNames: ['deploy'],
  categories: ['all'],
  schemaName: 'Deployment',
  hasStatus: true,
  hasGeneration: true,
  scale: {
    specReplicasPath: '.spec.replicas',
    statusReplicasPath: '.status.replicas',
    selector: (object) => formatLabelSelector(object.spec.selector),
  },
  columns: [
    nameColumn(),
    column('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 1}`),
    column('Up-to-date', ({ status }) => status?.updatedReplicas ?? 0, 'integer'),
    column('Available', ({ status }) => status?.availableReplicas ?? 0, 'integer'),
    ageColumn(),
    ...templateColumns<Deployment>(
      (object) => object.spec.template,
      (object) => object.spec.selector,
    ),
  ],
  default(object) {
    const spec = (object.spec ??= {} as Deployment['spec']);
    spec.replicas ??= 1;
    defaultPodTemplate((spec.template ??= {}));
    const strategy = (spec.strategy ??= {});
    strategy.type ||= 'RollingUpdate';
    if (strategy.type === 'RollingUpdate') {
      const rolling = (strategy.rollingUpdate ??= {});
      rolling.maxUnavailable ??= '25%';
      rolling.maxSurge ??= '25%';
    }
    spec.revisionHistoryLimit ??= 10;
    spec.progressDeadlineSeconds ??= 600;
    object.status ??= {};
  },
  validate(object) {
    return [...validateWorkload(object.spec, 'deployment'), ...strategyErrors(object)];
  },
  validateUpdate: (object, old) => immutable('spec.selector', object.spec.selector, old.spec.selector),
};

function strategyErrors({ spec }: Deployment): FieldError[] {
  const errors = [
    ...notNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
    ...notNegative('spec.progressDeadlineSeconds', spec.progressDeadlineSeconds),
  ];
  if (spec.progressDeadlineSeconds !== undefined && spec.progressDeadlineSeconds <= (spec.minReadySeconds ?? 0)) {
    errors.push(fieldError.invalid('spec.progressDeadlineSeconds', spec.progressDeadlineSeconds, 'must be greater than minReadySeconds'));
  }
  const { type, rollingUpdate } = spec.strategy ?? {};
  if (type !== 'Recreate' && type !== 'RollingUpdate')
    return [...errors, fieldError.notSupported('spec.strategy.type', type ?? '', ['Recreate', 'RollingUpdate'])];
  if (type === 'Recreate' && rollingUpdate !== undefined) {
    errors.push(fieldError.forbidden('spec.strategy.rollingUpdate', "may not be specified when strategy `type` is 'Recreate'"));
  }
  if (type === 'RollingUpdate' && isZero(rollingUpdate?.maxUnavailable) && isZero(rollingUpdate?.maxSurge)) {
    errors.push(
      fieldError.invalid('spec.strategy.rollingUpdate.maxUnavailable', rollingUpdate?.maxUnavailable, 'may not be 0 when `maxSurge` is 0'),
    );
  }
  return errors;
}

function isZero(value: number | string | undefined): boolean {
  return value === 0 || value === '0' || value === '0%';
}
