import { LabError } from '../../base/errors.ts';
import {
  type AnalysisRun,
  type AnalysisTemplate,
  analysisRuns,
  analysisTemplates,
  clusterAnalysisTemplates,
} from '../../rollouts/analysis/analysis-run.ts';
import { mergedSpec } from '../../rollouts/analysis/analysis-spec.ts';
import type { AnalysisArgument } from '../../rollouts/rollout.ts';
import type { CommandModule } from '../command-module.ts';
import { readManifests } from '../manifests.ts';
import type { Session } from '../session.ts';

interface Flags {
  from?: string;
  fromFile?: string;
  global?: boolean;
  name?: string;
  generateName?: string;
  instanceId?: string;
  argument?: string[];
}

export const addCreateAnalysisRun: CommandModule = (create, session) => {
  create
    .command('analysisrun')
    .alias('ar')
    .description('start an analysis by itself, from a template of the cluster or of a file')
    .option('--from <template>', 'name of an AnalysisTemplate')
    .option('--from-file <file>', 'file that holds the template')
    .option('--global', 'the template is a ClusterAnalysisTemplate')
    .option('--name <name>', 'name of the run')
    .option('--generate-name <prefix>', 'start of a name that the server completes')
    .option('--instance-id <id>', 'which controller shall work on it')
    .option('-a, --argument <name=value>', 'value of an argument; may be repeated', (argument: string, before: string[] = []) => [
      ...before,
      argument,
    ])
    .action(async (flags: Flags) => {
      await createAnalysisRun(session(), flags);
    });
};

async function createAnalysisRun(session: Session, flags: Flags): Promise<void> {
  if (flags.from === undefined && flags.fromFile === undefined)
    throw new LabError('BAD_USAGE', 'one of --from or --from-file must be specified');
  if (flags.from !== undefined && flags.fromFile !== undefined)
    throw new LabError('BAD_USAGE', 'only one of --from or --from-file can be specified');
  const { host } = session;
  const fromFile =
    flags.fromFile === undefined ? undefined : ((await readManifests(host, flags.fromFile))[0] as unknown as AnalysisTemplate | undefined);
  const { api, namespace } = await session.connect();
  const [own, clusterWide] = await Promise.all([
    api.list(analysisTemplates, { namespace }, { signal: host.signal }),
    flags.global ? api.list(clusterAnalysisTemplates, {}, { signal: host.signal }) : { items: [] },
  ]);
  const name = flags.from ?? fromFile?.metadata.name ?? '';
  const known = (wanted: string, clusterScope: boolean): AnalysisTemplate | undefined =>
    wanted === name && fromFile !== undefined
      ? fromFile
      : (clusterScope ? clusterWide.items : own.items).find(({ metadata }) => metadata.name === wanted);
  if (known(name, flags.global === true) === undefined)
    throw new LabError(
      'TEMPLATE_NOT_FOUND',
      `${flags.global ? 'clusteranalysistemplates' : 'analysistemplates'}.argoproj.io "${name}" not found`,
    );
  const { args = [], ...spec } = mergedSpec([{ templateName: name, clusterScope: flags.global === true }], known);
  const resolved = withValues(args, flags.argument ?? []);
  const metadata = {
    namespace,
    ...(flags.name === undefined ? { generateName: flags.generateName ?? `${name}-` } : { name: flags.name }),
    ...(flags.instanceId === undefined ? {} : { labels: { 'argo-rollouts.argoproj.io/controller-instance-id': flags.instanceId } }),
  };
  const draft = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisRun',
    metadata,
    spec: { ...spec, ...(resolved.length > 0 ? { args: resolved } : {}) },
  };
  const created = await api.create<AnalysisRun>(analysisRuns, draft as never, { signal: host.signal });
  session.print(`analysisrun.argoproj.io/${created.metadata.name} created`);
}

/** The template's arguments with the values of the command line; every one of them needs a value. */
function withValues(declared: readonly AnalysisArgument[], given: readonly string[]): AnalysisArgument[] {
  const values = new Map(
    given.map((text) => {
      const at = text.indexOf('=');
      if (at <= 0) throw new LabError('BAD_ARGUMENT', `arguments must be in the form NAME=VALUE: "${text}"`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
  return declared.map((argument) => {
    const value = values.get(argument.name) ?? argument.value;
    if (value !== undefined) return { name: argument.name, value };
    if (argument.valueFrom !== undefined) return argument;
    throw new LabError('ARGUMENT_MISSING', `args.${argument.name} was not resolved`);
  });
}
