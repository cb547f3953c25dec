import { writeFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Clock, hostClock } from '../../base/clock.ts';
import { LabError } from '../../base/errors.ts';
import { poll } from '../../base/poll.ts';
import type { RunContext } from '../../base/run-context.ts';
import { type Connection, connect } from '../../client/connect.ts';
import type { KubeApi } from '../../kube/kube-api.ts';
import { customResourceDefinitions, namespaces, nodes } from '../../kube/resource-type.ts';
import { isStatus } from '../../kube/status-error.ts';
import { installLine } from '../../tools/program.ts';
import type { Toolbox } from '../../tools/toolbox.ts';
import { definitionsInCharts } from '../chart-definitions.ts';
import { type ClusterInfo, NO_CAPABILITIES, namespaceNames, publishedInfo, UPSTREAM_CHARTS } from '../cluster-info.ts';
import { explainFailure } from '../explain-failure.ts';
import { type ChartReference, chartOf, namespaceOf, releaseOf, repositoryOf } from '../helm-release.ts';
import { openIngressGateway } from '../ingress-gateway.ts';
import { kubeconfigProblem } from '../kubeconfig-problem.ts';
import { isLocalCluster } from '../local-cluster.ts';
import { MADE_FILE, type Made } from '../made-file.ts';
import type { Cluster, ClusterProvider, ClusterSpec, Detection } from '../provider.ts';

/** Releases are uninstalled one after the other, and their namespaces end when the last of their Pods has. */
const REMOVAL_TIMEOUT_MS = 180_000;

interface Release {
  name: string;
  namespace: string;
  updated: string;
}

export interface ExistingOptions {
  tools: Toolbox;
  /** Asks whether a cluster that is not on this machine may be used. */
  confirm: (question: string) => Promise<boolean>;
  /** Default: the host's. */
  clock?: Clock | undefined;
}

/**
 * Any context of a kubeconfig. Creates nothing itself; at the end it takes back what the run installed and nothing else: the releases
 * that its commands made and that were not there before, their namespaces if the run made them, and the CRDs that those releases own or
 * that are in the crds folders of their charts.
 */
export class ExistingProvider implements ClusterProvider {
  readonly name = 'existing';
  readonly #options: ExistingOptions;

  constructor(options: ExistingOptions) {
    this.#options = options;
  }

  async detect(ctx: RunContext): Promise<Detection> {
    const { tools } = this.#options;
    const result = await tools
      .run('kubectl', ['config', 'current-context'], { signal: ctx.signal, timeoutMs: 10_000 })
      .catch(() => undefined);
    if (result === undefined)
      return { usable: false, why: 'kubectl was not found', next: `Install kubectl: ${installLine('kubectl', process.platform)}` };
    const problem = await kubeconfigProblem(tools.environment, undefined);
    if (problem !== undefined) return { usable: false, why: problem.message, next: problem.next ?? '' };
    if (result.exitCode !== 0) return { usable: false, why: result.stderr.trim(), next: 'List the contexts: kubectl config get-contexts' };
    return { usable: true, detail: `current context "${result.stdout.trim()}"` };
  }

  async create(spec: ClusterSpec, ctx: RunContext): Promise<Cluster> {
    const { signal } = ctx;
    const { tools } = this.#options;
    signal.throwIfAborted();
    const selected = spec.context === undefined ? [] : ['--context', spec.context];
    const view = await tools.run('kubectl', ['config', 'view', '--minify', '--flatten', '--raw', ...selected], { signal });
    const problem = await kubeconfigProblem(tools.environment, spec.context);
    if (problem !== undefined) throw problem;
    if (view.exitCode !== 0) {
      const which = spec.context === undefined ? 'the current context' : `context "${spec.context}"`;
      throw new LabError('CONTEXT_UNKNOWN', `Cannot use ${which}: ${view.stderr.trim().replace(/^error: /, '')}.`, {
        next: 'List the contexts with "kubectl config get-contexts" and name one with --context.',
      });
    }
    const kubeconfig = path.join(spec.directory, 'kubeconfig');
    await writeFile(kubeconfig, view.stdout, { mode: 0o600 });
    const connection = await connect({ kubeconfig, env: ctx.env, clock: ctx.clock, requestTimeoutMs: 10_000 });
    ctx.cleanup.add(`connection to "${connection.context}"`, () => connection.close());
    const version = JSON.parse(await connection.raw('/version')) as { gitVersion: string };
    const published = await publishedInfo(connection.api, signal);
    if (published === undefined) await this.#askBeforeTouching(connection, signal);
    const before = {
      releases: await this.#releases(kubeconfig, signal),
      namespaces: await namespaceNames(connection.api, signal),
      crds: await crdNames(connection.api, signal),
    };
    const made = new Map<string, { name: string; namespace: string }>();
    const madeNamespaces = new Set<string>();
    const charts = new Map<string, ChartReference>();
    const repositories = new Map<string, string>();
    const madeFile = path.join(spec.directory, MADE_FILE);
    const remove = async (undo: AbortSignal): Promise<void> => {
      await this.#removeMade(
        kubeconfig,
        connection.api,
        before,
        { releases: made, namespaces: madeNamespaces, charts, repositories },
        undo,
      );
      await rm(madeFile, { force: true });
    };
    if (!spec.keep) ctx.cleanup.add(`what the run installed into "${connection.context}"`, remove, { timeoutMs: REMOVAL_TIMEOUT_MS });
    const info = published ?? (await this.#throughGateway(connection, kubeconfig, ctx));
    return {
      provider: 'existing',
      name: connection.context,
      kubeconfig,
      context: undefined,
      ingressUrl: info.ingressUrl,
      chartRepositories: info.chartRepositories,
      kubernetesVersion: version.gitVersion,
      capabilities: info.capabilities,
      observe: (argv) => {
        const release = releaseOf(argv);
        const key = release === undefined ? '' : `${release.namespace}/${release.name}`;
        if (release !== undefined && !before.releases.some(({ name, namespace }) => `${namespace}/${name}` === key)) made.set(key, release);
        const chart = chartOf(argv);
        if (chart !== undefined && made.has(key)) charts.set(key, chart);
        const repository = repositoryOf(argv);
        if (repository !== undefined) repositories.set(repository.name, repository.url);
        const namespace = namespaceOf(argv);
        if (namespace !== undefined) madeNamespaces.add(namespace);
        // Where "doctor --leftovers" finds what a run that was killed has made. Written at once: the command starts next.
        if (release !== undefined || namespace !== undefined)
          writeFileSync(
            madeFile,
            JSON.stringify({
              context: connection.context,
              releases: [...made.values()],
              namespaces: [...madeNamespaces],
              before: { namespaces: [...before.namespaces], definitions: [...before.crds] },
            } satisfies Made),
            { mode: 0o600 },
          );
      },
      delete: () => remove(AbortSignal.timeout(REMOVAL_TIMEOUT_MS)),
    };
  }

  async #askBeforeTouching(connection: Connection, signal: AbortSignal): Promise<void> {
    const { items } = await connection.api.list(nodes, {}, { signal });
    if (isLocalCluster(connection.server, items)) return;
    const question = `Context "${connection.context}" is not on this machine (${connection.server}, ${items.length} nodes). The lab installs ingress-nginx, Argo Rollouts and a sample app there and removes them at the end. Go on?`;
    if (await this.#options.confirm(question)) return;
    throw new LabError(
      'CONTEXT_NOT_CONFIRMED',
      `Context "${connection.context}" at ${connection.server} is not on this machine, and nobody said that it may be used.`,
      { next: 'Add --yes if it may, or choose another context with --context.' },
    );
  }

  async #throughGateway(connection: Connection, kubeconfig: string, ctx: RunContext): Promise<ClusterInfo> {
    const gateway = await openIngressGateway({ api: connection.api, tools: this.#options.tools, kubeconfig }, ctx);
    ctx.cleanup.add('way to the ingress', () => gateway.close());
    return { ingressUrl: gateway.url, chartRepositories: { ...UPSTREAM_CHARTS }, capabilities: NO_CAPABILITIES };
  }

  async #releases(kubeconfig: string, signal: AbortSignal): Promise<Release[]> {
    const result = await this.#options.tools.run(
      'helm',
      ['list', '--all-namespaces', '--all', '--output', 'json', '--kubeconfig', kubeconfig],
      { signal, isShielded: true },
    );
    if (result.exitCode !== 0)
      throw new LabError('CLUSTER_UNREACHABLE', `helm cannot list the releases of the cluster: ${result.stderr.trim()}`, {
        next: 'Check the context with "kubectl get nodes".',
      });
    return JSON.parse(result.stdout || '[]') as Release[];
  }

  async #removeMade(
    kubeconfig: string,
    api: KubeApi,
    before: { releases: Release[]; namespaces: Set<string>; crds: Set<string> },
    made: {
      releases: ReadonlyMap<string, unknown>;
      namespaces: ReadonlySet<string>;
      charts: ReadonlyMap<string, ChartReference>;
      repositories: ReadonlyMap<string, string>;
    },
    signal: AbortSignal,
  ): Promise<void> {
    const known = new Set(before.releases.map(({ name, namespace }) => `${namespace}/${name}`));
    const added = (await this.#releases(kubeconfig, signal)).filter(
      ({ name, namespace }) => !known.has(`${namespace}/${name}`) && made.releases.has(`${namespace}/${name}`),
    );
    // The newest first, so that an app goes before the controllers that it needs to end well.
    const failures: string[] = [];
    for (const { name, namespace } of added.sort((a, b) => (a.updated < b.updated ? 1 : -1))) {
      const { exitCode, stderr } = await this.#options.tools.run(
        'helm',
        ['uninstall', name, '--namespace', namespace, '--wait', '--kubeconfig', kubeconfig],
        { signal, timeoutMs: 60_000, isShielded: true },
      );
      if (exitCode !== 0) failures.push(`release ${name} in namespace ${namespace}: ${explainRemoval(stderr, name)}`);
    }
    const owners = new Set(added.map(({ name, namespace }) => `${namespace}/${name}`));
    const isOwned = (annotations: Record<string, string> | undefined): boolean =>
      owners.has(`${annotations?.['meta.helm.sh/release-namespace']}/${annotations?.['meta.helm.sh/release-name']}`);
    const fresh = (await api.list(customResourceDefinitions, {}, { signal })).items
      .map(({ metadata }) => metadata)
      .filter(({ name }) => !before.crds.has(name));
    const charts = [...made.charts].filter(([release]) => owners.has(release)).map(([, chart]) => chart);
    const inCharts = fresh.every(({ annotations }) => isOwned(annotations))
      ? new Set<string>()
      : await definitionsInCharts(charts, made.repositories, this.#options.tools, signal);
    const definitions = fresh.filter(({ name, annotations }) => isOwned(annotations) || inCharts.has(name)).map(({ name }) => name);
    for (const name of definitions) await ignoreMissing(api.delete(customResourceDefinitions, { name }, { signal }));
    // A namespace that a command was going to make when the run was cut off may be there without a release.
    const spaces = new Set([...made.releases.keys()].map((key) => key.split('/')[0]!));
    const ours = [...new Set([...spaces, ...made.namespaces])].filter((name) => !before.namespaces.has(name));
    for (const name of ours) await ignoreMissing(api.delete(namespaces, { name }, { signal }));
    // A lab that follows would find them terminating, and helm would adopt what is about to go.
    const left = async (): Promise<string[]> => {
      const [spacesLeft, crdsLeft] = await Promise.all([namespaceNames(api, signal), crdNames(api, signal)]);
      return [...ours.filter((name) => spacesLeft.has(name)), ...definitions.filter((name) => crdsLeft.has(name))];
    };
    await poll(
      left,
      { until: (names) => names.length === 0, everyMs: 50, timeoutMs: 60_000, what: `${[...ours, ...definitions].join(', ')} to go` },
      { clock: this.#options.clock ?? hostClock, signal },
    );
    if (failures.length > 0) throw new Error(failures.join('; '));
  }
}

/** Why helm could not take a release back, in one line. */
function explainRemoval(stderr: string, name: string): string {
  const error = explainFailure('helm', stderr, { name, engine: '' });
  return error.code === 'HELM_FAILED' ? stderr.trim().split('\n').at(-1)! : error.message;
}

async function crdNames(api: KubeApi, signal: AbortSignal): Promise<Set<string>> {
  return new Set((await api.list(customResourceDefinitions, {}, { signal })).items.map((crd) => crd.metadata.name));
}

async function ignoreMissing(deletion: Promise<void>): Promise<void> {
  await deletion.catch((error: unknown) => {
    if (!isStatus(error, 'NotFound')) throw error;
  });
}
