import { rfc3339 } from '../../../base/clock.ts';
import type { Job, JobStatus, Pod } from '../../../kube/generated/types.ts';
import { selectorMatches } from '../../../kube/label-selector.ts';
import { controllerOf, keyOf, keyString, parseKey } from '../../../kube/object.ts';
import { jobs, pods } from '../../../kube/resource-type.ts';
import { isStatus } from '../../../kube/status-error.ts';
import { sameJson } from '../canonical-json.ts';
import { claim } from '../claim.ts';
import { Controller, type ControllerDeps, DONE, type ReconcileResult } from '../controller.ts';
import { Expectations } from '../expectations.ts';
import { indexOrphans } from '../orphan-index.ts';
import { createPod, deletePod, isNamespaceTerminating } from '../pod-control.ts';
import { isPodFinished, isPodReady } from '../pod-state.ts';
import { podsToDelete } from '../replicaset/pods-to-delete.ts';
import { slowStart } from '../slow-start.ts';
import { watchDependentPods } from '../watch-dependent-pods.ts';
import { WrittenVersions } from '../written-versions.ts';
import { createFinishedPods } from './finished-pods.ts';
import { replacementDelayMs } from './job-backoff.ts';
import { deadlineMs, isJobFinished, type JobOutcome, jobOutcome } from './job-outcome.ts';
import { freeIndexes, isRunning, podOfJob } from './job-pod.ts';
import { startOrSuspend, statusOf, suspensionChange } from './job-status.ts';

/** Marks the keys of Pods in the queue of Jobs. */
const ORPHAN = 'pod ';

/** Runs Pods to completion (k8s.io/kubernetes/pkg/controller/job). Pod failure and success policies are left out. */
export function createJobController(deps: ControllerDeps): Controller {
  const { api, informers, events, clock } = deps;
  const cache = informers.for(jobs);
  const podCache = informers.for(pods);
  const expectations = new Expectations(clock);
  indexOrphans(podCache);
  const versions = new WrittenVersions();
  const writeStatus = async (job: Job, status: JobStatus): Promise<Job> => {
    const written = await api.update(jobs, { ...job, status }, { subresource: 'status' });
    versions.wrote(written);
    return written;
  };
  const finished = createFinishedPods(api, writeStatus);

  const create = async (job: Job, wanted: number, claimed: readonly Pod[]): Promise<void> => {
    const indexes = job.spec.completionMode === 'Indexed' ? freeIndexes(job, claimed).slice(0, wanted) : undefined;
    const { error } = await slowStart(indexes?.length ?? wanted, async (at) => {
      expectations.expectCreations(job.metadata.uid, 1);
      try {
        await createPod(deps, jobs, job, podOfJob(job, indexes?.[at]));
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
    if (pod === undefined || !finished.isTracked(pod)) return DONE;
    const owner = controllerOf(pod);
    const job = owner === undefined ? undefined : await api.get(jobs, { namespace: pod.metadata.namespace, name: owner.name });
    if (owner === undefined || (owner.kind === 'Job' && job?.metadata.uid !== owner.uid)) await finished.untrack(pod);
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
        if (
          owner?.kind === 'Job' &&
          owner.name === name &&
          (stored === undefined || owner.uid === stored.metadata.uid) &&
          finished.isTracked(pod)
        )
          await finished.untrack(pod);
      }
      return DONE;
    }
    if (versions.isStale(stored)) return DONE;
    if (stored.spec.managedBy !== undefined && stored.spec.managedBy !== 'kubernetes.io/job-controller') return DONE;
    const maySync = expectations.satisfied(stored.metadata.uid);
    const claimed = await claim(api, podCache, { type: jobs, object: stored, selector: stored.spec.selector }, isRunning);
    const job = await finished.count(stored, claimed);
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
    const suspension = suspensionChange(stored.status, status);
    if (suspension !== undefined) events.record(stored, 'Normal', suspension, `Job ${suspension.toLowerCase()}`);
    const deadline = deadlineMs(started);
    const waits = [waitMs, outcome === undefined && deadline !== undefined ? Math.max(1, deadline - nowMs) : undefined].filter(
      (ms): ms is number => ms !== undefined,
    );
    return waits.length === 0 ? DONE : { requeueAfterMs: Math.min(...waits) };
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
    if (type === 'deleted') finished.forget(pod);
    else if (finished.isTracked(pod) && !isOfKnownJob(pod)) controller.enqueue(ORPHAN + keyString(keyOf(pod)));
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
