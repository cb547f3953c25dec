import { LabError } from '../../base/errors.ts';
import type { CallOptions, KubeApi } from '../../kube/kube-api.ts';
import type { ObjectKey } from '../../kube/object.ts';
import type { Rollout } from '../rollout.ts';
import { patchSpec, patchStatus } from './patch-rollout.ts';
import { readRollout } from './read-rollout.ts';

export interface PromoteOptions {
  /** Straight to the end: no more steps, pauses or analysis. */
  full?: boolean | undefined;
  /** Deprecated upstream; kept because scripts use them. */
  skipCurrentStep?: boolean | undefined;
  skipAllSteps?: boolean | undefined;
}

/** What to merge into a Rollout's status and spec; an absent part is not sent. */
export interface PromotePatches {
  status?: Record<string, unknown> | undefined;
  spec?: { paused: false } | undefined;
}

/** The patches that a promotion takes: argo-rollouts/pkg/kubectl-argo-rollouts/cmd/promote getPatches. Throws `CANNOT_SKIP`. */
export function promotePatches(rollout: Rollout, options: PromoteOptions = {}): PromotePatches {
  const { spec, status = {} } = rollout;
  const steps = spec.strategy.canary?.steps ?? [];
  const index = status.currentStepIndex ?? 0;
  const nextIndex = index < steps.length ? index + 1 : index;
  const unpause = spec.paused === true ? { paused: false as const } : undefined;

  if (options.skipCurrentStep && options.skipAllSteps)
    throw new LabError('CANNOT_SKIP', 'Cannot use skip-current-step and skip-all-steps flags at the same time');
  if (options.skipCurrentStep || options.skipAllSteps) {
    if (spec.strategy.blueGreen !== undefined)
      throw new LabError('CANNOT_SKIP', 'Cannot skip steps of a bluegreen rollout. Run without a flags');
    if (steps.length === 0) throw new LabError('CANNOT_SKIP', 'Cannot skip steps of a rollout without steps');
    return { status: { currentStepIndex: options.skipAllSteps ? steps.length : nextIndex } };
  }
  if (options.full) return { spec: unpause, status: status.currentPodHash === status.stableRS ? undefined : { promoteFull: true } };

  const isPaused = (status.pauseConditions ?? []).length > 0;
  const isInconclusive = status.canary?.currentStepAnalysisRunStatus?.status === 'Inconclusive';
  if (isInconclusive && isPaused && status.controllerPause === true) {
    return { spec: unpause, status: { pauseConditions: null, controllerPause: false, currentStepIndex: nextIndex } };
  }
  if (isPaused) return { spec: unpause, status: { pauseConditions: null } };
  if (steps.length > 0) return { spec: unpause, status: { pauseConditions: null, currentStepIndex: nextIndex } };
  return { spec: unpause };
}

/**
 * Lets the rollout go on: ends the pause it is in, or skips the step that runs. Resolves when the wish is stored.
 * Rejects with `NotFound`, or `CANNOT_SKIP` for the deprecated options.
 */
export async function promoteRollout(api: KubeApi, key: ObjectKey, options: PromoteOptions & CallOptions = {}): Promise<Rollout> {
  let rollout = await readRollout(api, key, options);
  const patches = promotePatches(rollout, options);
  if (patches.status !== undefined) {
    const unified = { status: patches.status, ...(patches.spec === undefined ? {} : { spec: patches.spec }) };
    const sent = await patchStatus(api, key, patches.status, { signal: options.signal, unified });
    rollout = sent.rollout;
    if (sent.unifiedSent) return rollout;
  }
  return patches.spec === undefined ? rollout : patchSpec(api, key, patches.spec, options);
}
