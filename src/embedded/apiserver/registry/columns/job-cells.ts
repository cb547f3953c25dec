import { humanDuration } from '../../../../base/duration.ts';
import { isConditionTrue } from '../../../../kube/conditions.ts';
import type { Job } from '../../../../kube/generated/types.ts';

export function jobStatusCell(job: Job): string {
  const has = (type: string): boolean => isConditionTrue(job.status?.conditions, type);
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (job.metadata.deletionTimestamp !== undefined) return 'Terminating';
  for (const type of ['Suspended', 'FailureTarget', 'SuccessCriteriaMet']) if (has(type)) return type;
  return 'Running';
}

export function completionsCell(job: Job): string {
  const succeeded = job.status?.succeeded ?? 0;
  const { completions, parallelism = 1 } = job.spec ?? {};
  if (completions !== undefined) return `${succeeded}/${completions}`;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

export function durationCell(job: Job, nowMs: number): string {
  const { startTime, completionTime } = job.status ?? {};
  if (startTime === undefined) return '';
  return humanDuration((completionTime === undefined ? nowMs : Date.parse(completionTime)) - Date.parse(startTime));
}
