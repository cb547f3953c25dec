import { rfc3339 } from '../../../../base/clock.ts';
import { keyOf, type ObjectKey } from '../../../../kube/object.ts';
import {
  durationRemainingMs,
  type ExperimentFacts,
  experimentPhase,
  isExperimentOver,
} from '../../../../rollouts/experiments/experiment-phase.ts';
import { mergeDifference } from '../../../../rollouts/merge-difference.ts';
import type { ExperimentStatus, TemplateStatus } from '../../../../rollouts/tree/experiment.ts';
import { DONE, type ReconcileResult } from '../../controller.ts';
import { record, type World } from '../world.ts';
import { reconcileExperimentAnalyses, terminateExperimentAnalyses } from './experiment-analyses.ts';
import type { ExperimentLook } from './experiment-look.ts';
import { reconcileTemplate, scaleTemplateDown } from './experiment-template.ts';

export async function reconcileExperiment(world: World, key: ObjectKey): Promise<ReconcileResult> {
  const experiment = world.experiments.get(key);
  if (experiment === undefined || experiment.metadata.deletionTimestamp !== undefined) return DONE;
  const pass: ExperimentLook = { world, experiment, nowMs: world.deps.clock.nowMs(), wakeUpsMs: [] };
  if (isExperimentOver(experiment.status?.phase)) await cleanUp(pass);
  else await run(pass);
  return pass.wakeUpsMs.length === 0 ? DONE : { requeueAfterMs: Math.max(1, Math.min(...pass.wakeUpsMs)) };
}

async function run(pass: ExperimentLook): Promise<void> {
  const { experiment, nowMs } = pass;
  const before = experiment.status ?? {};
  const templates: TemplateStatus[] = [];
  for (const template of experiment.spec?.templates ?? []) templates.push(await reconcileTemplate(pass, template));
  const isAvailable = templates.every(({ status }) => status === 'Running');
  const availableAt = before.availableAt ?? (isAvailable ? rfc3339(nowMs) : undefined);
  const analysisRuns = availableAt === undefined ? (before.analysisRuns ?? []) : await reconcileExperimentAnalyses(pass, templates);
  const facts: ExperimentFacts = {
    templates,
    analyses: analysisRuns,
    availableAtMs: availableAt === undefined ? undefined : Date.parse(availableAt),
    nowMs,
  };
  const { phase, message } = experimentPhase(experiment, facts);
  const remainingMs = durationRemainingMs(experiment, facts);
  if (remainingMs !== undefined && remainingMs > 0) pass.wakeUpsMs.push(remainingMs);
  const isOver = isExperimentOver(phase);
  const templateStatuses = isOver && phase === 'Successful' ? templates.map((status) => ({ ...status, status: 'Successful' })) : templates;
  await writeExperimentStatus(pass, { ...before, phase, message, availableAt, templateStatuses, analysisRuns });
  if (isOver) await cleanUp(pass);
}

/** What is left to do after the end: analyses stop at once, Pods after a delay. */
async function cleanUp(pass: ExperimentLook): Promise<void> {
  await terminateExperimentAnalyses(pass);
  const statuses: TemplateStatus[] = [];
  for (const template of pass.experiment.spec?.templates ?? []) statuses.push(await scaleTemplateDown(pass, template));
  await writeExperimentStatus(pass, { ...pass.experiment.status, templateStatuses: statuses });
}

/** Experiments have no status subresource: their status is part of the object. */
async function writeExperimentStatus(pass: ExperimentLook, status: ExperimentStatus): Promise<void> {
  const { experiment, world } = pass;
  const patch = mergeDifference(experiment.status, withoutNothing(status));
  if (patch === undefined) return;
  pass.experiment = await world.experiments.patch(keyOf(experiment), { type: 'merge', body: { status: patch } });
  const [from, to] = [experiment.status?.phase ?? '', status.phase ?? ''];
  if (from !== to)
    record(
      world,
      experiment,
      to === 'Failed' || to === 'Error' ? 'Warning' : 'Normal',
      `Experiment${to}`,
      `Experiment transitioned from ${from} -> ${to}`,
      'Experiment',
    );
}

function withoutNothing(status: ExperimentStatus): ExperimentStatus {
  return Object.fromEntries(
    Object.entries(status).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0)),
  );
}
