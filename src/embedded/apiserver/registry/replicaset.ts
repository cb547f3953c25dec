import type { ReplicaSet } from '../../../kube/generated/types.ts';
import { formatLabelSelector } from '../../../kube/label-selector.ts';
import { replicaSets } from '../../../kube/resource-type.ts';
import { ageColumn, column, nameColumn } from './columns/column.ts';
import { templateColumns } from './columns/template-cells.ts';
import { defaultPodTemplate } from './pod-spec-defaults.ts';
import type { Resource } from './resource.ts';
import { immutable, validateWorkload } from './workload-validation.ts';

export const replicaSet: Resource<ReplicaSet> = {
  type: replicaSets,
  singular: 'replicaset',
  shortNames: ['rs'],
  categories: ['all'],
  schemaName: 'ReplicaSet',
  hasStatus: true,
  hasGeneration: true,
  scale: {
    specReplicasPath: '.spec.replicas',
    statusReplicasPath: '.status.replicas',
    selector: (object) => formatLabelSelector(object.spec.selector),
  },
  selectableFields: { 'status.replicas': (object) => String(object.status?.replicas ?? 0) },
  columns: [
    nameColumn(),
    column('Desired', ({ spec }) => spec.replicas ?? 1, 'integer'),
    column('Current', ({ status }) => status?.replicas ?? 0, 'integer'),
    column('Ready', ({ status }) => status?.readyReplicas ?? 0, 'integer'),
    ageColumn(),
    ...templateColumns<ReplicaSet>(
      (object) => object.spec.template,
      (object) => object.spec.selector,
    ),
  ],
  default(object) {
    const spec = (object.spec ??= {} as ReplicaSet['spec']);
    spec.replicas ??= 1;
    defaultPodTemplate((spec.template ??= {}));
    object.status ??= { replicas: 0 };
    object.status.replicas ??= 0;
  },
  validate: (object) => validateWorkload(object.spec, 'replicaset'),
  validateUpdate: (object, old) => immutable('spec.selector', object.spec.selector, old.spec.selector),
};
