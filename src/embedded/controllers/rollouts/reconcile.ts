import { findCondition } from '../../../kube/conditions.ts';
import { type ObjectKey, parseKey } from '../../../kube/object.ts';
import { aCondition, replaceCondition, setCondition } from '../../../rollouts/conditions.ts';
import { isRollingBackDynamically } from '../../../rollouts/desired-weight.ts';
import { phaseOf } from '../../../rollouts/phase.ts';
import { hashOf } from '../../../rollouts/replica-set-view.ts';
import type { Rollout } from '../../../rollouts/rollout.ts';
import { pauseConditionChanges } from '../../../rollouts/rollout-conditions.ts';
import { stepHash } from '../../../rollouts/step-hash.ts';
import { blueGreenOf, canaryOf, isFullyPromoted } from '../../../rollouts/strategy-defaults.ts';
import { firstProblem, invalidSpecMessage } from '../../../rollouts/validation.ts';
import type { ReconcileResult } from '../controller.ts';
import { reconcileAnalysisRuns } from './analysis-step.ts';
import { runBlueGreenPass } from './blue-green-pass.ts';
import { reconcileExperiments } from './experiment-step.ts';
import { createNewReplicaSet, findNewReplicaSet, ownedReplicaSets, syncNewReplicaSet } from './new-replica-set.ts';
import { createPass, type Pass } from './pass.ts';
import { reconcilePauseStep } from './pause-step.ts';
import { reconcilePodMetadata } from './pod-metadata.ts';
import { cleanUpHistory, isScalingEvent, reconcileReplicaSets } from './replica-sets.ts';
import { reconcileRestart } from './restart.ts';
import { reconcileServices } from './services.ts';
import { writeCounts, writeProgress, writeReset, writeStatus } from './status.ts';
import { reconcileTraffic } from './traffic.ts';
import { updateRollout, withWorkloadTemplate } from './workload.ts';
import { RESYNC_MS, type World } from './world.ts';

/** How an invalid Rollout is looked at again: 1 ms doubling to 10 s, since what it misses may appear without an event. */
const INVALID_RETRY = { firstMs: 1, lastMs: 10_000 };
const BROKEN_REFERENCE_RETRY_MS = 20_000;

/**
 * The reconcile of one Rollout: one look, a few writes, at most one status patch at the end. The order of the parts is what
 * clients see as the order of events. `invalidPasses` counts consecutive passes over an invalid spec by key.
 */
export async function reconcileRollout(world: World, key: string, invalidPasses: Map<string, number>): Promise<ReconcileResult> {
  const stored = world.rollouts.get(parseKey(key));
  if (stored === undefined || stored.metadata.deletionTimestamp !== undefined) {
    invalidPasses.delete(key);
    return {};
  }
  const rollout = await withWorkloadTemplate(world, stored);
  if (typeof rollout === 'string') {
    await writeInvalidSpec(world, stored, `The Rollout "${stored.metadata.name}" is invalid: ${rollout}`);
    return { requeueAfterMs: BROKEN_REFERENCE_RETRY_MS };
  }
  const problem = firstProblem(rollout, referencesOf(world, rollout.metadata.namespace));
  if (problem !== undefined) {
    await writeInvalidSpec(world, rollout, invalidSpecMessage(rollout, problem));
    const passes = invalidPasses.get(key) ?? 0;
    invalidPasses.set(key, passes + 1);
    return { requeueAfterMs: Math.min(INVALID_RETRY.firstMs * 2 ** passes, INVALID_RETRY.lastMs) };
  }
  invalidPasses.delete(key);
  const owned = await ownedReplicaSets(world, rollout);
  const pass = createPass(world, rollout, { newRS: findNewReplicaSet(rollout, owned), owned });
  await runPass(pass);
  return { requeueAfterMs: Math.max(1, Math.min(RESYNC_MS, ...pass.wakeUpsMs)) };
}

async function runPass(pass: Pass): Promise<void> {
  const { world } = pass;
  if (pass.newRS === undefined) return createNewReplicaSet(pass);
  if (pass.rollout.spec.replicas === undefined) {
    await updateRollout(world, { ...pass.rollout, spec: { ...pass.rollout.spec, replicas: 1 } });
    return;
  }
  if (isFullyPromoted(pass.rollout) && pass.rollout.status?.abort) pass.decision.removeAbort = true;
  if (await writePauseConditions(pass)) return;
  if (isScalingEvent(pass)) {
    await reconcileReplicaSets(pass);
    return writeCounts(pass);
  }
  await syncNewReplicaSet(pass);
  const { currentPodHash, currentStepHash } = pass.rollout.status ?? {};
  if (currentPodHash !== hashOf(pass.newRS) || currentStepHash !== stepHash(canaryOf(pass.rollout).steps)) return writeReset(pass);

  if (await reconcileRestart(pass)) return;
  if (blueGreenOf(pass.rollout) !== undefined) return runBlueGreenPass(pass);
  await reconcilePodMetadata(pass);
  await cleanUpHistory(pass);
  await reconcileServices(pass, isRollingBackDynamically(pass.rollout, pass.newRS, pass.stableRS));
  await reconcileTraffic(pass);
  await reconcileExperiments(pass);
  await reconcileAnalysisRuns(pass);
  // A pass that scaled, or that pauses for an analysis, ends here: its status says what it saw before.
  const scaled = pass.decision.add.length === 0 && (await reconcileReplicaSets(pass));
  if (!scaled && pass.decision.add.length === 0) reconcilePauseStep(pass);
  await writeProgress(pass);
}

function referencesOf(world: World, namespace: string | undefined) {
  const key = (name: string): ObjectKey => ({ namespace, name });
  return {
    service: (name: string) => world.services.get(key(name)),
    ingress: (name: string) => world.ingresses.get(key(name)),
    analysisTemplate: (name: string, clusterScope: boolean) =>
      clusterScope ? world.clusterAnalysisTemplates?.get({ name }) : world.analysisTemplates.get(key(name)),
  };
}

async function writeInvalidSpec(world: World, rollout: Rollout, message: string): Promise<void> {
  const before = findCondition(rollout.status?.conditions, 'InvalidSpec');
  const conditions =
    before?.message === message
      ? (rollout.status?.conditions ?? [])
      : replaceCondition(
          rollout.status?.conditions ?? [],
          aCondition(world.deps.clock.nowMs(), 'InvalidSpec', 'True', 'InvalidSpec', message),
        );
  const status = { ...rollout.status, conditions, observedGeneration: String(rollout.metadata.generation ?? 0) };
  await writeStatus(world, rollout, { ...status, ...phaseOf(rollout.spec, status) });
}

/** Stores that a pause or an abort began or ended. A pass that had to does nothing else. */
async function writePauseConditions(pass: Pass): Promise<boolean> {
  const { rollout, nowMs, world } = pass;
  if (rollout.status?.observedGeneration !== String(rollout.metadata.generation ?? 0)) return false;
  const changes = pauseConditionChanges(rollout, nowMs);
  if (changes.length === 0) return false;
  let conditions = (rollout.status?.conditions ?? []).filter(({ type }) => type !== 'InvalidSpec');
  for (const change of changes) conditions = setCondition(conditions, change).conditions;
  const status = { ...rollout.status, conditions };
  await writeStatus(world, rollout, { ...status, ...phaseOf(rollout.spec, status) });
  return true;
}
