import { rfc3339 } from '../../../base/clock.ts';
import type { ReplicaSet } from '../../../kube/generated/types.ts';
import { keyOf } from '../../../kube/object.ts';
import { countsOf, hashOf } from '../../../rollouts/replica-set-view.ts';
import { replicaTargets } from '../../../rollouts/replica-targets.ts';
import { DESIRED_REPLICAS, revisionOf } from '../../../rollouts/revision.ts';
import { POD_TEMPLATE_HASH, SCALE_DOWN_DEADLINE } from '../../../rollouts/rollout.ts';
import {
  abortScaleDownDelaySeconds,
  blueGreenOf,
  canaryOf,
  isFullyPromoted,
  replicasOf,
  scaleDownDelayRevisionLimit,
  scaleDownDelaySeconds,
  servicesOf,
  surgeAndUnavailable,
} from '../../../rollouts/strategy-defaults.ts';
import { allReplicaSets, hasSeparateStable, type Pass, passIsAborted } from './pass.ts';
import { RESYNC_MS, record } from './world.ts';

/** Moves the ReplicaSets one step towards their counts. Resolves to true as soon as one of them was scaled. */
export async function reconcileReplicaSets(pass: Pass): Promise<boolean> {
  const inconclusive = (pass.rollout.status?.pauseConditions ?? []).some(
    ({ reason }) => reason === 'InconclusiveAnalysisRun' || reason === 'InconclusiveExperiment',
  );
  if (pass.rollout.spec.paused || inconclusive) return false;
  const delayed = isScaleDownDelayedByAbort(pass);
  if (pass.newRS !== undefined && !delayed) pass.newRS = await withoutDeadline(pass, pass.newRS);
  if (pass.stableRS !== undefined && hasSeparateStable(pass)) pass.stableRS = await withoutDeadline(pass, pass.stableRS);
  return (await scaleStable(pass)) || (await scaleNew(pass, delayed)) || (await scaleOthers(pass));
}

/** Whether an abort keeps the canary's Pods for a while. */
function isScaleDownDelayedByAbort(pass: Pass): boolean {
  const { rollout } = pass;
  if (!passIsAborted(pass) || isFullyPromoted(rollout) || !hasSeparateStable(pass)) return false;
  const stillRouted = canaryOf(rollout).dynamicStableScale === true && (rollout.status?.canary?.weights?.canary.weight ?? 0) > 0;
  return abortScaleDownDelaySeconds(rollout) !== undefined && !stillRouted;
}

async function scaleStable(pass: Pass): Promise<boolean> {
  if (!hasSeparateStable(pass)) return false;
  const { rs, scaled } = await scale(pass, pass.stableRS!, replicaTargets(pass.rollout, pass).stable);
  pass.stableRS = rs;
  return scaled;
}

async function scaleNew(pass: Pass, delayed: boolean): Promise<boolean> {
  if (pass.newRS === undefined) return false;
  let target = replicaTargets(pass.rollout, pass).canary;
  if (delayed) {
    const { spec } = countsOf(pass.newRS);
    if (deadlineOf(pass.newRS) === undefined && spec > 0) {
      if (countsOf(pass.stableRS).available < replicasOf(pass.rollout)) return false;
      pass.newRS = await withDeadline(pass, pass.newRS, abortScaleDownDelaySeconds(pass.rollout)!);
    }
    target = isWaiting(pass, pass.newRS) ? spec : 0;
  }
  const { rs, scaled } = await scale(pass, pass.newRS, target);
  if (pass.stableRS?.metadata.uid === rs.metadata.uid) pass.stableRS = rs;
  pass.newRS = rs;
  return scaled;
}

/** Drains what is neither canary nor stable: newest first, unavailable Pods first, never below the wanted availability. */
async function scaleOthers(pass: Pass): Promise<boolean> {
  const { rollout } = pass;
  // Pods that a ReplicaSet was just told to give up may still be counted as available.
  const serving = allReplicaSets(pass)
    .map(countsOf)
    .reduce((sum, { spec, available }) => sum + Math.min(spec, available), 0);
  let budget = serving - (replicasOf(rollout) - surgeAndUnavailable(rollout).maxUnavailable);
  let annotated = 0;
  let scaledAny = false;
  const limit = scaleDownDelayRevisionLimit(rollout);
  const isBlueGreen = blueGreenOf(rollout) !== undefined;
  for (const old of [...pass.otherRSs].sort((a, b) => revisionOf(b) - revisionOf(a))) {
    let rs = old;
    const { spec, available } = countsOf(rs);
    if (spec === 0 || isReferenced(pass, rs)) continue;
    const unavailable = Math.max(0, spec - available);
    if (isBlueGreen) {
      // Versions that were never active carry no deadline and go at once.
      if (deadlineOf(rs) !== undefined) {
        annotated += 1;
        if (annotated <= limit && isWaiting(pass, rs)) continue;
      }
      const drained = await scale(pass, rs, 0);
      replaceOther(pass, drained.rs);
      scaledAny ||= drained.scaled;
      continue;
    }
    if (isFullyPromoted(rollout) && scaleDownDelaySeconds(rollout) > 0) {
      if (deadlineOf(rs) === undefined) rs = await withDeadline(pass, rs, scaleDownDelaySeconds(rollout));
      annotated += 1;
      replaceOther(pass, rs);
      if (annotated <= limit && isWaiting(pass, rs)) continue;
    }
    const removed = Math.min(spec, unavailable + Math.max(0, budget));
    if (removed === 0) continue;
    budget -= Math.max(0, removed - unavailable);
    const result = await scale(pass, rs, spec - removed);
    replaceOther(pass, result.rs);
    scaledAny ||= result.scaled;
  }
  return scaledAny;
}

function replaceOther(pass: Pass, rs: ReplicaSet): void {
  pass.otherRSs = pass.otherRSs.map((other) => (other.metadata.uid === rs.metadata.uid ? rs : other));
}

/** Whether traffic may still reach the ReplicaSet. */
function isReferenced({ rollout, world }: Pass, rs: ReplicaSet): boolean {
  const { stableRS, currentPodHash, canary } = rollout.status ?? {};
  if (blueGreenOf(rollout) !== undefined) return [stableRS, currentPodHash].includes(hashOf(rs));
  const selected = servicesOf(rollout).map(
    (name) => world.services.get({ namespace: rollout.metadata.namespace, name })?.spec?.selector?.[POD_TEMPLATE_HASH],
  );
  return [stableRS, currentPodHash, canary?.weights?.canary.podTemplateHash, canary?.weights?.stable.podTemplateHash, ...selected].includes(
    hashOf(rs),
  );
}

async function scale(pass: Pass, rs: ReplicaSet, replicas: number): Promise<{ rs: ReplicaSet; scaled: boolean }> {
  const { spec } = countsOf(rs);
  const desired = String(replicasOf(pass.rollout));
  if (spec === replicas && rs.metadata.annotations?.[DESIRED_REPLICAS] === desired) return { rs, scaled: false };
  const endsDelay =
    replicas === 0 && spec > 0 && deadlineOf(rs) !== undefined && !(passIsAborted(pass) && rs.metadata.uid === pass.newRS?.metadata.uid);
  const written = await pass.world.replicaSets.patch(keyOf(rs), {
    type: 'merge',
    body: {
      metadata: { annotations: { [DESIRED_REPLICAS]: desired, ...(endsDelay ? { [SCALE_DOWN_DEADLINE]: null } : {}) } },
      ...(spec === replicas ? {} : { spec: { replicas } }),
    },
  });
  if (spec === replicas) return { rs: written, scaled: false };
  record(
    pass.world,
    pass.rollout,
    'Normal',
    'ScalingReplicaSet',
    `Scaled ${replicas > spec ? 'up' : 'down'} ReplicaSet ${rs.metadata.name} (revision ${revisionOf(rs)}) from ${spec} to ${replicas}`,
  );
  return { rs: written, scaled: true };
}

/** Whether the desired count that a running ReplicaSet was last scaled for is not the Rollout's any more. */
export function isScalingEvent(pass: Pass): boolean {
  return [pass.newRS, pass.stableRS].some((rs) => {
    const desired = rs?.metadata.annotations?.[DESIRED_REPLICAS];
    return countsOf(rs).spec > 0 && desired !== undefined && desired !== String(replicasOf(pass.rollout));
  });
}

function deadlineOf(rs: ReplicaSet): string | undefined {
  return rs.metadata.annotations?.[SCALE_DOWN_DEADLINE];
}

/** Whether the deadline lies ahead; the pass wakes up at it. One beyond the resync period does not count (upstream's quirk). */
function isWaiting(pass: Pass, rs: ReplicaSet): boolean {
  const deadline = deadlineOf(rs);
  if (deadline === undefined) return false;
  const remainingMs = Date.parse(deadline) - pass.nowMs;
  if (remainingMs <= 0 || remainingMs > RESYNC_MS) return false;
  pass.wakeUpsMs.push(remainingMs);
  return true;
}

/** The ReplicaSet with its Pods' end written on it. */
export function withDeadline(pass: Pass, rs: ReplicaSet, seconds: number): Promise<ReplicaSet> {
  const path =
    rs.metadata.annotations === undefined
      ? { path: '/metadata/annotations', value: { [SCALE_DOWN_DEADLINE]: rfc3339(pass.nowMs + seconds * 1000) } }
      : { path: `/metadata/annotations/${SCALE_DOWN_DEADLINE}`, value: rfc3339(pass.nowMs + seconds * 1000) };
  return pass.world.replicaSets.patch(keyOf(rs), { type: 'json', body: [{ op: 'add', ...path }] });
}

async function withoutDeadline(pass: Pass, rs: ReplicaSet): Promise<ReplicaSet> {
  if (deadlineOf(rs) === undefined) return rs;
  return pass.world.replicaSets.patch(keyOf(rs), {
    type: 'json',
    body: [{ op: 'remove', path: `/metadata/annotations/${SCALE_DOWN_DEADLINE}` }],
  });
}

/** Deletes ReplicaSets without Pods beyond `revisionHistoryLimit`, oldest first. */
export async function cleanUpHistory(pass: Pass): Promise<void> {
  const limit = pass.rollout.spec.revisionHistoryLimit ?? 10;
  const excess = pass.otherRSs.length - limit;
  if (excess <= 0) return;
  for (const rs of pass.otherRSs.slice(0, excess)) {
    const { spec, replicas } = countsOf(rs);
    if (spec > 0 || replicas > 0 || rs.metadata.deletionTimestamp !== undefined) continue;
    await pass.world.replicaSets.delete(rs).catch((error: unknown) => {
      if (!String(error).includes('not found')) throw error;
    });
  }
}
