import { findCondition } from '../../../kube/conditions.ts';
import type { Pod } from '../../../kube/generated/types.ts';

/** --horizontal-pod-autoscaler-cpu-initialization-period. */
const CPU_INITIALIZATION_MS = 300_000;
/** --horizontal-pod-autoscaler-initial-readiness-delay. */
const INITIAL_READINESS_MS = 30_000;

/** What a Pod is known to use of one resource, in thousandths, over a window. */
export interface Measurement {
  milli: number;
  atMs: number;
  windowMs: number;
}

export interface PodGroups {
  ready: number;
  /** Not counted on, for they have not begun to work. */
  unready: Pod[];
  missing: Pod[];
  /** On their way out, or ended. */
  ignored: Pod[];
}

/** Which Pods' measurements say something (podautoscaler groupPods). Starting Pods burn CPU that is no sign of load. */
export function groupPods(pods: readonly Pod[], measured: ReadonlyMap<string, Measurement>, resource: string, nowMs: number): PodGroups {
  const groups: PodGroups = { ready: 0, unready: [], missing: [], ignored: [] };
  for (const pod of pods) {
    const known = measured.get(pod.metadata.name);
    if (pod.metadata.deletionTimestamp !== undefined || pod.status?.phase === 'Failed') groups.ignored.push(pod);
    else if (pod.status?.phase === 'Pending') groups.unready.push(pod);
    else if (known === undefined) groups.missing.push(pod);
    else if (resource === 'cpu' && isStarting(pod, known, nowMs)) groups.unready.push(pod);
    else groups.ready += 1;
  }
  return groups;
}

function isStarting(pod: Pod, known: Measurement, nowMs: number): boolean {
  const ready = findCondition(pod.status?.conditions, 'Ready');
  if (ready === undefined || pod.status?.startTime === undefined) return true;
  const startMs = Date.parse(pod.status.startTime);
  const sinceMs = Date.parse(ready.lastTransitionTime ?? pod.status.startTime);
  if (startMs + CPU_INITIALIZATION_MS > nowMs) return ready.status === 'False' || known.atMs < sinceMs + known.windowMs;
  return ready.status === 'False' && startMs + INITIAL_READINESS_MS > sinceMs;
}
