import { isConditionTrue } from '../../../kube/conditions.ts';
import type { Job, JobCondition, Pod } from '../../../kube/generated/types.ts';

/** How a Job ends, or is about to. */
export interface JobOutcome {
  kind: 'success' | 'failure';
  reason: string;
  message: string;
}

export const SUCCESS: JobOutcome = { kind: 'success', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' };
const BACKOFF: JobOutcome = { kind: 'failure', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
const DEADLINE: JobOutcome = { kind: 'failure', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' };

export interface JobCounts {
  active: number;
  succeeded: number;
  failed: number;
}

export function isJobFinished(job: Job): boolean {
  return isConditionTrue(job.status?.conditions, 'Complete') || isConditionTrue(job.status?.conditions, 'Failed');
}

/** The outcome that the counts decide, or that was decided before; `undefined` while the Job goes on (job_controller.go syncJob). */
export function jobOutcome(job: Job, counts: JobCounts, running: readonly Pod[], nowMs: number): JobOutcome | undefined {
  const { spec, status } = job;
  const target = status?.conditions?.find((condition) => condition.type === 'FailureTarget' && condition.status === 'True');
  if (target !== undefined) return { kind: 'failure', reason: target.reason ?? '', message: target.message ?? '' };
  if (isConditionTrue(status?.conditions, 'SuccessCriteriaMet')) return SUCCESS;
  const limit = spec.backoffLimit ?? 6;
  if (counts.failed > limit || isPastRestarts(job, running, limit)) return BACKOFF;
  if (deadlineMs(job) !== undefined && deadlineMs(job)! <= nowMs) return DEADLINE;
  const reached = spec.completions === undefined ? counts.succeeded > 0 && counts.active === 0 : counts.succeeded >= spec.completions;
  return reached && spec.suspend !== true ? SUCCESS : undefined;
}

/** When `activeDeadlineSeconds` runs out (ms since the epoch). */
export function deadlineMs(job: Job): number | undefined {
  const { activeDeadlineSeconds, suspend } = job.spec;
  const { startTime } = job.status ?? {};
  return activeDeadlineSeconds === undefined || startTime === undefined || suspend === true
    ? undefined
    : Date.parse(startTime) + activeDeadlineSeconds * 1000;
}

function isPastRestarts(job: Job, running: readonly Pod[], limit: number): boolean {
  if (job.spec.template.spec?.restartPolicy !== 'OnFailure') return false;
  const restarts = running
    .flatMap((pod) => [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])])
    .reduce((sum, status) => sum + status.restartCount, 0);
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

/** Conditions after `outcome`: first the announcement, and once no Pod is left the end itself. */
export function conditionsFor(before: readonly JobCondition[], outcome: JobOutcome, isOver: boolean, now: string): JobCondition[] {
  const { kind, reason, message } = outcome;
  const types = [
    kind === 'success' ? 'SuccessCriteriaMet' : 'FailureTarget',
    ...(isOver ? [kind === 'success' ? 'Complete' : 'Failed'] : []),
  ];
  const missing = types.filter((type) => !isConditionTrue(before, type));
  return [
    ...before,
    ...missing.map((type): JobCondition => ({ type, status: 'True', lastProbeTime: now, lastTransitionTime: now, reason, message })),
  ];
}
