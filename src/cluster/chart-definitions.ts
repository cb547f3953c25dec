import { parseDocument } from 'yaml';
import type { Toolbox } from '../tools/toolbox.ts';
import type { ChartReference } from './helm-release.ts';

/**
 * The names of the CRDs in the `crds` folders of charts, subcharts included: helm creates them with the release, does not mark them as its
 * own, and leaves them behind. `repositories` are those that the run has added, by name. A chart that cannot be read (any more) has none.
 */
export async function definitionsInCharts(
  charts: readonly ChartReference[],
  repositories: ReadonlyMap<string, string>,
  tools: Toolbox,
  signal: AbortSignal,
): Promise<Set<string>> {
  const names = new Set<string>();
  for (const { chart, version } of charts) {
    const url = repositories.get(chart.split('/')[0]!);
    const place = url === undefined ? [chart] : [chart.slice(chart.indexOf('/') + 1), '--repo', url];
    const shown = await tools.run('helm', ['show', 'crds', ...place, ...(version === undefined ? [] : ['--version', version])], {
      signal,
      timeoutMs: 60_000,
      isShielded: true,
    });
    if (shown.exitCode === 0) for (const name of definitionNames(shown.stdout)) names.add(name);
  }
  return names;
}

/** The names of the CRDs in what `helm show crds` prints. Helm 3 puts no separator between the files of a chart. */
export function definitionNames(manifests: string): string[] {
  return manifests
    .split(/^---.*$/m)
    .flatMap((text) => (parseDocument(text).errors.length === 0 ? [text] : text.split(/^(?=apiVersion:)/m)))
    .flatMap((text) => {
      const object = parseDocument(text).toJS() as { kind?: string; metadata?: { name?: string } } | null;
      return object?.kind === 'CustomResourceDefinition' && object.metadata?.name !== undefined ? [object.metadata.name] : [];
    });
}
