import { equalJson } from '../../../base/equal-json.ts';
import type { ReplicaSet } from '../../../kube/generated/types.ts';
import { controllerOf, keyOf } from '../../../kube/object.ts';
import { isStatus } from '../../../kube/status-error.ts';
import { resolvedArguments } from '../../../rollouts/analysis/arguments.ts';
import { isExperimentOver } from '../../../rollouts/experiments/experiment-phase.ts';
import { hashOf } from '../../../rollouts/replica-set-view.ts';
import { revisionOf } from '../../../rollouts/revision.ts';
import { isWithinRollbackWindow } from '../../../rollouts/rollback-window.ts';
import { type ExperimentStep, type ExperimentStepTemplate, POD_TEMPLATE_HASH, REVISION } from '../../../rollouts/rollout.ts';
import { currentStepOf, replicasOf } from '../../../rollouts/strategy-defaults.ts';
import type { Experiment, ExperimentSpec, ExperimentTemplate } from '../../../rollouts/tree/experiment.ts';
import { allReplicaSets, hasSeparateStable, type Pass, passIsAborted } from './pass.ts';
import { record } from './world.ts';

/** Runs the Experiment of the current step; a failed one aborts the update, an inconclusive one pauses it. Others are ended. */
export async function reconcileExperiments(pass: Pass): Promise<void> {
  const { rollout, world } = pass;
  const owned = world.experiments
    .ownedBy(rollout.metadata.uid)
    .filter((experiment) => controllerOf(experiment)?.uid === rollout.metadata.uid);
  const current = currentStepOf(rollout);
  const idle =
    !hasSeparateStable(pass) ||
    passIsAborted(pass) ||
    rollout.status?.promoteFull === true ||
    isWithinRollbackWindow(rollout, pass.newRS, pass.stableRS, allReplicaSets(pass));
  let kept: Experiment | undefined;
  if (!idle && current?.step.experiment !== undefined) {
    kept = await currentExperiment(pass, current.step.experiment, current.index, owned);
    if (kept !== undefined) {
      pass.experiment = { name: kept.metadata.name, phase: kept.status?.phase };
      judge(pass, kept);
    }
  }
  for (const experiment of owned) {
    if (experiment.metadata.uid === kept?.metadata.uid || isExperimentOver(experiment.status?.phase) || experiment.spec?.terminate)
      continue;
    await world.experiments.patch(keyOf(experiment), { type: 'merge', body: { spec: { terminate: true } } });
  }
  await cleanUp(pass, owned, kept);
}

async function currentExperiment(
  pass: Pass,
  step: ExperimentStep,
  index: number,
  owned: readonly Experiment[],
): Promise<Experiment | undefined> {
  const { rollout, newRS } = pass;
  const name = `${rollout.metadata.name}-${hashOf(newRS)}-${revisionOf(newRS)}-${index}`;
  const stored = owned.find(({ metadata }) => metadata.name === rollout.status?.canary?.currentExperiment);
  if (stored !== undefined && (stored.metadata.name === name || stored.metadata.name.startsWith(`${name}.`))) return stored;
  if (rollout.spec.paused || (rollout.status?.pauseConditions ?? []).length > 0) return undefined;
  return create(pass, name, experimentSpec(pass, step));
}

function experimentSpec(pass: Pass, step: ExperimentStep): ExperimentSpec {
  const { duration, scaleDownDelaySeconds, dryRun, analysisRunMetadata, analyses = [], templates = [] } = step;
  const { progressDeadlineSeconds } = pass.rollout.spec;
  return {
    templates: templates.map((template) => experimentTemplate(pass, template)),
    ...(duration === undefined ? {} : { duration: String(duration) }),
    ...(scaleDownDelaySeconds === undefined ? {} : { scaleDownDelaySeconds }),
    ...(progressDeadlineSeconds === undefined ? {} : { progressDeadlineSeconds }),
    ...(dryRun === undefined ? {} : { dryRun }),
    ...(analysisRunMetadata === undefined ? {} : { analysisRunMetadata }),
    ...(analyses.length === 0
      ? {}
      : { analyses: analyses.map((analysis) => ({ ...analysis, args: resolvedArguments(analysis.args ?? [], [], pass.rollout) })) }),
  };
}

function experimentTemplate(
  pass: Pass,
  { name, specRef, replicas, metadata, selector, service }: ExperimentStepTemplate,
): ExperimentTemplate {
  const source: ReplicaSet = (specRef === 'stable' ? pass.stableRS : pass.newRS)!;
  const { [POD_TEMPLATE_HASH]: _, ...labels } = source.spec.template?.metadata?.labels ?? {};
  const { [POD_TEMPLATE_HASH]: __, ...matchLabels } = source.spec.selector?.matchLabels ?? {};
  const annotations = { ...source.spec.template?.metadata?.annotations, ...metadata?.annotations };
  return {
    name,
    replicas: replicas ?? Math.min(1, replicasOf(pass.rollout)),
    ...(service === undefined ? {} : { service }),
    ...(pass.rollout.spec.minReadySeconds === undefined ? {} : { minReadySeconds: pass.rollout.spec.minReadySeconds }),
    selector: selector ?? { ...source.spec.selector, matchLabels },
    template: {
      ...source.spec.template,
      metadata: { labels: { ...labels, ...metadata?.labels }, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) } as never,
    },
  };
}

async function create(pass: Pass, name: string, spec: ExperimentSpec): Promise<Experiment> {
  const { rollout, world, newRS } = pass;
  const { namespace } = rollout.metadata;
  for (let collision = 0; ; collision += 1) {
    const candidate = collision === 0 ? name : `${name}.${collision}`;
    const draft = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Experiment',
      metadata: {
        namespace,
        name: candidate,
        labels: { [POD_TEMPLATE_HASH]: hashOf(newRS) },
        annotations: { [REVISION]: String(revisionOf(newRS)) },
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
    try {
      const created = await world.experiments.create(draft as never);
      record(world, rollout, 'Normal', 'ExperimentCreated', `Created Experiment '${candidate}'`);
      return created;
    } catch (error) {
      if (!isStatus(error, 'AlreadyExists')) throw error;
      const existing = await world.experiments.live({ namespace, name: candidate });
      if (
        existing !== undefined &&
        controllerOf(existing)?.uid === rollout.metadata.uid &&
        equalJson(existing.spec, spec) &&
        !isExperimentOver(existing.status?.phase)
      )
        return world.experiments.remember(existing);
    }
  }
}

function judge(pass: Pass, experiment: Experiment): void {
  const { phase, message } = experiment.status ?? {};
  if (phase === 'Failed' || phase === 'Error') pass.decision.abort ??= message ?? '';
  const known = (pass.rollout.status?.pauseConditions ?? []).some(({ reason }) => reason === 'InconclusiveExperiment');
  if (phase === 'Inconclusive' && !known) pass.decision.add.push('InconclusiveExperiment');
}

/** Experiments of ReplicaSets that are gone go too. */
async function cleanUp(pass: Pass, owned: readonly Experiment[], kept: Experiment | undefined): Promise<void> {
  const hashes = new Set(allReplicaSets(pass).map(hashOf));
  for (const experiment of owned) {
    if (
      experiment === kept ||
      !isExperimentOver(experiment.status?.phase) ||
      experiment.metadata.deletionTimestamp !== undefined ||
      hashes.has(experiment.metadata.labels?.[POD_TEMPLATE_HASH] ?? '')
    )
      continue;
    await pass.world.experiments.delete(experiment).catch((error: unknown) => {
      if (!isStatus(error, 'NotFound')) throw error;
    });
  }
}
