import { findCondition } from '../kube/conditions.ts';
import type { ReplicaSet } from '../kube/generated/types.ts';
import { countsOf, hashOf } from './replica-set-view.ts';
import { DESIRED_REPLICAS } from './revision.ts';
import { type Rollout, SCALE_DOWN_DEADLINE } from './rollout.ts';
import { blueGreenOf, replicasOf } from './strategy-defaults.ts';

/** How many Pods the version being tried gets: fewer than all only for a preview of limited size that was not promoted yet. */
export function previewReplicas(rollout: Rollout, newRS: ReplicaSet | undefined): number {
  const replicas = replicasOf(rollout);
  const { previewReplicaCount } = blueGreenOf(rollout) ?? {};
  const { stableRS, promoteFull, blueGreen } = rollout.status ?? {};
  if (previewReplicaCount === undefined || !stableRS || !blueGreen?.activeSelector || promoteFull) return replicas;
  return blueGreen.activeSelector === hashOf(newRS) || blueGreen.scaleUpPreviewCheckPoint ? replicas : previewReplicaCount;
}

/** Whether the ReplicaSet has every Pod that the Rollout asks for, available. */
export function isSaturated(rollout: Rollout, rs: ReplicaSet | undefined): boolean {
  const { spec, available } = countsOf(rs);
  const replicas = replicasOf(rollout);
  return (
    rs !== undefined &&
    spec === replicas &&
    available === replicas &&
    (rs.metadata.annotations?.[DESIRED_REPLICAS] ?? String(replicas)) === String(replicas)
  );
}

/** Whether the preview has the Pods that it is tried with. */
export function isPreviewReady(rollout: Rollout, newRS: ReplicaSet | undefined): boolean {
  return (
    newRS !== undefined &&
    countsOf(newRS).spec > 0 &&
    countsOf(newRS).available >= Math.min(countsOf(newRS).spec, previewReplicas(rollout, newRS))
  );
}

/**
 * Whether pause and pre-promotion analysis are skipped: a full promotion, the first version, or one whose Pods still run from
 * before. After a retry the deadline is the abort's and does not count.
 */
export function isFastTracked(rollout: Rollout, newRS: ReplicaSet | undefined, stableRS: ReplicaSet | undefined): boolean {
  if (rollout.status?.promoteFull || stableRS === undefined || hashOf(stableRS) === hashOf(newRS)) return true;
  const retried = findCondition(rollout.status?.conditions, 'Progressing')?.reason === 'RolloutRetry';
  return !retried && newRS?.metadata.annotations?.[SCALE_DOWN_DEADLINE] !== undefined;
}

export function needsPromotionPause(rollout: Rollout): boolean {
  const { autoPromotionEnabled = true, autoPromotionSeconds = 0 } = blueGreenOf(rollout) ?? {};
  return !autoPromotionEnabled || autoPromotionSeconds > 0;
}

/** Milliseconds until a pause before the switch is over by itself; `undefined` when only a client can end it or none runs. */
export function promotionPauseRemainingMs(rollout: Rollout, nowMs: number): number | undefined {
  const { autoPromotionSeconds = 0 } = blueGreenOf(rollout) ?? {};
  const startTime = rollout.status?.pauseConditions?.find(({ reason }) => reason === 'BlueGreenPause')?.startTime;
  if (startTime === undefined || autoPromotionSeconds <= 0) return undefined;
  return Math.max(0, Date.parse(startTime) + autoPromotionSeconds * 1000 - nowMs);
}

/** Whether the pause before the switch is over, or was never needed. */
export function isPromotionPauseComplete(rollout: Rollout, nowMs: number): boolean {
  const { pauseConditions = [], controllerPause, blueGreen } = rollout.status ?? {};
  if (pauseConditions.length > 0) return promotionPauseRemainingMs(rollout, nowMs) === 0 && pauseConditions.length === 1;
  return !needsPromotionPause(rollout) || controllerPause === true || blueGreen?.scaleUpPreviewCheckPoint === true;
}

/** Why the current version becomes the stable one now, or `undefined`. Models argo-rollouts/rollout/sync.go shouldFullPromote. */
export function blueGreenPromotionReason(
  rollout: Rollout,
  facts: {
    hasStable: boolean;
    activeSelector: string;
    currentPodHash: string;
    aborted: boolean;
    ready: boolean;
    fastTracked: boolean;
    postPromotionPhase: string | undefined;
  },
): string | undefined {
  if (!facts.hasStable || facts.activeSelector === '') return 'Initial deploy';
  if (facts.activeSelector !== facts.currentPodHash || !facts.ready) return undefined;
  if (rollout.status?.promoteFull) return 'Full promotion requested';
  if (facts.aborted) return undefined;
  if (blueGreenOf(rollout)?.postPromotionAnalysis !== undefined && !facts.fastTracked && facts.postPromotionPhase !== 'Successful')
    return undefined;
  return 'Completed blue-green update';
}
