import type { Job } from '../../../kube/generated/types.ts';
import { keyOf, keyString, parseKey } from '../../../kube/object.ts';
import { jobs } from '../../../kube/resource-type.ts';
import { isStatus } from '../../../kube/status-error.ts';
import { Controller, type ControllerDeps, DONE, type ReconcileResult } from '../controller.ts';

/** Deletes finished Jobs `ttlSecondsAfterFinished` after their end (k8s.io/kubernetes/pkg/controller/ttlafterfinished). */
export function createTtlController(deps: ControllerDeps): Controller {
  const { api, informers, clock } = deps;
  const cache = informers.for(jobs);

  const reconcile = async (key: string): Promise<ReconcileResult> => {
    const job = cache.get(parseKey(key));
    const dueMs = job === undefined || job.metadata.deletionTimestamp !== undefined ? undefined : expiryMs(job);
    if (job === undefined || dueMs === undefined) return DONE;
    if (dueMs > clock.nowMs()) return { requeueAfterMs: dueMs - clock.nowMs() };
    try {
      await api.delete(jobs, keyOf(job), {
        propagationPolicy: 'Foreground',
        preconditions: { uid: job.metadata.uid, resourceVersion: job.metadata.resourceVersion },
      });
    } catch (error) {
      if (!isStatus(error, 'NotFound')) throw error;
    }
    return DONE;
  };

  const controller = new Controller({ name: 'ttl-after-finished', reconcile }, deps);
  cache.onChange((change) => {
    if (change.type !== 'deleted' && expiryMs(change.object) !== undefined) controller.enqueue(keyString(keyOf(change.object)));
  });
  return controller;
}

function expiryMs(job: Job): number | undefined {
  const end = job.status?.conditions?.find(
    (condition) => (condition.type === 'Complete' || condition.type === 'Failed') && condition.status === 'True',
  );
  if (job.spec.ttlSecondsAfterFinished === undefined || end?.lastTransitionTime === undefined) return undefined;
  return Date.parse(end.lastTransitionTime) + job.spec.ttlSecondsAfterFinished * 1000;
}
