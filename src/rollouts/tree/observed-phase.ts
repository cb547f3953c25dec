import { phaseOf } from '../phase.ts';
import type { Rollout, RolloutPhase } from '../rollout.ts';

const WORKLOAD_GENERATION = 'rollout.argoproj.io/workload-generation';

/** What a client says about a Rollout; `message` is empty when there is nothing to add. */
export interface ObservedPhase {
  phase: RolloutPhase;
  message: string;
}

/**
 * The stored phase, unless the controller has not caught up with the object yet: argo-rollouts/utils/rollout
 * GetRolloutPhase. An older `observedGeneration` that is not a number counts as caught up.
 */
export function observedPhase(rollout: Rollout): ObservedPhase {
  const { metadata, spec, status = {} } = rollout;
  const generation = metadata.generation ?? 0;
  if (/^\d+$/.test(status.observedGeneration ?? '') && Number(status.observedGeneration) < generation) {
    return { phase: 'Progressing', message: 'waiting for rollout spec update to be observed' };
  }
  if (status.controllerPause === true && (status.pauseConditions ?? []).length === 0)
    return { phase: 'Progressing', message: 'waiting for rollout to unpause' };
  if (spec.workloadRef !== undefined) {
    const wanted = metadata.annotations?.[WORKLOAD_GENERATION];
    const seen = status.workloadObservedGeneration;
    if (wanted !== undefined && /^\d+$/.test(seen ?? '') && Number(seen) < Number(wanted)) {
      return { phase: 'Progressing', message: 'waiting for rollout spec update to be observed for the reference workload' };
    }
  }
  return status.phase === undefined ? phaseOf(spec, status) : { phase: status.phase, message: status.message ?? '' };
}

/** One line: `Healthy`, `Degraded`, or `PHASE - MESSAGE`. */
export function phaseLine({ phase, message }: ObservedPhase): string {
  return phase === 'Healthy' || phase === 'Degraded' || message === '' ? phase : `${phase} - ${message}`;
}
