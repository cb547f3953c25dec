import type { Job, JobStatus, Pod } from '../../../kube/generated/types.ts';
import type { KubeApi } from '../../../kube/kube-api.ts';
import { keyOf } from '../../../kube/object.ts';
import { pods } from '../../../kube/resource-type.ts';
import { isStatus } from '../../../kube/status-error.ts';
import { isPodFinished } from '../pod-state.ts';
import { formatIndexes, parseIndexes } from './completed-indexes.ts';
import { indexOf, TRACKING } from './job-pod.ts';

/** Keeps count of the Pods of Jobs that have ended: each holds on by a finalizer until it has been counted. */
export interface FinishedPods {
  /** Whether the Pod still waits to be counted. */
  isTracked(pod: Pod): boolean;
  /** Lets the Pod go. */
  untrack(pod: Pod): Promise<void>;
  /** Moves finished Pods into the counts: noted in the status, finalizer off, counted. A crash in between counts no Pod twice. */
  count(job: Job, claimed: readonly Pod[]): Promise<Job>;
  /** The Pod is gone. */
  forget(pod: Pod): void;
}

/** `writeStatus` writes the Job's status and resolves with the Job as stored. */
export function createFinishedPods(api: KubeApi, writeStatus: (job: Job, status: JobStatus) => Promise<Job>): FinishedPods {
  /** Pods whose tracking finalizer we took off; the cache may still show it. */
  const counted = new Set<string>();

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

  return {
    isTracked,
    untrack,
    count,
    forget: (pod) => {
      counted.delete(pod.metadata.uid);
    },
  };
}
