import { findCondition } from '../kube/conditions.ts';
import type { Rollout, RolloutPhase, RolloutSpec, RolloutStatus } from './rollout.ts';
import { hasTrafficRouting } from './strategy-defaults.ts';

/** The phase and message that the controller stores; the first condition that holds wins. */
export function phaseOf(spec: RolloutSpec, status: RolloutStatus): { phase: RolloutPhase; message: string } {
  const invalid = findCondition(status.conditions, 'InvalidSpec');
  if (invalid !== undefined) return { phase: 'Degraded', message: `InvalidSpec: ${invalid.message}` };
  const failed = status.conditions?.find(({ reason }) => reason === 'RolloutAborted' || reason === 'ProgressDeadlineExceeded');
  if (failed !== undefined) return { phase: 'Degraded', message: `${failed.reason}: ${failed.message}` };
  if (spec.paused) return { phase: 'Paused', message: 'manually paused' };
  const pause = status.pauseConditions?.[0];
  if (pause !== undefined) return { phase: 'Paused', message: pause.reason };
  const progressing = (message: string): { phase: RolloutPhase; message: string } => ({ phase: 'Progressing', message });
  if (spec.restartAt !== undefined && spec.restartAt !== status.restartedAt) return progressing('rollout is restarting');
  const updated = status.updatedReplicas ?? 0;
  if (updated < (spec.replicas ?? 1)) return progressing('more replicas need to be updated');
  if ((status.availableReplicas ?? 0) < updated) return progressing('updated replicas are still becoming available');
  if (spec.strategy.blueGreen !== undefined) {
    if (!status.blueGreen?.activeSelector || status.blueGreen.activeSelector !== status.currentPodHash)
      return progressing('active service cutover pending');
    if (!status.stableRS || status.stableRS !== status.currentPodHash) {
      const post = status.blueGreen.postPromotionAnalysisRunStatus !== undefined;
      return progressing(post ? 'waiting for post-promotion verification to complete' : 'waiting for analysis to complete');
    }
    return { phase: 'Healthy', message: '' };
  }
  if (!hasTrafficRouting({ spec } as Rollout) && (status.replicas ?? 0) > updated)
    return progressing('old replicas are pending termination');
  if (!status.stableRS || status.stableRS !== status.currentPodHash) return progressing('waiting for all steps to complete');
  return { phase: 'Healthy', message: '' };
}
