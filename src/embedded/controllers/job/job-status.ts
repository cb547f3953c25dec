import type { Job, JobCondition, JobStatus } from '../../../kube/generated/types.ts';
import { conditionsFor, type JobOutcome } from './job-outcome.ts';

/** The Job with its start time, and with the Suspended condition where suspension plays a part. `now`: RFC 3339. */
export function startOrSuspend(job: Job, now: string): Job {
  const conditions = job.status?.conditions ?? [];
  const known = conditions.find((condition) => condition.type === 'Suspended');
  const set = (condition: Pick<JobCondition, 'status' | 'reason' | 'message'>): JobCondition[] => [
    ...conditions.filter((other) => other !== known),
    { type: 'Suspended', lastProbeTime: now, lastTransitionTime: now, ...condition },
  ];
  if (job.spec.suspend === true) {
    if (known?.status === 'True') return job;
    return { ...job, status: { ...job.status, conditions: set({ status: 'True', reason: 'JobSuspended', message: 'Job suspended' }) } };
  }
  if (known?.status === 'True')
    return {
      ...job,
      status: { ...job.status, startTime: now, conditions: set({ status: 'False', reason: 'JobResumed', message: 'Job resumed' }) },
    };
  return job.status?.startTime === undefined ? { ...job, status: { ...job.status, startTime: now } } : job;
}

/** The status that the Job has now; `isOver`: it has its outcome and none of its Pods is left. `now`: RFC 3339. */
export function statusOf(
  job: Job,
  pods: { active: number; ready: number; terminating: number },
  outcome: JobOutcome | undefined,
  isOver: boolean,
  now: string,
): JobStatus {
  const { active: _, conditions: before = [], succeeded, failed, ...rest } = job.status ?? {};
  const conditions = outcome === undefined ? before : conditionsFor(before, outcome, isOver, now);
  return {
    ...rest,
    ...(pods.active > 0 ? { active: pods.active } : {}),
    ...(succeeded ? { succeeded } : {}),
    ...(failed ? { failed } : {}),
    ready: isOver ? 0 : pods.ready,
    terminating: pods.terminating,
    uncountedTerminatedPods: rest.uncountedTerminatedPods ?? {},
    ...(isOver && outcome?.kind === 'success' ? { completionTime: now } : {}),
    ...(conditions.length > 0 ? { conditions } : {}),
  };
}

/** `Suspended` or `Resumed` when the Job has become so between the two statuses. */
export function suspensionChange(before: JobStatus | undefined, after: JobStatus): 'Suspended' | 'Resumed' | undefined {
  const of = (status: JobStatus | undefined): string | undefined =>
    status?.conditions?.find((condition) => condition.type === 'Suspended')?.status;
  const [old, fresh] = [of(before), of(after)];
  if (fresh === 'True' && old !== 'True') return 'Suspended';
  return fresh === 'False' && old === 'True' ? 'Resumed' : undefined;
}
