import { LabError } from '../../base/errors.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { ResourceType } from '../../kube/resource-type.ts';
import { analysisRuns, analysisTemplates, clusterAnalysisTemplates } from '../../rollouts/analysis/analysis-run.ts';
import { rollouts } from '../../rollouts/rollout.ts';
import { experiments } from '../../rollouts/tree/experiment.ts';
import type { CommandModule } from '../command-module.ts';
import { readManifests } from '../manifests.ts';
import { addCreateAnalysisRun } from './create-analysis-run.ts';

const TYPES: readonly ResourceType[] = [rollouts, analysisRuns, analysisTemplates, clusterAnalysisTemplates, experiments];

export const addCreate: CommandModule = (parent, session) => {
  const create = parent
    .command('create')
    .description('create rollouts, experiments, analysis runs and templates from files')
    .option('-f, --filename <file...>', 'files to read; "-" is standard input')
    .action(async (options: { filename?: string[] }) => {
      if (options.filename === undefined) throw new LabError('BAD_USAGE', 'must specify one of -f');
      const { host } = session();
      for (const file of options.filename) {
        // A file that cannot be read is told without a cluster.
        const objects = await readManifests(host, file);
        const { api, namespace } = await session().connect();
        for (const object of objects) {
          const type = TYPES.find(({ kind, group, version }) => kind === object.kind && object.apiVersion === `${group}/${version}`);
          if (type === undefined)
            throw new LabError('KIND_NOT_SUPPORTED', `creates of ${object.apiVersion ?? ''}/${object.kind} unsupported`);
          const draft: KubeObject = type.namespaced
            ? { ...object, metadata: { ...object.metadata, namespace: object.metadata?.namespace ?? namespace } }
            : object;
          const created = await api.create(type, draft, { signal: host.signal });
          session().print(`${type.kind.toLowerCase()}.${type.group}/${created.metadata.name} created`);
        }
      }
    });
  addCreateAnalysisRun(create, session);
};
