import type { V2HorizontalPodAutoscaler } from '../../../kube/generated/types.ts';
import { horizontalPodAutoscalers } from '../../../kube/resource-type.ts';
import { type FieldError, fieldError } from '../../../kube/status-error.ts';
import { ageColumn, column, nameColumn } from './columns/column.ts';
import { targetsCell } from './columns/hpa-cells.ts';
import type { Resource } from './resource.ts';

export const horizontalPodAutoscaler: Resource<V2HorizontalPodAutoscaler> = {
  type: horizontalPodAutoscalers,
  singular: 'horizontalpodautoscaler',
  shortNames: ['hpa'],
  categories: ['all'],
  schemaName: 'V2HorizontalPodAutoscaler',
  hasStatus: true,
  hasGeneration: false,
  columns: [
    nameColumn(),
    column('Reference', ({ spec }) => `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}`),
    column('Targets', targetsCell),
    column('MinPods', ({ spec }) => String(spec.minReplicas ?? '<unset>')),
    column('MaxPods', ({ spec }) => spec.maxReplicas, 'integer'),
    column('Replicas', ({ status }) => status?.currentReplicas ?? 0, 'integer'),
    ageColumn(),
  ],
  default(object) {
    const spec = (object.spec ??= {} as V2HorizontalPodAutoscaler['spec']);
    spec.minReplicas ??= 1;
    spec.scaleTargetRef ??= { kind: '', name: '' };
    if ((spec.metrics ?? []).length === 0)
      spec.metrics = [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }];
    if (spec.behavior !== undefined) {
      const { behavior } = spec;
      const up = (behavior.scaleUp ??= {});
      up.stabilizationWindowSeconds ??= 0;
      up.selectPolicy ??= 'Max';
      up.policies ??= [
        { type: 'Pods', value: 4, periodSeconds: 15 },
        { type: 'Percent', value: 100, periodSeconds: 15 },
      ];
      const down = (behavior.scaleDown ??= {});
      down.selectPolicy ??= 'Max';
      down.policies ??= [{ type: 'Percent', value: 100, periodSeconds: 15 }];
    }
    object.status ??= { desiredReplicas: 0 };
    object.status.desiredReplicas ??= 0;
    object.status.currentReplicas ??= 0;
  },
  validate({ spec }) {
    const errors: FieldError[] = [];
    if (!spec.scaleTargetRef.kind) errors.push(fieldError.required('spec.scaleTargetRef.kind'));
    if (!spec.scaleTargetRef.name) errors.push(fieldError.required('spec.scaleTargetRef.name'));
    if ((spec.maxReplicas ?? 0) < 1) errors.push(fieldError.invalid('spec.maxReplicas', spec.maxReplicas ?? 0, 'must be greater than 0'));
    if ((spec.minReplicas ?? 1) < 1)
      errors.push(fieldError.invalid('spec.minReplicas', spec.minReplicas, 'must be greater than or equal to 1'));
    if ((spec.maxReplicas ?? 0) < (spec.minReplicas ?? 1)) {
      errors.push(fieldError.invalid('spec.maxReplicas', spec.maxReplicas ?? 0, 'must be greater than or equal to `minReplicas`'));
    }
    return errors;
  },
};
