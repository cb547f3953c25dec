import { rfc3339 } from '../../../base/clock.ts';
import { isConditionTrue } from '../../../kube/conditions.ts';
import type { CronJob, CronJobStatus, Job } from '../../../kube/generated/types.ts';
import { controllerOf, keyOf, keyString, parseKey } from '../../../kube/object.ts';
import { cronJobs, jobs } from '../../../kube/resource-type.ts';
import { isStatus } from '../../../kube/status-error.ts';
import { sameJson } from '../canonical-json.ts';
import { Controller, type ControllerDeps, DONE, type ReconcileResult } from '../controller.ts';
import { controllerRef, isControlledBy } from '../controller-ref.ts';
import { isJobFinished } from '../job/job-outcome.ts';
import { isNamespaceTerminating } from '../pod-control.ts';
import { WrittenVersions } from '../written-versions.ts';
import { type CronSchedule, nextFiring, parseCron } from './cron-schedule.ts';

const SCHEDULED = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

/** Starts Jobs on a schedule (k8s.io/kubernetes/pkg/controller/cronjob). Schedules run in UTC; another `timeZone` is refused with an event. */
export function createCronJobController(deps: ControllerDeps): Controller {
  const { api, informers, events, clock } = deps;
  const cache = informers.for(cronJobs);
  const jobCache = informers.for(jobs);
  const versions = new WrittenVersions();

  const remove = async (cron: CronJob, job: Job): Promise<void> => {
    try {
      await api.delete(jobs, keyOf(job), { propagationPolicy: 'Background' });
    } catch (error) {
      if (!isStatus(error, 'NotFound')) throw error;
    }
    events.record(cron, 'Normal', 'SuccessfulDelete', `Deleted job ${job.metadata.name}`);
  };

  const prune = async (cron: CronJob, own: readonly Job[]): Promise<void> => {
    const oldest = (type: string): Job[] =>
      own
        .filter((job) => isConditionTrue(job.status?.conditions, type))
        .sort((a, b) => Date.parse(a.metadata.creationTimestamp) - Date.parse(b.metadata.creationTimestamp));
    for (const [type, limit] of [
      ['Complete', cron.spec.successfulJobsHistoryLimit ?? 3],
      ['Failed', cron.spec.failedJobsHistoryLimit ?? 1],
    ] as const) {
      const finished = oldest(type);
      for (const job of finished.slice(0, Math.max(0, finished.length - limit))) await remove(cron, job);
    }
  };

  /** The last firing that has passed and was not used yet. */
  const missed = (cron: CronJob, schedule: CronSchedule): number | undefined => {
    const nowMs = clock.nowMs();
    let earliestMs = Date.parse(cron.status?.lastScheduleTime ?? cron.metadata.creationTimestamp);
    if (cron.spec.startingDeadlineSeconds !== undefined)
      earliestMs = Math.max(earliestMs, nowMs - cron.spec.startingDeadlineSeconds * 1000);
    let last: number | undefined;
    for (let at = nextFiring(schedule, earliestMs); at !== undefined && at <= nowMs; at = nextFiring(schedule, at)) last = at;
    return last;
  };

  const start = async (cron: CronJob, atMs: number): Promise<Job | undefined> => {
    const { metadata, spec } = cron.spec.jobTemplate;
    try {
      const job = await api.create(jobs, {
        apiVersion: 'batch/v1',
        kind: 'Job',
        spec: structuredClone(spec!),
        metadata: {
          name: `${cron.metadata.name}-${Math.floor(atMs / 60_000)}`,
          namespace: cron.metadata.namespace,
          ...(metadata?.labels ? { labels: metadata.labels } : {}),
          annotations: { ...metadata?.annotations, [SCHEDULED]: rfc3339(atMs) },
          ownerReferences: [controllerRef(cronJobs, cron)],
        },
      });
      events.record(cron, 'Normal', 'SuccessfulCreate', `Created job ${job.metadata.name}`);
      return job;
    } catch (error) {
      if (isStatus(error, 'AlreadyExists'))
        return api.get(jobs, { namespace: cron.metadata.namespace, name: `${cron.metadata.name}-${Math.floor(atMs / 60_000)}` });
      if (isNamespaceTerminating(error)) return undefined;
      events.record(cron, 'Warning', 'FailedCreate', `Error creating job: ${error instanceof Error ? error.message : String(error)}`);
      throw error;
    }
  };

  const reconcile = async (key: string): Promise<ReconcileResult> => {
    const cron = cache.get(parseKey(key));
    if (cron === undefined || cron.metadata.deletionTimestamp !== undefined || versions.isStale(cron)) return DONE;
    const own = jobCache.by('owner', cron.metadata.uid).filter((job) => isControlledBy(job, cron));
    let status: CronJobStatus = { ...cron.status };
    for (const reference of cron.status?.active ?? []) {
      const job =
        own.find((candidate) => candidate.metadata.uid === reference.uid) ??
        (await api.get(jobs, { namespace: cron.metadata.namespace, name: reference.name ?? '' }));
      if (job !== undefined && !isJobFinished(job)) continue;
      status = { ...status, active: (status.active ?? []).filter((other) => other.uid !== reference.uid) };
      if (job === undefined) {
        events.record(cron, 'Normal', 'MissingJob', `Active job went missing: ${reference.name}`);
        continue;
      }
      const succeeded = isConditionTrue(job.status?.conditions, 'Complete');
      events.record(
        cron,
        'Normal',
        'SawCompletedJob',
        `Saw completed job: ${job.metadata.name}, condition: ${succeeded ? 'Complete' : 'Failed'}`,
      );
      if (succeeded && job.status?.completionTime !== undefined && (status.lastSuccessfulTime ?? '') < job.status.completionTime)
        status = { ...status, lastSuccessfulTime: job.status.completionTime };
    }
    await prune(cron, own);
    const schedule = parseCron(cron.spec.schedule);
    if (schedule === undefined)
      events.record(cron, 'Warning', 'UnparseableSchedule', `unparseable schedule: ${JSON.stringify(cron.spec.schedule)}`);
    const isElsewhere = cron.spec.timeZone !== undefined && cron.spec.timeZone !== 'Etc/UTC' && cron.spec.timeZone !== 'UTC';
    if (isElsewhere) events.record(cron, 'Warning', 'UnknownTimeZone', `timeZone "${cron.spec.timeZone}" is not modelled`);
    const runs = schedule !== undefined && !isElsewhere && cron.spec.suspend !== true;
    const dueMs = runs ? missed(cron, schedule) : undefined;
    if (dueMs !== undefined) status = await fire(cron, own, status, dueMs);
    if (!sameJson(status, cron.status ?? {})) versions.wrote(await api.update(cronJobs, { ...cron, status }, { subresource: 'status' }));
    const next = runs ? nextFiring(schedule, clock.nowMs()) : undefined;
    return next === undefined ? DONE : { requeueAfterMs: next - clock.nowMs() };
  };

  const fire = async (cron: CronJob, own: readonly Job[], before: CronJobStatus, dueMs: number): Promise<CronJobStatus> => {
    let active = before.active ?? [];
    if (cron.spec.concurrencyPolicy === 'Forbid' && active.length > 0) {
      events.record(
        cron,
        'Normal',
        'JobAlreadyActive',
        'Not starting job because prior execution is running and concurrency policy is Forbid',
      );
      return before;
    }
    if (cron.spec.concurrencyPolicy === 'Replace') {
      for (const job of own) if (active.some((reference) => reference.uid === job.metadata.uid)) await remove(cron, job);
      active = [];
    }
    const job = await start(cron, dueMs);
    if (job === undefined) return before;
    const { name, namespace, uid, resourceVersion } = job.metadata;
    return {
      ...before,
      active: [...active, { apiVersion: 'batch/v1', kind: 'Job', name, namespace, uid, resourceVersion }],
      lastScheduleTime: rfc3339(dueMs),
    };
  };

  const controller = new Controller({ name: 'cronjob', reconcile }, deps);
  cache.onChange((change) => {
    if (change.type === 'deleted') versions.forget(change.object.metadata.uid);
    controller.enqueue(keyString(keyOf(change.object)));
  });
  jobCache.onChange(({ object }) => {
    const owner = controllerOf(object);
    if (owner?.kind === 'CronJob') controller.enqueue(keyString({ namespace: object.metadata.namespace, name: owner.name }));
  });
  return controller;
}
