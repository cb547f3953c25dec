import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { LabError } from '../../base/errors.ts';
import type { RunContext } from '../../base/run-context.ts';
import { type Connection, connect } from '../../client/connect.ts';
import { nodes } from '../../kube/resource-type.ts';
import { installLine } from '../../tools/program.ts';
import type { Toolbox } from '../../tools/toolbox.ts';
import { type ClusterInfo, NO_CAPABILITIES, publishedInfo, UPSTREAM_CHARTS } from '../cluster-info.ts';
import { openIngressGateway } from '../ingress-gateway.ts';
import { InstalledByRun } from '../installed-by-run.ts';
import { kubeconfigProblem } from '../kubeconfig-problem.ts';
import { isLocalCluster } from '../local-cluster.ts';
import type { Cluster, ClusterProvider, ClusterSpec, Detection } from '../provider.ts';

/** Releases are uninstalled one after the other, and their namespaces end when the last of their Pods has. */
const REMOVAL_TIMEOUT_MS = 180_000;

export interface ExistingOptions {
  tools: Toolbox;
  /** Asks whether a cluster that is not on this machine may be used. */
  confirm: (question: string) => Promise<boolean>;
  /** Default: the host's. */
  clock?: Clock | undefined;
}

/**
 * Any context of a kubeconfig. Creates nothing itself; at the end it takes back what the run installed and nothing else.
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
    const installed = await InstalledByRun.begin(
      { context: connection.context, kubeconfig, api: connection.api, tools, clock: this.#options.clock, directory: spec.directory },
      signal,
    );
    if (!spec.keep)
      ctx.cleanup.add(`what the run installed into "${connection.context}"`, (undo) => installed.takeBack(undo), {
        timeoutMs: REMOVAL_TIMEOUT_MS,
      });
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
      observe: (argv) => installed.observe(argv),
      delete: () => installed.takeBack(AbortSignal.timeout(REMOVAL_TIMEOUT_MS)),
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
}
