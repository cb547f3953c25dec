import { durationSeconds } from '../rollouts/pause-duration.ts';
import type { Rollout, RolloutCondition } from '../rollouts/rollout.ts';
import { currentStepOf } from '../rollouts/strategy-defaults.ts';
import type { RolloutInfo } from '../rollouts/tree/rollout-info.ts';
import type { WireWaiting } from './wire.ts';

/** Start and end, in cluster time, of the timed pause that runs now. */
export function runningPause(rollout: Rollout): { startMs: number; endMs: number } | undefined {
  const [condition] = rollout.status?.pauseConditions ?? [];
  const duration = currentStepOf(rollout)?.step.pause?.duration;
  if (condition?.reason !== 'CanaryPauseStep' || duration === undefined) return undefined;
  const startMs = Date.parse(condition.startTime);
  return { startMs, endMs: startMs + durationSeconds(duration) * 1000 };
}

/**
 * What stands between a Rollout and its next move. Follows the order in which the controller decides on the phase
 * (argo-rollouts/utils/rollout CalculateRolloutPhase) and says more where the objects around it tell more.
 */
export function waitingFor(rollout: Rollout, info: RolloutInfo): WireWaiting {
  const { spec, status = {} } = rollout;
  const conditions = status.conditions ?? [];
  const because = (reason: string): RolloutCondition | undefined =>
    conditions.find((condition) => condition.reason === reason && condition.status !== 'Unknown');
  if (conditions.some(({ type }) => type === 'InvalidSpec')) return { code: 'invalid' };
  if (info.message.startsWith('waiting for rollout spec update')) return { code: 'observation' };
  const aborted = because('RolloutAborted');
  if (aborted !== undefined) return { code: 'aborted', message: aborted.message };
  const late = because('ProgressDeadlineExceeded');
  if (late !== undefined) return { code: 'deadline', message: late.message };
  if (spec.paused === true) return { code: 'paused-by-hand' };
  const [pause] = status.pauseConditions ?? [];
  if (pause !== undefined) {
    const timed = runningPause(rollout);
    if (timed !== undefined) return { code: 'pause-timer', untilMs: timed.endMs };
    return { code: pause.reason.startsWith('Inconclusive') ? 'inconclusive' : 'promotion' };
  }
  if (status.controllerPause === true) return { code: 'unpause' };
  if (spec.restartAt !== undefined && spec.restartAt !== status.restartedAt && info.status === 'Progressing') return { code: 'restart' };
  if (info.status === 'Healthy') return { code: 'nothing' };
  const unready =
    info.replicaSets.find((set) => (set.canary || set.preview) && set.available < set.replicas) ??
    info.replicaSets.find((set) => set.stable && set.available < set.replicas);
  if (unready !== undefined) return { code: 'pods', available: unready.available, wanted: unready.replicas };
  if (status.promoteFull === true) return { code: 'full-promotion' };
  const step = currentStepOf(rollout)?.step;
  if (step?.analysis !== undefined) return { code: 'analysis' };
  if (step?.experiment !== undefined) return { code: 'experiment' };
  if (info.message === 'old replicas are pending termination') return { code: 'old-pods' };
  return { code: info.status === 'Progressing' ? 'steps' : 'unknown' };
}
