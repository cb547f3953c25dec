import { equalJson } from '../../../base/equal-json.ts';
import type { DaemonSet } from '../../../kube/generated/types.ts';
import { daemonSets } from '../../../kube/resource-type.ts';
import { ageColumn, column, nameColumn } from './columns/column.ts';
import { labelsCell, templateColumns } from './columns/template-cells.ts';
import { defaultPodTemplate } from './pod-spec-defaults.ts';
import type { Resource } from './resource.ts';
import { immutable, validateWorkload } from './workload-validation.ts';

const GENERATION = 'deprecated.daemonset.template.generation';

export const daemonSet: Resource<DaemonSet> = {
  type: daemonSets,
  singular: 'daemonset',
  shortNames: ['ds'],
  categories: ['all'],
  schemaName: 'DaemonSet',
  hasStatus: true,
  hasGeneration: true,
  columns: [
    nameColumn(),
    column('Desired', ({ status }) => status?.desiredNumberScheduled ?? 0, 'integer'),
    column('Current', ({ status }) => status?.currentNumberScheduled ?? 0, 'integer'),
    column('Ready', ({ status }) => status?.numberReady ?? 0, 'integer'),
    column('Up-to-date', ({ status }) => status?.updatedNumberScheduled ?? 0, 'integer'),
    column('Available', ({ status }) => status?.numberAvailable ?? 0, 'integer'),
    column('Node Selector', ({ spec }) => labelsCell(spec.template?.spec?.nodeSelector)),
    ageColumn(),
    ...templateColumns<DaemonSet>(
      (object) => object.spec.template,
      (object) => object.spec.selector,
    ),
  ],
  default(object) {
    const spec = (object.spec ??= {} as DaemonSet['spec']);
    const strategy = (spec.updateStrategy ??= {});
    strategy.type ||= 'RollingUpdate';
    if (strategy.type === 'RollingUpdate') {
      const rolling = (strategy.rollingUpdate ??= {});
      rolling.maxUnavailable ??= 1;
      rolling.maxSurge ??= 0;
    }
    spec.revisionHistoryLimit ??= 10;
    defaultPodTemplate((spec.template ??= {}));
    const status = (object.status ??= {} as NonNullable<DaemonSet['status']>);
    for (const count of ['currentNumberScheduled', 'desiredNumberScheduled', 'numberMisscheduled', 'numberReady'] as const)
      status[count] ??= 0;
  },
  prepareCreate(object) {
    object.metadata.annotations = { ...object.metadata.annotations, [GENERATION]: '1' };
  },
  prepareUpdate(object, old) {
    const before = Number(old.metadata.annotations?.[GENERATION] ?? '1');
    const now = equalJson(object.spec.template, old.spec.template) ? before : before + 1;
    object.metadata.annotations = { ...object.metadata.annotations, [GENERATION]: String(now) };
  },
  validate: (object) => validateWorkload(object.spec, 'daemonset'),
  validateUpdate: (object, old) => immutable('spec.selector', object.spec.selector, old.spec.selector),
};
