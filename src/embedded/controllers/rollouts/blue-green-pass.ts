import {
  blueGreenPromotionReason,
  isFastTracked,
  isPreviewReady,
  isPromotionPauseComplete,
  isSaturated,
  needsPromotionPause,
  promotionPauseRemainingMs,
} from '../../../rollouts/blue-green.ts';
import { countsOf, hashOf } from '../../../rollouts/replica-set-view.ts';
import { POD_TEMPLATE_HASH, type RolloutStatus } from '../../../rollouts/rollout.ts';
import { blueGreenOf, scaleDownDelaySeconds } from '../../../rollouts/strategy-defaults.ts';
import { reconcileAnalysisRuns } from './analysis-step.ts';
import { hasSeparateStable, type Pass, passIsAborted } from './pass.ts';
import { reconcilePodMetadata } from './pod-metadata.ts';
import { cleanUpHistory, reconcileReplicaSets, withDeadline } from './replica-sets.ts';
import { switchService } from './services.ts';
import { activeCounts, writeBlueGreenProgress } from './status.ts';

/** One look at a blue-green Rollout: Pods, then Services, then analyses and the pause before the switch. */
export async function runBlueGreenPass(pass: Pass): Promise<void> {
  // Decided before the Pods are touched: what still runs from before the delay is over needs no second trial.
  const fastTracked = isFastTracked(pass.rollout, pass.newRS, pass.stableRS);
  await reconcileReplicaSets(pass);
  await cleanUpHistory(pass);
  await reconcileBlueGreenServices(pass, fastTracked);
  await reconcilePodMetadata(pass);
  if (!fastTracked || passIsAborted(pass)) await reconcileAnalysisRuns(pass);
  else await reconcileAnalysisRuns(pass, { skip: true });
  if (pass.decision.add.length === 0) reconcilePromotionPause(pass, fastTracked);
  const active = selectedHash(pass, blueGreenOf(pass.rollout)!.activeService);
  const reason = blueGreenPromotionReason(pass.rollout, {
    hasStable: pass.stableRS !== undefined,
    activeSelector: active,
    currentPodHash: hashOf(pass.newRS),
    aborted: passIsAborted(pass),
    ready: isSaturated(pass.rollout, pass.newRS),
    fastTracked,
    postPromotionPhase: pass.analysis.post?.status,
  });
  if (reason !== undefined && hasSeparateStable(pass)) await delayScaleDown(pass);
  await writeBlueGreenProgress(pass, reason, (status) => describeServices(pass, status, active));
}

function selectedHash({ world, rollout }: Pass, name: string | undefined): string {
  if (!name) return '';
  return world.services.get({ namespace: rollout.metadata.namespace, name })?.spec?.selector?.[POD_TEMPLATE_HASH] ?? '';
}

/** The preview follows a new version at once; the active Service when the version is complete, tried and released. */
async function reconcileBlueGreenServices(pass: Pass, fastTracked: boolean): Promise<void> {
  const { rollout, newRS, stableRS, nowMs } = pass;
  const { activeService, previewService, prePromotionAnalysis } = blueGreenOf(rollout)!;
  if (previewService) await switchService(pass, previewService, newRS, { evenIfUnavailable: true });
  if (passIsAborted(pass)) {
    if (stableRS !== undefined) await switchService(pass, activeService, stableRS, { evenIfUnavailable: true });
    return;
  }
  if (!isSaturated(rollout, newRS)) return;
  const tried = prePromotionAnalysis === undefined || rollout.status?.blueGreen?.prePromotionAnalysisRunStatus?.status === 'Successful';
  if (fastTracked || (tried && isPromotionPauseComplete(rollout, nowMs)))
    await switchService(pass, activeService, newRS, { evenIfUnavailable: true });
}

/** Pauses before the switch when that is asked for, and ends the pause when its time is over. */
function reconcilePromotionPause(pass: Pass, fastTracked: boolean): void {
  const { rollout, newRS, nowMs, decision } = pass;
  const { pauseConditions = [], controllerPause, blueGreen } = rollout.status ?? {};
  const { activeService, prePromotionAnalysis } = blueGreenOf(rollout)!;
  if (rollout.spec.paused || passIsAborted(pass) || fastTracked || !needsPromotionPause(rollout)) return;
  if (selectedHash(pass, activeService) === hashOf(newRS) || !isPreviewReady(rollout, newRS)) return;
  if (prePromotionAnalysis !== undefined && pass.analysis.pre?.status !== 'Successful') return;
  if (pauseConditions.length === 0) {
    if (!controllerPause && !blueGreen?.scaleUpPreviewCheckPoint) decision.add.push('BlueGreenPause');
    return;
  }
  const remainingMs = promotionPauseRemainingMs(rollout, nowMs);
  if (remainingMs === 0) decision.remove.push('BlueGreenPause');
  else if (remainingMs !== undefined) pass.wakeUpsMs.push(remainingMs);
}

/** The version that was stable keeps its Pods for a while after the promotion. */
async function delayScaleDown(pass: Pass): Promise<void> {
  const seconds = scaleDownDelaySeconds(pass.rollout);
  if (seconds > 0 && countsOf(pass.stableRS).spec > 0) pass.stableRS = await withDeadline(pass, pass.stableRS!, seconds);
}

/** Selectors, the checkpoint of a limited preview, and counts that are those of the active version. */
function describeServices(pass: Pass, status: RolloutStatus, active: string): void {
  const { rollout, newRS, nowMs } = pass;
  const { previewService, previewReplicaCount } = blueGreenOf(rollout)!;
  const { activeSelector: _, previewSelector: __, scaleUpPreviewCheckPoint: ___, ...kept } = rollout.status?.blueGreen ?? {};
  const preview = selectedHash(pass, previewService);
  const promoted = status.stableRS === status.currentPodHash;
  const tried = blueGreenOf(rollout)!.prePromotionAnalysis === undefined || pass.analysis.pre?.status === 'Successful';
  const checkpoint =
    !promoted &&
    !passIsAborted(pass) &&
    previewReplicaCount !== undefined &&
    active !== hashOf(newRS) &&
    (rollout.status?.blueGreen?.scaleUpPreviewCheckPoint === true ||
      (tried && isPreviewReady(rollout, newRS) && pass.decision.add.length === 0 && isPromotionPauseComplete(rollout, nowMs)));
  status.blueGreen = {
    ...kept,
    ...(preview === '' ? {} : { previewSelector: preview }),
    ...(active === '' ? {} : { activeSelector: active }),
    ...(checkpoint ? { scaleUpPreviewCheckPoint: true } : {}),
    prePromotionAnalysisRunStatus: pass.analysis.pre,
    postPromotionAnalysisRunStatus: pass.analysis.post,
  };
  Object.assign(status, activeCounts(pass, active));
}
