import { pauseRemainingMs } from '../../../rollouts/step-machine.ts';
import { currentStepOf } from '../../../rollouts/strategy-defaults.ts';
import type { Pass } from './pass.ts';
import { passIsAborted } from './pass.ts';

/** Pauses at a pause step that the Rollout has just come to, or arranges to wake up when its time is over. */
export function reconcilePauseStep(pass: Pass): void {
  const { rollout, nowMs, decision } = pass;
  if (rollout.spec.paused || passIsAborted(pass) || currentStepOf(rollout)?.step.pause === undefined) return;
  const paused = (rollout.status?.pauseConditions ?? []).some(({ reason }) => reason === 'CanaryPauseStep');
  if (!paused && !rollout.status?.controllerPause) decision.add.push('CanaryPauseStep');
  const remainingMs = pauseRemainingMs(rollout, nowMs);
  if (paused && remainingMs !== undefined && remainingMs > 0) pass.wakeUpsMs.push(remainingMs);
}
