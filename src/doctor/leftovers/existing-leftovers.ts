import path from 'node:path';
import type { RunContext } from '../../base/run-context.ts';
import { readMade } from '../../cluster/made-file.ts';
import type { Toolbox } from '../../tools/toolbox.ts';
import type { Leftover } from '../leftover.ts';

const ANSWER_WITHIN_MS = 10_000;

/**
 * What the run of `folder` has made in a cluster that is not its own and that is still there: releases, CRDs of theirs, namespaces. The folder's own
 * kubeconfig leads to the cluster. When the cluster does not answer, everything that the run had begun to make is named.
 */
export async function existingLeftovers(folder: string, tools: Toolbox, ctx: RunContext): Promise<Leftover[]> {
  const made = await readMade(folder);
  if (made === undefined) return [];
  const kubeconfig = path.join(folder, 'kubeconfig');
  const ask = async <T>(program: 'kubectl' | 'helm', args: string[]): Promise<T | undefined> => {
    try {
      const { exitCode, stdout } = await tools.run(program, [...args, '--kubeconfig', kubeconfig], {
        signal: ctx.signal,
        timeoutMs: ANSWER_WITHIN_MS,
      });
      return exitCode === 0 ? (JSON.parse(stdout || 'null') as T) : undefined;
    } catch {
      ctx.signal.throwIfAborted();
      return undefined;
    }
  };
  const [releases, objects] = await Promise.all([
    ask<{ name: string; namespace: string }[]>('helm', ['list', '--all-namespaces', '--all', '--output', 'json']),
    ask<{ items: ListedObject[] }>('kubectl', [
      'get',
      'namespaces,customresourcedefinitions',
      '--output',
      'json',
      '--request-timeout',
      '5s',
    ]),
  ]);
  const isReleaseThere = (name: string, namespace: string): boolean =>
    releases === undefined || (releases ?? []).some((one) => one.name === name && one.namespace === namespace);
  const spaces = objects?.items.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name);
  const definitions = (objects?.items ?? []).filter(
    ({ kind, metadata: { name } }) => kind === 'CustomResourceDefinition' && !made.before.definitions.includes(name),
  );
  // CRDs of a chart's crds folder carry no sign of their release.
  const isOfRelease = ({ annotations }: ListedObject['metadata']): boolean =>
    made.releases.some(
      ({ name, namespace }) =>
        annotations?.['meta.helm.sh/release-name'] === name && annotations['meta.helm.sh/release-namespace'] === namespace,
    );
  const where = `in context ${made.context}`;
  const shown = path.join('.canary-lab', 'runs', path.basename(folder), 'kubeconfig');
  const namespaces = [...new Set([...made.releases.map(({ namespace }) => namespace), ...made.namespaces])].filter(
    (name) => !made.before.namespaces.includes(name) && (spaces === undefined || spaces.includes(name)),
  );
  return [
    ...made.releases
      .filter(({ name, namespace }) => isReleaseThere(name, namespace))
      // The newest first: an app goes before the controllers that it needs to end well.
      .toReversed()
      .map(
        ({ name, namespace }): Leftover => ({
          kind: 'release',
          name: `release ${name} of namespace ${namespace} ${where}`,
          next: `helm uninstall ${name} --namespace ${namespace} --wait --kubeconfig ${shown}`,
        }),
      ),
    ...definitions.map(
      ({ metadata }): Leftover => ({
        kind: 'definition',
        name: `CRD ${metadata.name} ${where}${isOfRelease(metadata) ? '' : ' (new since the run began, and not known to be of it)'}`,
        next: `kubectl delete customresourcedefinition ${metadata.name} --kubeconfig ${shown}`,
        ...(isOfRelease(metadata) ? {} : { isUncertain: true }),
      }),
    ),
    ...namespaces.map(
      (name): Leftover => ({
        kind: 'namespace',
        name: `namespace ${name} ${where}`,
        next: `kubectl delete namespace ${name} --kubeconfig ${shown}`,
      }),
    ),
  ];
}

interface ListedObject {
  kind: string;
  metadata: { name: string; annotations?: Record<string, string> };
}
