import type { CronJob } from '../../../kube/generated/types.ts';
import { cronJobs } from '../../../kube/resource-type.ts';
import { type FieldError, fieldError } from '../../../kube/status-error.ts';
import { age, ageColumn, column, nameColumn } from './columns/column.ts';
import { templateColumns } from './columns/template-cells.ts';
import { defaultJobSpec, validateJobSpec } from './job.ts';
import type { Resource } from './resource.ts';
import { notNegative } from './workload-validation.ts';

const POLICIES = ['Allow', 'Forbid', 'Replace'];

export const cronJob: Resource<CronJob> = {
  type: cronJobs,
  singular: 'cronjob',
  shortNames: ['cj'],
  categories: ['all'],
  schemaName: 'CronJob',
  hasStatus: true,
  hasGeneration: true,
  columns: [
    nameColumn(),
    column('Schedule', ({ spec }) => spec.schedule),
    column('Timezone', ({ spec }) => spec.timeZone ?? '<none>'),
    column('Suspend', ({ spec }) => (spec.suspend ? 'True' : 'False')),
    column('Active', ({ status }) => (status?.active ?? []).length, 'integer'),
    column('Last Schedule', ({ status }, nowMs) =>
      status?.lastScheduleTime === undefined ? '<none>' : age(status.lastScheduleTime, nowMs),
    ),
    ageColumn(),
    ...templateColumns<CronJob>(
      (object) => object.spec.jobTemplate?.spec?.template,
      (object) => object.spec.jobTemplate?.spec?.selector,
    ),
  ],
  default(object) {
    const spec = (object.spec ??= {} as CronJob['spec']);
    spec.schedule ??= '';
    spec.concurrencyPolicy ||= 'Allow';
    spec.suspend ??= false;
    spec.successfulJobsHistoryLimit ??= 3;
    spec.failedJobsHistoryLimit ??= 1;
    const template = (spec.jobTemplate ??= {} as CronJob['spec']['jobTemplate']);
    const { completions, parallelism, backoffLimit, completionMode, suspend, podReplacementPolicy, manualSelector } = (template.spec ??=
      {} as NonNullable<typeof template.spec>);
    defaultJobSpec(template.spec);
    // Inside a CronJob only the Pod template is defaulted; the Job's own fields are left for the Job.
    Object.assign(template.spec, { completions, parallelism, backoffLimit, completionMode, suspend, podReplacementPolicy, manualSelector });
    for (const [key, value] of Object.entries(template.spec))
      if (value === undefined) delete (template.spec as unknown as Record<string, unknown>)[key];
    object.status ??= {};
  },
  validate(object) {
    const { spec } = object;
    const errors: FieldError[] = [...notNegative('spec.startingDeadlineSeconds', spec.startingDeadlineSeconds)];
    if (object.metadata.name?.length > 52)
      errors.push(fieldError.invalid('metadata.name', object.metadata.name, 'must be no more than 52 characters'));
    if (!spec.schedule) errors.push(fieldError.required('spec.schedule'));
    else if (
      !/^(@(yearly|annually|monthly|weekly|daily|midnight|hourly)|@every .+|\S+( \S+){4})$/.test(spec.schedule.trim().replace(/\s+/g, ' '))
    ) {
      errors.push(
        fieldError.invalid(
          'spec.schedule',
          spec.schedule,
          `expected exactly 5 fields, found ${spec.schedule.trim().split(/\s+/).length}: [${spec.schedule.trim().split(/\s+/).join(' ')}]`,
        ),
      );
    }
    if (!POLICIES.includes(spec.concurrencyPolicy ?? ''))
      errors.push(fieldError.notSupported('spec.concurrencyPolicy', spec.concurrencyPolicy, POLICIES));
    return [...errors, ...validateJobSpec({ completionMode: 'NonIndexed', ...spec.jobTemplate.spec! }, 'spec.jobTemplate.spec')];
  },
};
