import { rfc3339 } from '../../../base/clock.ts';
import type { Job, JobCondition, JobStatus, Pod } from '../../../kube/generated/types.ts';
import { selectorMatches } from '../../../kube/label-selector.ts';
import { controllerOf, type Draft, keyOf, keyString, parseKey } from '../../../kube/object.ts';
import { jobs, pods } from '../../../kube/resource-type.ts';
import { isStatus } from '../../../kube/status-error.ts';
import { sameJson } from '../canonical-json.ts';
import { claim } from '../claim.ts';
import { Controller, type ControllerDeps, DONE, type ReconcileResult } from '../controller.ts';
import { Expectations } from '../expectations.ts';
import { indexOrphans } from '../orphan-index.ts';
import { createPod, deletePod, isNamespaceTerminating } from '../pod-control.ts';
import { podFromTemplate } from '../pod-from-template.ts';
import { isPodFinished, isPodReady } from '../pod-state.ts';
import { podsToDelete } from '../replicaset/pods-to-delete.ts';
import { slowStart } from '../slow-start.ts';
import { watchDependentPods } from '../watch-dependent-pods.ts';
import { WrittenVersions } from '../written-versions.ts';
import { formatIndexes, parseIndexes } from './completed-indexes.ts';
import { replacementDelayMs } from './job-backoff.ts';
import { conditionsFor, deadlineMs, isJobFinished, type JobOutcome, jobOutcome } from './job-outcome.ts';

/** Keeps a finished Pod until the Job has counted it. */
const TRACKING = 'batch.kubernetes.io/job-tracking';
/** Marks the keys of Pods in the queue of Jobs. */
const ORPHAN = 'pod ';
const INDEX = 'batch.kubernetes.io/job-completion-index';

const isRunning = (pod: Pod): boolean => !isPodFinished(pod) && pod.metadata.deletionTimestamp === undefined;
const indexOf = (pod: Pod): number => Number(pod.metadata.annotations?.[INDEX] ?? -1);

/** Runs Pods to completion (k8s.io/kubernetes/pkg/controller/job). Pod failure and success policies are left out. */
export function createJobController(deps: ControllerDeps): Controller {
  const { api, informers, events, clock } = deps;
  const cache = informers.for(jobs);
  const podCache = informers.for(pods);
  const expectations = new Expectations(clock);
  indexOrphans(podCache);
  /** Pods whose tracking finalizer we took off; the cache may still show it. */
  const counted = new Set<string>();
  const versions = new WrittenVersions();
  const writeStatus = async (job: Job, status: JobStatus): Promise<Job> => {
    const written = await api.update(jobs, { ...job, status }, { subresource: 'status' });
    versions.wrote(written);
    return written;
  };

  const isTracked = (pod: Pod): boolean => pod.metadata.finalizers?.includes(TRACKING) === true && !counted.has(pod.metadata.uid);
  const untrack = async (pod: Pod): Promise<void> => {
    try {
      await api.patch(pods, keyOf(pod), {
        type: 'strategic',
        body: { metadata: { uid: pod.metadata.uid, '$deleteFromPrimitiveList/finalizers': [TRACKING] } },
      });
    } catch (error) {
      if (!isStatus(error, 'NotFound', 'Conflict')) throw error;
    }
    counted.add(pod.metadata.uid);
  };

  /** Moves finished Pods into the counts: noted in the status, finalizer off, counted. A crash in between counts no Pod twice. */
  const count = async (job: Job, claimed: readonly Pod[]): Promise<Job> => {
    const tracked = claimed.filter((pod) => isTracked(pod) && (isPodFinished(pod) || pod.metadata.deletionTimestamp !== undefined));
    const noted = job.status?.uncountedTerminatedPods ?? {};
    const known = new Set([...(noted.succeeded ?? []), ...(noted.failed ?? [])]);
    // Pods that suspension removed are neither success nor failure.
    const isIgnored = (pod: Pod): boolean => job.spec.suspend === true && !isPodFinished(pod);
    const fresh = tracked.filter((pod) => !known.has(pod.metadata.uid) && !isIgnored(pod));
    const uids = (phase: 'succeeded' | 'failed'): string[] => [
      ...(noted[phase] ?? []),
      ...fresh.filter((pod) => (pod.status?.phase === 'Succeeded') === (phase === 'succeeded')).map((pod) => pod.metadata.uid),
    ];
    const succeeded = uids('succeeded');
    const failed = uids('failed');
    let current = job;
    if (fresh.length > 0) {
      current = await writeStatus(job, {
        ...job.status,
        uncountedTerminatedPods: { ...(succeeded.length > 0 ? { succeeded } : {}), ...(failed.length > 0 ? { failed } : {}) },
      });
    }
    for (const pod of tracked) await untrack(pod);
    if (succeeded.length + failed.length === 0) return current;
    const total = (phase: 'succeeded' | 'failed', uidsOf: string[]): number => (current.status?.[phase] ?? 0) + uidsOf.length;
    const indexes =
      job.spec.completionMode === 'Indexed'
        ? formatIndexes([
            ...parseIndexes(current.status?.completedIndexes),
            ...claimed.filter((pod) => pod.status?.phase === 'Succeeded').map(indexOf),
          ])
        : undefined;
    const status: JobStatus = {
      ...current.status,
      uncountedTerminatedPods: {},
      ...(indexes ? { completedIndexes: indexes } : {}),
      succeeded: indexes === undefined ? total('succeeded', succeeded) : parseIndexes(indexes).size,
      failed: total('failed', failed),
    };
    return { ...current, status };
  };

  const create = async (job: Job, wanted: number, claimed: readonly Pod[]): Promise<void> => {
    const indexes = job.spec.completionMode === 'Indexed' ? freeIndexes(job, claimed).slice(0, wanted) : undefined;
    const { error } = await slowStart(indexes?.length ?? wanted, async (at) => {
      expectations.expectCreations(job.metadata.uid, 1);
      try {
        await createPod(deps, jobs, job, podOf(job, indexes?.[at]));
      } catch (failure) {
        expectations.creationObserved(job.metadata.uid);
        throw failure;
      }
    });
    if (error !== undefined && !isNamespaceTerminating(error)) throw error;
  };

  const remove = async (job: Job, doomed: readonly Pod[]): Promise<void> => {
    expectations.expectDeletions(
      job.metadata.uid,
      doomed.map((pod) => pod.metadata.uid),
    );
    for (const pod of doomed) {
      try {
        await deletePod(deps, jobs, job, pod);
      } catch (error) {
        expectations.deletionObserved(job.metadata.uid, pod.metadata.uid);
        if (!isStatus(error, 'NotFound')) throw error;
      }
    }
  };

  /** Starts and stops Pods towards what the Job wants now; answers with how many are active and when to look again. */
  const manage = async (
    job: Job,
    claimed: readonly Pod[],
    outcome: JobOutcome | undefined,
  ): Promise<{ active: number; waitMs?: number }> => {
    const running = claimed.filter(isRunning);
    if (outcome !== undefined || job.spec.suspend === true) {
      await remove(job, running);
      return { active: 0 };
    }
    const { completions, parallelism = 1 } = job.spec;
    const succeeded = job.status?.succeeded ?? 0;
    const target =
      completions === undefined
        ? succeeded > 0
          ? Math.min(running.length, parallelism)
          : parallelism
        : Math.min(Math.max(0, completions - succeeded), parallelism);
    if (running.length > target) {
      await remove(job, podsToDelete(running, running.length - target));
      return { active: target };
    }
    const replacesFailedOnly = job.spec.podReplacementPolicy === 'Failed';
    const held = replacesFailedOnly
      ? claimed.filter((pod) => !isPodFinished(pod) && pod.metadata.deletionTimestamp !== undefined).length
      : 0;
    const missing = target - running.length - held;
    if (missing <= 0) return { active: running.length };
    const waitMs = replacementDelayMs(claimed, clock.nowMs());
    if (waitMs > 0) return { active: running.length, waitMs };
    await create(job, missing, claimed);
    return { active: running.length + missing };
  };

  /** A tracked Pod that no Job controls: its Job was deleted and left it behind, or let it go. Nobody will count it. */
  const releaseOrphan = async (key: string): Promise<ReconcileResult> => {
    const pod = podCache.get(parseKey(key));
    if (pod === undefined || !isTracked(pod)) return DONE;
    const owner = controllerOf(pod);
    const job = owner === undefined ? undefined : await api.get(jobs, { namespace: pod.metadata.namespace, name: owner.name });
    if (owner === undefined || (owner.kind === 'Job' && job?.metadata.uid !== owner.uid)) await untrack(pod);
    return DONE;
  };

  const reconcile = async (key: string): Promise<ReconcileResult> => {
    if (key.startsWith(ORPHAN)) return releaseOrphan(key.slice(ORPHAN.length));
    const { namespace, name } = parseKey(key);
    const stored = cache.get({ namespace, name });
    if (stored === undefined || isJobFinished(stored)) {
      // Nobody counts these Pods any more.
      for (const pod of podCache.list(namespace)) {
        const owner = controllerOf(pod);
        if (owner?.kind === 'Job' && owner.name === name && (stored === undefined || owner.uid === stored.metadata.uid) && isTracked(pod))
          await untrack(pod);
      }
      return DONE;
    }
    if (versions.isStale(stored)) return DONE;
    if (stored.spec.managedBy !== undefined && stored.spec.managedBy !== 'kubernetes.io/job-controller') return DONE;
    const maySync = expectations.satisfied(stored.metadata.uid);
    const claimed = await claim(api, podCache, { type: jobs, object: stored, selector: stored.spec.selector }, isRunning);
    const job = await count(stored, claimed);
    const nowMs = clock.nowMs();
    const now = rfc3339(nowMs);
    const started = startOrSuspend(job, now);
    const running = claimed.filter(isRunning);
    const counts = { active: running.length, succeeded: started.status?.succeeded ?? 0, failed: started.status?.failed ?? 0 };
    const outcome = jobOutcome(started, counts, running, nowMs);
    const mayManage = maySync && started.metadata.deletionTimestamp === undefined;
    const { active, waitMs } = mayManage ? await manage(started, claimed, outcome) : { active: running.length, waitMs: undefined };
    const deleting =
      claimed.filter((pod) => !isPodFinished(pod) && pod.metadata.deletionTimestamp !== undefined).length +
      (outcome === undefined ? 0 : running.length);
    const isOver = outcome !== undefined && active === 0 && deleting === 0;
    const status = statusOf(started, { active, ready: running.filter(isPodReady).length, terminating: deleting }, outcome, isOver, now);
    if (!sameJson(status, stored.status)) await writeStatus(job, status);
    if (isOver) {
      if (outcome.kind === 'success') events.record(stored, 'Normal', 'Completed', 'Job completed');
      else events.record(stored, 'Warning', outcome.reason, outcome.message);
    }
    recordSuspension(stored, status);
    const deadline = deadlineMs(started);
    const waits = [waitMs, outcome === undefined && deadline !== undefined ? Math.max(1, deadline - nowMs) : undefined].filter(
      (ms): ms is number => ms !== undefined,
    );
    return waits.length === 0 ? DONE : { requeueAfterMs: Math.min(...waits) };
  };

  const recordSuspension = (before: Job, after: JobStatus): void => {
    const of = (conditions: readonly JobCondition[] | undefined): string | undefined =>
      conditions?.find((condition) => condition.type === 'Suspended')?.status;
    const [old, fresh] = [of(before.status?.conditions), of(after.conditions)];
    if (fresh === 'True' && old !== 'True') events.record(before, 'Normal', 'Suspended', 'Job suspended');
    if (fresh === 'False' && old === 'True') events.record(before, 'Normal', 'Resumed', 'Job resumed');
  };

  const isOfKnownJob = (pod: Pod): boolean => {
    const owner = controllerOf(pod);
    return owner !== undefined && cache.get({ namespace: pod.metadata.namespace, name: owner.name })?.metadata.uid === owner.uid;
  };

  const controller = new Controller({ name: 'job', reconcile, concurrency: 5 }, deps);
  cache.onChange((change) => {
    if (change.type === 'deleted') {
      expectations.forget(change.object.metadata.uid);
      versions.forget(change.object.metadata.uid);
    }
    controller.enqueue(keyString(keyOf(change.object)));
  });
  podCache.onChange(({ type, object: pod }) => {
    if (type === 'deleted') counted.delete(pod.metadata.uid);
    else if (isTracked(pod) && !isOfKnownJob(pod)) controller.enqueue(ORPHAN + keyString(keyOf(pod)));
  });
  watchDependentPods(podCache, {
    ownerKind: 'Job',
    expectations,
    ownerChanged: (namespace, name) => controller.enqueue(keyString({ namespace, name })),
    orphanChanged: (pod) => {
      for (const job of cache.list(pod.metadata.namespace))
        if (selectorMatches(job.spec.selector, pod.metadata.labels)) controller.enqueue(keyString(keyOf(job)));
    },
  });
  return controller;
}

function podOf(job: Job, index: number | undefined): Draft<Pod> {
  const draft = podFromTemplate(jobs, job, job.spec.template);
  const { labels, annotations, finalizers = [], ...metadata } = draft.metadata;
  const mark: Record<string, string> = index === undefined ? {} : { [INDEX]: String(index) };
  const spec =
    index === undefined
      ? draft.spec
      : {
          ...draft.spec,
          hostname: `${job.metadata.name}-${index}`,
          containers: draft.spec.containers.map((container) => ({
            ...container,
            env: [
              ...(container.env ?? []),
              { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: `metadata.labels['${INDEX}']` } } },
            ],
          })),
        };
  return {
    ...draft,
    spec,
    metadata: {
      ...metadata,
      ...(index === undefined ? {} : { generateName: `${job.metadata.name}-${index}-` }),
      labels: { ...labels, ...mark },
      ...(annotations || index !== undefined ? { annotations: { ...annotations, ...mark } } : {}),
      finalizers: [...finalizers, TRACKING],
    },
  };
}

function freeIndexes(job: Job, claimed: readonly Pod[]): number[] {
  const taken = new Set([
    ...parseIndexes(job.status?.completedIndexes),
    ...claimed.filter((pod) => isRunning(pod) || pod.status?.phase === 'Succeeded').map(indexOf),
  ]);
  return Array.from({ length: job.spec.completions ?? 0 }, (_, index) => index).filter((index) => !taken.has(index));
}

/** Start time, and the Suspended condition where suspension plays a part. */
function startOrSuspend(job: Job, now: string): Job {
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

function statusOf(
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
