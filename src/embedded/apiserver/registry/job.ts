import type { Job, JobSpec } from '../../../kube/generated/types.ts';
import { selectorMatches } from '../../../kube/label-selector.ts';
import { jobs } from '../../../kube/resource-type.ts';
import { type FieldError, fieldError } from '../../../kube/status-error.ts';
import { ageColumn, column, nameColumn } from './columns/column.ts';
import { completionsCell, durationCell, jobStatusCell } from './columns/job-cells.ts';
import { templateColumns } from './columns/template-cells.ts';
import { defaultPodTemplate } from './pod-spec-defaults.ts';
import { validatePodTemplate } from './pod-spec-validation.ts';
import type { Resource } from './resource.ts';
import { immutable, notNegative } from './workload-validation.ts';

export const job: Resource<Job> = {
  type: jobs,
  singular: 'job',
  shortNames: [],
  categories: ['all'],
  schemaName: 'Job',
  hasStatus: true,
  hasGeneration: true,
  selectableFields: { 'status.successful': ({ status }) => String(status?.succeeded ?? 0) },
  columns: [
    nameColumn(),
    column('Status', jobStatusCell),
    column('Completions', completionsCell),
    column('Duration', durationCell),
    ageColumn(),
    ...templateColumns<Job>(
      (object) => object.spec.template,
      (object) => object.spec.selector,
    ),
  ],
  default(object) {
    defaultJobSpec((object.spec ??= {} as JobSpec));
    object.status ??= {};
  },
  /** `metadata.uid` must be set before: the selector and the labels carry it. */
  prepareCreate(object, ctx) {
    const { spec, metadata } = object;
    if (spec.manualSelector) return;
    const uid = (metadata.uid ??= ctx.uid());
    const labels = {
      'batch.kubernetes.io/controller-uid': uid,
      'batch.kubernetes.io/job-name': metadata.name,
      'controller-uid': uid,
      'job-name': metadata.name,
    };
    const template = (spec.template.metadata ??= {});
    template.labels = { ...template.labels, ...labels };
    // Upstream's defaulting copies the template's labels to a Job that has none.
    if (Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...template.labels };
    spec.selector ??= { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } };
  },
  prepareUpdate(object, old) {
    object.spec.selector ??= structuredClone(old.spec.selector);
    object.spec.template.metadata ??= structuredClone(old.spec.template.metadata);
  },
  validate(object) {
    return validateJob(object);
  },
  validateUpdate(object, old) {
    return [
      ...immutable('spec.completions', object.spec.completions, old.spec.completions),
      ...immutable('spec.selector', object.spec.selector, old.spec.selector),
      ...immutable('spec.template', object.spec.template, old.spec.template),
      ...immutable('spec.completionMode', object.spec.completionMode, old.spec.completionMode),
    ];
  },
};

/** Shared with the template of a CronJob. */
export function defaultJobSpec(spec: JobSpec): void {
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  spec.parallelism ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : 2_147_483_647;
  spec.completionMode ||= 'NonIndexed';
  spec.suspend ??= false;
  spec.podReplacementPolicy ||= spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed';
  spec.manualSelector ??= false;
  const template = (spec.template ??= {});
  const { restartPolicy } = template.spec ?? {};
  defaultPodTemplate(template);
  // A Job's template must name its policy, so the Pod's default is taken back for validation to see.
  if (!restartPolicy) template.spec!.restartPolicy = 'Always';
}

function validateJob(object: Job): FieldError[] {
  const { spec } = object;
  const errors = validateJobSpec(spec, 'spec');
  if (spec.selector === undefined) errors.push(fieldError.required('spec.selector'));
  else if (!selectorMatches(spec.selector, spec.template.metadata?.labels ?? {})) {
    errors.push(
      fieldError.invalid(
        'spec.template.metadata.labels',
        spec.template.metadata?.labels ?? {},
        '`selector` does not match template `labels`',
      ),
    );
  }
  return errors;
}

export function validateJobSpec(spec: JobSpec, at: string): FieldError[] {
  const errors = [
    ...notNegative(`${at}.parallelism`, spec.parallelism),
    ...notNegative(`${at}.completions`, spec.completions),
    ...notNegative(`${at}.backoffLimit`, spec.backoffLimit),
    ...notNegative(`${at}.activeDeadlineSeconds`, spec.activeDeadlineSeconds),
    ...notNegative(`${at}.ttlSecondsAfterFinished`, spec.ttlSecondsAfterFinished),
    ...validatePodTemplate(spec.template, `${at}.template`),
  ];
  if (spec.completionMode !== 'NonIndexed' && spec.completionMode !== 'Indexed') {
    errors.push(fieldError.notSupported(`${at}.completionMode`, spec.completionMode, ['NonIndexed', 'Indexed']));
  }
  const policy = spec.template.spec?.restartPolicy;
  if (policy === 'Always') errors.push(fieldError.required(`${at}.template.spec.restartPolicy`, 'valid values: "OnFailure", "Never"'));
  return errors;
}
