import { equalJson } from '../../../base/equal-json.ts';
import type { StatefulSet } from '../../../kube/generated/types.ts';
import { formatLabelSelector } from '../../../kube/label-selector.ts';
import { statefulSets } from '../../../kube/resource-type.ts';
import { type FieldError, fieldError } from '../../../kube/status-error.ts';
import { ageColumn, column, nameColumn } from './columns/column.ts';
import { templateColumns } from './columns/template-cells.ts';
import { defaultPodTemplate } from './pod-spec-defaults.ts';
import type { Resource } from './resource.ts';
import { validateWorkload } from './workload-validation.ts';

const MUTABLE = new Set([
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
]);

export const statefulSet: Resource<StatefulSet> = {
  type: statefulSets,
  singular: 'statefulset',
  shortNames: ['sts'],
  categories: ['all'],
  schemaName: 'StatefulSet',
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
    ageColumn(),
    ...templateColumns<StatefulSet>((object) => object.spec.template),
  ],
  default(object) {
    const spec = (object.spec ??= {} as StatefulSet['spec']);
    spec.replicas ??= 1;
    spec.podManagementPolicy ||= 'OrderedReady';
    spec.serviceName ??= '';
    const strategy = (spec.updateStrategy ??= {});
    strategy.type ||= 'RollingUpdate';
    if (strategy.type === 'RollingUpdate') {
      strategy.rollingUpdate ??= {};
      strategy.rollingUpdate.partition ??= 0;
    }
    spec.revisionHistoryLimit ??= 10;
    const retention = (spec.persistentVolumeClaimRetentionPolicy ??= {});
    retention.whenDeleted ||= 'Retain';
    retention.whenScaled ||= 'Retain';
    for (const claim of spec.volumeClaimTemplates ?? []) {
      claim.apiVersion ||= 'v1';
      claim.kind ||= 'PersistentVolumeClaim';
      claim.spec ??= {};
      claim.spec.volumeMode ||= 'Filesystem';
      claim.status ??= { phase: 'Pending' };
    }
    defaultPodTemplate((spec.template ??= {}));
    object.status ??= { replicas: 0 };
    object.status.replicas ??= 0;
    object.status.availableReplicas ??= 0;
  },
  validate(object) {
    const errors = validateWorkload(object.spec, 'statefulset');
    const { type } = object.spec.updateStrategy ?? {};
    if (type !== 'RollingUpdate' && type !== 'OnDelete') {
      errors.push(fieldError.invalid('spec.updateStrategy', object.spec.updateStrategy, "must be 'RollingUpdate' or 'OnDelete'"));
    }
    const policy = object.spec.podManagementPolicy;
    if (policy !== 'OrderedReady' && policy !== 'Parallel')
      errors.push(fieldError.invalid('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'"));
    return errors;
  },
  validateUpdate(object, old): FieldError[] {
    const fixed = (spec: object): object => Object.fromEntries(Object.entries(spec).filter(([key]) => !MUTABLE.has(key)));
    if (equalJson(fixed(object.spec), fixed(old.spec))) return [];
    const mutable =
      "'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds'";
    return [fieldError.forbidden('spec', `updates to statefulset spec for fields other than ${mutable} are forbidden`)];
  },
};
