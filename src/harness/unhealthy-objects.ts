import type { AnyObject } from '../kube/object.ts';
import { valueAt } from './checks/path-value.ts';

/** Whether something about the object asks for a closer look: it is not ready, not complete, has failed or has been restarted. */
export function isUnhealthy(kind: string, object: AnyObject): boolean {
  const at = (...path: string[]): unknown => valueAt(object, path);
  const count = (...path: string[]): number => Number(at(...path) ?? 0);
  const wanted = Number(at('spec', 'replicas') ?? 1);
  switch (kind) {
    case 'Pod': {
      if (at('status', 'phase') === 'Succeeded') return false;
      const containers = (at('status', 'containerStatuses') ?? []) as { restartCount?: number }[];
      return at('status', 'conditions', 'type=Ready', 'status') !== 'True' || containers.some(({ restartCount = 0 }) => restartCount > 0);
    }
    case 'Node':
      return at('status', 'conditions', 'type=Ready', 'status') !== 'True';
    case 'Deployment':
    case 'ReplicaSet':
    case 'StatefulSet':
      return count('status', 'availableReplicas') < wanted;
    case 'DaemonSet':
      return count('status', 'numberReady') < count('status', 'desiredNumberScheduled');
    case 'Rollout':
      return at('status', 'phase') !== 'Healthy';
    case 'AnalysisRun':
    case 'Experiment':
      return ['Failed', 'Error', 'Inconclusive'].includes(String(at('status', 'phase')));
    case 'Job':
      return count('status', 'failed') > 0;
    case 'PersistentVolumeClaim':
      return at('status', 'phase') !== 'Bound';
    case 'Namespace':
      return at('status', 'phase') === 'Terminating';
    default:
      return false;
  }
}
