import { controllerOf, keyOf } from '../../../../kube/object.ts';
import { isStatus } from '../../../../kube/status-error.ts';
import { type AnalysisRun, type AnalysisRunSpec, isTerminal } from '../../../../rollouts/analysis/analysis-run.ts';
import { mergedSpec } from '../../../../rollouts/analysis/analysis-spec.ts';
import type { AnalysisArgument } from '../../../../rollouts/rollout.ts';
import type { ExperimentAnalysis, ExperimentStatus, TemplateStatus } from '../../../../rollouts/tree/experiment.ts';
import { record } from '../world.ts';
import type { ExperimentLook } from './experiment-look.ts';

type RunStatus = NonNullable<ExperimentStatus['analysisRuns']>[number];

/** Starts the analyses of an Experiment whose Pods are available, and says how far each is. */
export async function reconcileExperimentAnalyses(pass: ExperimentLook, templates: readonly TemplateStatus[]): Promise<RunStatus[]> {
  const { experiment, world } = pass;
  const statuses: RunStatus[] = [];
  for (const analysis of experiment.spec?.analyses ?? []) {
    const before = experiment.status?.analysisRuns?.find(({ name }) => name === analysis.name);
    const known =
      before === undefined ? undefined : world.analysisRuns.get({ namespace: experiment.metadata.namespace, name: before.analysisRun });
    let run: AnalysisRun;
    try {
      run = known ?? (await createRun(pass, analysis, templates));
    } catch (error) {
      if (isStatus(error)) throw error;
      statuses.push({ name: analysis.name, analysisRun: before?.analysisRun ?? '', phase: 'Error', message: (error as Error).message });
      continue;
    }
    const { phase = 'Pending', message } = run.status ?? {};
    if (phase !== before?.phase && phase !== 'Pending')
      record(
        world,
        experiment,
        phase === 'Failed' || phase === 'Error' ? 'Warning' : 'Normal',
        `AnalysisRun${phase}`,
        `AnalysisRun '${analysis.name}' transitioned from ${before?.phase ?? ''} -> ${phase}`,
        'Experiment',
      );
    statuses.push({ name: analysis.name, analysisRun: run.metadata.name, phase, ...(message ? { message } : {}) });
  }
  return statuses;
}

/** Arguments may name a template of the Experiment: `{{templates.NAME.podTemplateHash}}`. */
function withTemplates(argument: AnalysisArgument, templates: readonly TemplateStatus[]): AnalysisArgument {
  if (argument.value === undefined) return argument;
  const value = argument.value.replace(
    /\{\{\s*templates\.([^.}\s]+)\.(podTemplateHash|replicas)\s*\}\}/g,
    (_, name: string, field: string) => {
      const template = templates.find((status) => status.name === name);
      const found = field === 'podTemplateHash' ? template?.podTemplateHash : template?.replicas;
      if (found === undefined) throw new Error(`failed to resolve {{templates.${name}.${field}}}`);
      return String(found);
    },
  );
  return { ...argument, value };
}

async function createRun(pass: ExperimentLook, analysis: ExperimentAnalysis, templates: readonly TemplateStatus[]): Promise<AnalysisRun> {
  const { experiment, world } = pass;
  const { namespace, name, uid } = experiment.metadata;
  const merged = mergedSpec([{ templateName: analysis.templateName, clusterScope: analysis.clusterScope }], (template, clusterScope) =>
    clusterScope ? world.clusterAnalysisTemplates?.get({ name: template }) : world.analysisTemplates.get({ namespace, name: template }),
  );
  const passed = (analysis.args ?? []).map((argument) => withTemplates(argument, templates));
  const args = (merged.args ?? []).map((declared) => {
    const chosen = passed.find((argument) => argument.name === declared.name) ?? declared;
    if (chosen.value === undefined && chosen.valueFrom?.secretKeyRef === undefined)
      throw new Error(`args.${declared.name} was not resolved`);
    return chosen;
  });
  const dryRun = [...(merged.dryRun ?? []), ...(experiment.spec?.dryRun ?? [])];
  const measurementRetention = [...(merged.measurementRetention ?? []), ...(experiment.spec?.measurementRetention ?? [])];
  const spec: AnalysisRunSpec = {
    metrics: merged.metrics,
    ...(args.length > 0 ? { args } : {}),
    ...(dryRun.length > 0 ? { dryRun } : {}),
    ...(measurementRetention.length > 0 ? { measurementRetention } : {}),
  };
  const metadata = {
    namespace,
    ...experiment.spec?.analysisRunMetadata,
    ownerReferences: [{ apiVersion: 'argoproj.io/v1alpha1', kind: 'Experiment', name, uid, controller: true, blockOwnerDeletion: true }],
  };
  for (let collision = 0; ; collision += 1) {
    const candidate = `${name}-${analysis.name}${collision === 0 ? '' : `.${collision}`}`;
    try {
      return await world.analysisRuns.create({
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'AnalysisRun',
        metadata: { ...metadata, name: candidate },
        spec,
      } as never);
    } catch (error) {
      if (!isStatus(error, 'AlreadyExists')) throw error;
      const existing = await world.analysisRuns.live({ namespace, name: candidate });
      if (existing !== undefined && controllerOf(existing)?.uid === uid && !isTerminal(existing.status?.phase))
        return world.analysisRuns.remember(existing);
    }
  }
}

export async function terminateExperimentAnalyses({ world, experiment }: ExperimentLook): Promise<void> {
  for (const run of world.analysisRuns.ownedBy(experiment.metadata.uid)) {
    if (isTerminal(run.status?.phase) || run.spec.terminate) continue;
    await world.analysisRuns.patch(keyOf(run), { type: 'merge', body: { spec: { terminate: true } } });
  }
}
