import type { Job, Pod } from '../../../../kube/generated/types.ts';
import { jobs, pods } from '../../../../kube/resource-type.ts';
import { isStatus } from '../../../../kube/status-error.ts';
import type { Measurement } from '../../../../rollouts/analysis/analysis-run.ts';
import type { MetricProvider, ProviderOutcome } from './metric-provider.ts';

/** Runs a Job; its completion is the measurement. */
export const jobProvider: MetricProvider = {
  async run(run, metric, measured, deps) {
    const { metadata = {}, spec } = metric.provider.job!;
    const tail = `.${measured + 1}`;
    const name = `${run.metadata.uid}.${metric.name.slice(0, Math.max(0, 63 - run.metadata.uid.length - 1 - tail.length))}${tail}`;
    const { namespace } = run.metadata;
    const job = {
      metadata: {
        name,
        namespace,
        labels: { ...metadata.labels, 'analysisrun.argoproj.io/uid': run.metadata.uid },
        annotations: {
          ...metadata.annotations,
          'analysisrun.argoproj.io/name': run.metadata.name,
          'analysisrun.argoproj.io/namespace': namespace ?? '',
          'analysisrun.argoproj.io/metric-name': metric.name,
        },
        ownerReferences: [
          {
            apiVersion: 'argoproj.io/v1alpha1',
            kind: 'AnalysisRun',
            name: run.metadata.name,
            uid: run.metadata.uid,
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      },
      spec: spec as unknown as NonNullable<Job['spec']>,
    };
    await deps.api.create(jobs, job).catch((error: unknown) => {
      if (!isStatus(error, 'AlreadyExists')) throw error;
    });
    return { phase: 'Running', metadata: { 'job-name': name, 'job-namespace': namespace ?? '' }, resumeAfterMs: 1000 };
  },

  async resume(run, _metric, measurement, deps) {
    const job = await deps.api.get(jobs, keyOfJob(run.metadata.namespace, measurement));
    if (job === undefined) throw new Error(`jobs.batch "${measurement.metadata?.['job-name']}" not found`);
    const condition = job.status?.conditions?.find(({ type, status }) => status === 'True' && (type === 'Complete' || type === 'Failed'));
    if (condition?.type === 'Complete') return { phase: 'Successful' };
    if (condition?.type === 'Failed') return { phase: 'Failed', ...(condition.message ? { message: condition.message } : {}) };
    const stuck = (await deps.api.list(pods, { namespace: run.metadata.namespace, labelSelector: `job-name=${job.metadata.name}` })).items
      .map(imageProblem)
      .find((problem) => problem !== undefined);
    if (stuck !== undefined) return { phase: 'Inconclusive', message: stuck };
    const elapsedSeconds = Math.max(0, (deps.nowMs - Date.parse(measurement.startedAt ?? '')) / 1000);
    return { phase: 'Running', resumeAfterMs: Math.max(1, Math.sqrt(2 * elapsedSeconds)) * 1000 };
  },

  /** Keeps as many Jobs as measurements: the oldest of the others go. */
  async discard(run, metric, kept, deps) {
    const { items } = await deps.api.list(jobs, {
      namespace: run.metadata.namespace,
      labelSelector: `analysisrun.argoproj.io/uid=${run.metadata.uid}`,
    });
    const own = items
      .filter(({ metadata }) => metadata.annotations?.['analysisrun.argoproj.io/metric-name'] === metric.name)
      .sort((a, b) => Number(a.metadata.name.split('.').at(-1)) - Number(b.metadata.name.split('.').at(-1)));
    for (const job of own.slice(0, Math.max(0, own.length - kept))) {
      await deps.api
        .delete(jobs, { namespace: run.metadata.namespace, name: job.metadata.name }, { propagationPolicy: 'Background' })
        .catch((error: unknown) => {
          if (!isStatus(error, 'NotFound')) throw error;
        });
    }
  },

  async terminate(run, _metric, measurement, deps): Promise<ProviderOutcome> {
    await deps.api
      .delete(jobs, keyOfJob(run.metadata.namespace, measurement), { propagationPolicy: 'Foreground' })
      .catch((error: unknown) => {
        if (!isStatus(error, 'NotFound')) throw error;
      });
    return { phase: 'Inconclusive', message: 'Metric Terminated' };
  },
};

const IMAGE_PROBLEMS = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
]);

/** Why a Pod of the Job cannot start, when that is its image. */
function imageProblem(pod: Pod): string | undefined {
  const waiting = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])]
    .map(({ state }) => state?.waiting)
    .find((state) => IMAGE_PROBLEMS.has(state?.reason ?? ''));
  return waiting === undefined ? undefined : `${waiting.reason}${waiting.message ? `: ${waiting.message}` : ''}`;
}

function keyOfJob(namespace: string | undefined, measurement: Measurement) {
  return { namespace, name: measurement.metadata?.['job-name'] ?? '' };
}
