import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { type Clock, hostClock } from '../base/clock.ts';
import { LabError } from '../base/errors.ts';
import { poll } from '../base/poll.ts';
import type { KubeApi } from '../kube/kube-api.ts';
import { customResourceDefinitions, namespaces } from '../kube/resource-type.ts';
import { isStatus } from '../kube/status-error.ts';
import type { Toolbox } from '../tools/toolbox.ts';
import { definitionsInCharts } from './chart-definitions.ts';
import { namespaceNames } from './cluster-info.ts';
import { explainFailure } from './explain-failure.ts';
import { type ChartReference, chartOf, namespaceOf, releaseOf, repositoryOf } from './helm-release.ts';
import { MADE_FILE, type Made } from './made-file.ts';

/** The cluster that a run installs into, and how it is reached. */
export interface InstallSite {
  /** Name of the kubeconfig context. */
  context: string;
  kubeconfig: string;
  api: KubeApi;
  tools: Toolbox;
  /** Default: the host's. */
  clock?: Clock | undefined;
  /** Folder of the run: the file for what it has made goes there. */
  directory: string;
}

interface Release {
  name: string;
  namespace: string;
  updated: string;
}

/** What was there before the run. */
interface Before {
  releases: readonly Release[];
  namespaces: ReadonlySet<string>;
  definitions: ReadonlySet<string>;
}

/**
 * What a run installs into a cluster that is not its own: the releases that its commands make and that were not there before, their
 * namespaces if the run makes them, and the CRDs that those releases own or that are in the crds folders of their charts.
 */
export class InstalledByRun {
  readonly #site: InstallSite;
  readonly #before: Before;
  readonly #madeFile: string;
  readonly #releases = new Map<string, { name: string; namespace: string }>();
  readonly #namespaces = new Set<string>();
  readonly #charts = new Map<string, ChartReference>();
  readonly #repositories = new Map<string, string>();

  private constructor(site: InstallSite, before: Before) {
    this.#site = site;
    this.#before = before;
    this.#madeFile = path.join(site.directory, MADE_FILE);
  }

  /** Looks at what is there before the run's first command. Rejects with `CLUSTER_UNREACHABLE` when helm cannot. */
  static async begin(site: InstallSite, signal: AbortSignal): Promise<InstalledByRun> {
    return new InstalledByRun(site, {
      releases: await listReleases(site, signal),
      namespaces: await namespaceNames(site.api, signal),
      definitions: await definitionNames(site.api, signal),
    });
  }

  /** Notes what a command that starts next will make. */
  observe(argv: readonly string[]): void {
    const release = releaseOf(argv);
    const key = release === undefined ? '' : keyOf(release);
    if (release !== undefined && !this.#before.releases.some((other) => keyOf(other) === key)) this.#releases.set(key, release);
    const chart = chartOf(argv);
    if (chart !== undefined && this.#releases.has(key)) this.#charts.set(key, chart);
    const repository = repositoryOf(argv);
    if (repository !== undefined) this.#repositories.set(repository.name, repository.url);
    const namespace = namespaceOf(argv);
    if (namespace !== undefined) this.#namespaces.add(namespace);
    // Where "doctor --leftovers" finds what a run that was killed has made. Written at once: the command starts next.
    if (release !== undefined || namespace !== undefined)
      writeFileSync(
        this.#madeFile,
        JSON.stringify({
          context: this.#site.context,
          releases: [...this.#releases.values()],
          namespaces: [...this.#namespaces],
          before: { namespaces: [...this.#before.namespaces], definitions: [...this.#before.definitions] },
        } satisfies Made),
        { mode: 0o600 },
      );
  }

  /** Removes it all and resolves when it is gone. Rejects with the releases that helm could not uninstall, after the rest has gone. */
  async takeBack(signal: AbortSignal): Promise<void> {
    const { api, clock = hostClock } = this.#site;
    const known = new Set(this.#before.releases.map(keyOf));
    const added = (await listReleases(this.#site, signal)).filter(
      (release) => !known.has(keyOf(release)) && this.#releases.has(keyOf(release)),
    );
    const failures = await this.#uninstall(added, signal);
    const definitions = await this.#definitionsOf(added, signal);
    for (const name of definitions) await ignoreMissing(api.delete(customResourceDefinitions, { name }, { signal }));
    // A namespace that a command was going to make when the run was cut off may be there without a release.
    const spaces = new Set([...this.#releases.keys()].map((key) => key.split('/')[0]!));
    const ours = [...new Set([...spaces, ...this.#namespaces])].filter((name) => !this.#before.namespaces.has(name));
    for (const name of ours) await ignoreMissing(api.delete(namespaces, { name }, { signal }));
    // A lab that follows would find them terminating, and helm would adopt what is about to go.
    const left = async (): Promise<string[]> => {
      const [spacesLeft, definitionsLeft] = await Promise.all([namespaceNames(api, signal), definitionNames(api, signal)]);
      return [...ours.filter((name) => spacesLeft.has(name)), ...definitions.filter((name) => definitionsLeft.has(name))];
    };
    await poll(
      left,
      { until: (names) => names.length === 0, everyMs: 50, timeoutMs: 60_000, what: `${[...ours, ...definitions].join(', ')} to go` },
      { clock, signal },
    );
    if (failures.length > 0) throw new Error(failures.join('; '));
    await rm(this.#madeFile, { force: true });
  }

  /** Resolves with what went wrong. The newest go first, so that an app goes before the controllers that it needs to end well. */
  async #uninstall(releases: readonly Release[], signal: AbortSignal): Promise<string[]> {
    const { tools, kubeconfig } = this.#site;
    const failures: string[] = [];
    for (const { name, namespace } of releases.toSorted((a, b) => (a.updated < b.updated ? 1 : -1))) {
      const { exitCode, stderr } = await tools.run(
        'helm',
        ['uninstall', name, '--namespace', namespace, '--wait', '--kubeconfig', kubeconfig],
        { signal, timeoutMs: 60_000, isShielded: true },
      );
      if (exitCode !== 0) failures.push(`release ${name} in namespace ${namespace}: ${explainRemoval(stderr, name)}`);
    }
    return failures;
  }

  /** Names of the CRDs that came with the releases. */
  async #definitionsOf(releases: readonly Release[], signal: AbortSignal): Promise<string[]> {
    const { api, tools } = this.#site;
    const owners = new Set(releases.map(keyOf));
    const isOwned = (annotations: Record<string, string> | undefined): boolean =>
      owners.has(`${annotations?.['meta.helm.sh/release-namespace']}/${annotations?.['meta.helm.sh/release-name']}`);
    const fresh = (await api.list(customResourceDefinitions, {}, { signal })).items
      .map(({ metadata }) => metadata)
      .filter(({ name }) => !this.#before.definitions.has(name));
    const charts = [...this.#charts].filter(([release]) => owners.has(release)).map(([, chart]) => chart);
    const inCharts = fresh.every(({ annotations }) => isOwned(annotations))
      ? new Set<string>()
      : await definitionsInCharts(charts, this.#repositories, tools, signal);
    return fresh.filter(({ name, annotations }) => isOwned(annotations) || inCharts.has(name)).map(({ name }) => name);
  }
}

const keyOf = ({ namespace, name }: { namespace: string; name: string }): string => `${namespace}/${name}`;

async function listReleases({ tools, kubeconfig }: InstallSite, signal: AbortSignal): Promise<Release[]> {
  const result = await tools.run('helm', ['list', '--all-namespaces', '--all', '--output', 'json', '--kubeconfig', kubeconfig], {
    signal,
    isShielded: true,
  });
  if (result.exitCode !== 0)
    throw new LabError('CLUSTER_UNREACHABLE', `helm cannot list the releases of the cluster: ${result.stderr.trim()}`, {
      next: 'Check the context with "kubectl get nodes".',
    });
  return JSON.parse(result.stdout || '[]') as Release[];
}

/** Why helm could not take a release back, in one line. */
function explainRemoval(stderr: string, name: string): string {
  const error = explainFailure('helm', stderr, { name, engine: '' });
  return error.code === 'HELM_FAILED' ? stderr.trim().split('\n').at(-1)! : error.message;
}

async function definitionNames(api: KubeApi, signal: AbortSignal): Promise<Set<string>> {
  return new Set((await api.list(customResourceDefinitions, {}, { signal })).items.map((crd) => crd.metadata.name));
}

async function ignoreMissing(deletion: Promise<void>): Promise<void> {
  await deletion.catch((error: unknown) => {
    if (!isStatus(error, 'NotFound')) throw error;
  });
}
