import { equalJson } from '../../../base/equal-json.ts';
import { controllerOf, keyOf } from '../../../kube/object.ts';
import { isStatus } from '../../../kube/status-error.ts';
import { type AnalysisRun, type AnalysisRunSpec, isTerminal } from '../../../rollouts/analysis/analysis-run.ts';
import { mergedSpec } from '../../../rollouts/analysis/analysis-spec.ts';
import { resolvedArguments } from '../../../rollouts/analysis/arguments.ts';
import { isPreviewReady } from '../../../rollouts/blue-green.ts';
import { hashOf } from '../../../rollouts/replica-set-view.ts';
import { revisionOf } from '../../../rollouts/revision.ts';
import { isWithinRollbackWindow } from '../../../rollouts/rollback-window.ts';
import {
  type AnalysisRunReference,
  type BlueGreenStrategy,
  POD_TEMPLATE_HASH,
  REVISION,
  type RolloutAnalysis,
} from '../../../rollouts/rollout.ts';
import { blueGreenOf, canaryOf, currentStepOf, stepsOf } from '../../../rollouts/strategy-defaults.ts';
import { allReplicaSets, hasSeparateStable, type Pass, passIsAborted } from './pass.ts';
import { record } from './world.ts';

type RunType = 'Step' | 'Background' | 'PrePromotion' | 'PostPromotion';
interface Wanted {
  type: RunType;
  analysis: RolloutAnalysis;
  name: string;
  stored: AnalysisRunReference | undefined;
  stepIndex?: number;
}

const RUN_TYPES: readonly RunType[] = ['Step', 'Background', 'PrePromotion', 'PostPromotion'];
const SLOT = { Step: 'step', Background: 'background', PrePromotion: 'pre', PostPromotion: 'post' } as const;
const CAUSE: Readonly<Record<RunType, string>> = {
  Step: 'Step-based',
  Background: 'Background',
  PrePromotion: 'Blue/green pre-promotion',
  PostPromotion: 'Blue/green post-promotion',
};

/** Creates, follows and ends the analysis runs of an update; a failed one aborts it, an inconclusive one pauses it. */
export async function reconcileAnalysisRuns(pass: Pass, options: { skip?: boolean } = {}): Promise<void> {
  const { rollout, world } = pass;
  const { canary = {}, blueGreen = {} } = rollout.status ?? {};
  const stored: Record<RunType, AnalysisRunReference | undefined> = {
    Step: canary.currentStepAnalysisRunStatus,
    Background: canary.currentBackgroundAnalysisRunStatus,
    PrePromotion: blueGreen.prePromotionAnalysisRunStatus,
    PostPromotion: blueGreen.postPromotionAnalysisRunStatus,
  };
  const owned = world.analysisRuns.ownedBy(rollout.metadata.uid).filter((run) => controllerOf(run)?.uid === rollout.metadata.uid);
  const refresh = (reference: AnalysisRunReference | undefined): AnalysisRunReference | undefined => {
    const run = owned.find(({ metadata }) => metadata.name === reference?.name);
    return run === undefined ? reference : referenceOf(run);
  };
  for (const type of RUN_TYPES) pass.analysis[SLOT[type]] = refresh(stored[type]);
  const idle =
    options.skip === true ||
    !hasSeparateStable(pass) ||
    passIsAborted(pass) ||
    rollout.status?.promoteFull === true ||
    isWithinRollbackWindow(rollout, pass.newRS, pass.stableRS, allReplicaSets(pass));
  const current: AnalysisRun[] = [];
  if (!idle) {
    for (const wanted of wantedRuns(pass)) {
      const run = await currentRun(pass, wanted, owned);
      if (run === undefined) continue;
      current.push(run);
      pass.analysis[SLOT[wanted.type]] = referenceOf(run);
      judge(pass, wanted.type, run);
    }
  }
  for (const type of RUN_TYPES) announce(pass, type, stored[type]);
  for (const run of owned) {
    if (current.some(({ metadata }) => metadata.uid === run.metadata.uid) || isTerminal(run.status?.phase) || run.spec.terminate) continue;
    await world.analysisRuns.patch(keyOf(run), { type: 'merge', body: { spec: { terminate: true } } });
  }
  await cleanUp(
    pass,
    owned.filter((run) => !current.includes(run)),
  );
}

function referenceOf({ metadata, status }: AnalysisRun): AnalysisRunReference {
  return { name: metadata.name, status: status?.phase ?? '', ...(status?.message ? { message: status.message } : {}) };
}

function wantedRuns(pass: Pass): Wanted[] {
  const { rollout, newRS } = pass;
  const base = `${rollout.metadata.name}-${hashOf(newRS)}-${revisionOf(newRS)}`;
  const wanted: Wanted[] = [];
  const blueGreen = blueGreenOf(rollout);
  if (blueGreen !== undefined) return wantedPromotionRuns(pass, blueGreen, base);
  const { analysis } = canaryOf(rollout);
  const { currentBackgroundAnalysisRunStatus, currentStepAnalysisRunStatus } = rollout.status?.canary ?? {};
  if (analysis !== undefined && (rollout.status?.currentStepIndex ?? stepsOf(rollout).length) >= (analysis.startingStep ?? 0))
    wanted.push({ type: 'Background', analysis, name: base, stored: currentBackgroundAnalysisRunStatus });
  const current = currentStepOf(rollout);
  if (current?.step.analysis !== undefined)
    wanted.push({
      type: 'Step',
      analysis: current.step.analysis,
      name: `${base}-${current.index}`,
      stored: currentStepAnalysisRunStatus,
      stepIndex: current.index,
    });
  return wanted;
}

/** Before the switch the pre-promotion run counts, after it the post-promotion run. */
function wantedPromotionRuns(
  { rollout, newRS, world }: Pass,
  { activeService, prePromotionAnalysis, postPromotionAnalysis }: BlueGreenStrategy,
  base: string,
): Wanted[] {
  const active = world.services.get({ namespace: rollout.metadata.namespace, name: activeService })?.spec?.selector?.[POD_TEMPLATE_HASH];
  const { prePromotionAnalysisRunStatus, postPromotionAnalysisRunStatus } = rollout.status?.blueGreen ?? {};
  if (active === hashOf(newRS))
    return postPromotionAnalysis === undefined
      ? []
      : [{ type: 'PostPromotion', analysis: postPromotionAnalysis, name: `${base}-post`, stored: postPromotionAnalysisRunStatus }];
  const begun = prePromotionAnalysisRunStatus !== undefined || isPreviewReady(rollout, newRS);
  return prePromotionAnalysis === undefined || !begun
    ? []
    : [{ type: 'PrePromotion', analysis: prePromotionAnalysis, name: `${base}-pre`, stored: prePromotionAnalysisRunStatus }];
}

/** The run that stands for `wanted`: the stored one while it fits, otherwise a new one. */
async function currentRun(pass: Pass, wanted: Wanted, owned: readonly AnalysisRun[]): Promise<AnalysisRun | undefined> {
  const { rollout } = pass;
  const fits = (name: string): boolean => name === wanted.name || name.startsWith(`${wanted.name}.`);
  const stored = owned.find(({ metadata }) => metadata.name === wanted.stored?.name && fits(metadata.name));
  const paused = (rollout.status?.pauseConditions ?? []).length > 0;
  // A client that resumes after an inconclusive run asks for another one.
  const resumed = stored?.status?.phase === 'Inconclusive' && rollout.status?.controllerPause === true && !paused;
  // The run that caused an abort does not count after a retry.
  const retried = wanted.stored?.status === 'Failed' || wanted.stored?.status === 'Error';
  if (stored !== undefined && !resumed && !retried) return stored;
  if (wanted.type !== 'Background' && (paused || rollout.spec.paused)) return undefined;
  return createRun(pass, wanted);
}

async function createRun(pass: Pass, { type, analysis, name, stepIndex }: Wanted): Promise<AnalysisRun> {
  const { rollout, world, newRS } = pass;
  const { namespace } = rollout.metadata;
  const merged = mergedSpec(analysis.templates ?? [], (template, clusterScope) =>
    clusterScope ? world.clusterAnalysisTemplates?.get({ name: template }) : world.analysisTemplates.get({ namespace, name: template }),
  );
  const dryRun = [...(merged.dryRun ?? []), ...(analysis.dryRun ?? [])];
  const measurementRetention = [...(merged.measurementRetention ?? []), ...(analysis.measurementRetention ?? [])];
  const args = resolvedArguments(merged.args ?? [], analysis.args ?? [], rollout);
  const spec: AnalysisRunSpec = {
    metrics: merged.metrics,
    ...(args.length > 0 ? { args } : {}),
    ...(dryRun.length > 0 ? { dryRun } : {}),
    ...(measurementRetention.length > 0 ? { measurementRetention } : {}),
  };
  const { labels, annotations } = analysis.analysisRunMetadata ?? {};
  const draft = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisRun',
    metadata: {
      namespace,
      labels: {
        ...labels,
        ...rollout.spec.selector?.matchLabels,
        [POD_TEMPLATE_HASH]: hashOf(newRS),
        'rollout-type': type,
        ...(stepIndex === undefined ? {} : { 'step-index': String(stepIndex) }),
      },
      annotations: { ...annotations, [REVISION]: String(revisionOf(newRS)) },
      ownerReferences: [
        {
          apiVersion: 'argoproj.io/v1alpha1',
          kind: 'Rollout',
          name: rollout.metadata.name,
          uid: rollout.metadata.uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec,
  };
  for (let collision = 0; ; collision += 1) {
    const candidate = collision === 0 ? name : `${name}.${collision}`;
    try {
      return await world.analysisRuns.create({ ...draft, metadata: { ...draft.metadata, name: candidate } });
    } catch (error) {
      if (!isStatus(error, 'AlreadyExists')) throw error;
      const existing = await world.analysisRuns.live({ namespace, name: candidate });
      if (
        existing !== undefined &&
        controllerOf(existing)?.uid === rollout.metadata.uid &&
        equalJson(existing.spec, spec) &&
        !isTerminal(existing.status?.phase)
      )
        return existing;
    }
  }
}

function judge(pass: Pass, type: RunType, run: AnalysisRun): void {
  const { phase, message } = run.status ?? {};
  if (phase === 'Failed' || phase === 'Error')
    pass.decision.abort ??= `${CAUSE[type]} analysis phase error/failed${message ? `: ${message}` : ''}`;
  const known = (pass.rollout.status?.pauseConditions ?? []).some(({ reason }) => reason === 'InconclusiveAnalysisRun');
  if (phase === 'Inconclusive' && !known) pass.decision.add.push('InconclusiveAnalysisRun');
}

/** One event for each change of a run's phase. */
function announce(pass: Pass, type: RunType, stored: AnalysisRunReference | undefined): void {
  const now = pass.analysis[SLOT[type]];
  const previous = stored?.name === now?.name ? stored?.status : undefined;
  if (now === undefined || now.status === '' || now.status === previous) return;
  record(
    pass.world,
    pass.rollout,
    now.status === 'Failed' || now.status === 'Error' ? 'Warning' : 'Normal',
    `AnalysisRun${now.status}`,
    `${type} Analysis Run '${now.name}' Status New: '${now.status}' Previous: '${previous || 'NoPreviousStatus'}'`,
  );
}

/** Deletes finished runs of ReplicaSets that are gone, and the oldest beyond the history limits. */
async function cleanUp(pass: Pass, candidates: readonly AnalysisRun[]): Promise<void> {
  const { successfulRunHistoryLimit = 5, unsuccessfulRunHistoryLimit = 5 } = pass.rollout.spec.analysis ?? {};
  const referenced = Object.values(pass.analysis).map((reference) => reference?.name);
  const hashes = new Set(allReplicaSets(pass).map(hashOf));
  const done = candidates
    .filter(
      (run) => isTerminal(run.status?.phase) && run.metadata.deletionTimestamp === undefined && !referenced.includes(run.metadata.name),
    )
    .sort((a, b) => (String(a.metadata.creationTimestamp) < String(b.metadata.creationTimestamp) ? 1 : -1));
  const orphaned = done.filter((run) => !hashes.has(run.metadata.labels?.[POD_TEMPLATE_HASH] ?? ''));
  const kept = done.filter((run) => !orphaned.includes(run));
  const excess = [
    ...kept.filter((run) => run.status?.phase === 'Successful').slice(successfulRunHistoryLimit),
    ...kept.filter((run) => run.status?.phase !== 'Successful').slice(unsuccessfulRunHistoryLimit),
  ];
  for (const run of [...orphaned, ...excess])
    await pass.world.analysisRuns.delete(run).catch((error: unknown) => {
      if (!isStatus(error, 'NotFound')) throw error;
    });
}
