import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LabError } from '../../base/errors.ts';
import type { RunContext } from '../../base/run-context.ts';
import { connect } from '../../client/connect.ts';
import type { KubeApi } from '../../kube/kube-api.ts';
import { customResourceDefinitions, namespaces } from '../../kube/resource-type.ts';
import { isStatus } from '../../kube/status-error.ts';
import type { Toolbox } from '../../tools/toolbox.ts';
import { namespaceNames, readClusterInfo } from '../cluster-info.ts';
import type { Cluster, ClusterProvider, ClusterSpec, Detection } from '../provider.ts';

interface Release { name: string; namespace: string; updated: string }

/**
 * Any context of a kubeconfig. Creates nothing itself; at the end it takes back what the run installed: releases that were
 * not there before, their namespaces if the run made them, and the CRDs that those releases own.
 */
export class ExistingProvider implements ClusterProvider {
  readonly name = 'existing';
  readonly #tools: Toolbox;

  constructor(tools: Toolbox) { this.#tools = tools; }

  async detect(ctx: RunContext): Promise<Detection> {
    const result = await this.#tools.run('kubectl', ['config', 'current-context'], { signal: ctx.signal }).catch(() => undefined);
    if (result === undefined) return { usable: false, why: 'kubectl was not found', next: 'Install kubectl.' };
    if (result.exitCode !== 0) return { usable: false, why: 'the kubeconfig has no current context', next: 'Name a context with --context, or set KUBECONFIG.' };
    return { usable: true, detail: `current context "${result.stdout.trim()}"` };
  }

  async create(spec: ClusterSpec, ctx: RunContext): Promise<Cluster> {
    const { signal } = ctx;
    const selected = spec.context === undefined ? [] : ['--context', spec.context];
    const view = await this.#tools.run('kubectl', ['config', 'view', '--minify', '--flatten', '--raw', ...selected], { signal });
    if (view.exitCode !== 0) {
      throw new LabError('CONTEXT_UNKNOWN', `Cannot use context "${spec.context ?? 'current'}": ${view.stderr.trim().replace(/^error: /, '')}.`, { next: 'List the contexts with "kubectl config get-contexts" and name one with --context.' });
    }
    const kubeconfig = path.join(spec.directory, 'kubeconfig');
    await writeFile(kubeconfig, view.stdout, { mode: 0o600 });
    const connection = await connect({ kubeconfig, env: ctx.env, clock: ctx.clock, requestTimeoutMs: 10_000 });
    ctx.cleanup.add(`connection to "${connection.context}"`, () => connection.close());
    const version = JSON.parse(await connection.raw('/version')) as { gitVersion: string };
    const info = await readClusterInfo(connection.api, signal);
    if (info === undefined) {
      throw new LabError('INGRESS_UNKNOWN', `How the ingress of context "${connection.context}" is reached from here is not known.`, {
        next: 'Publish it: kubectl create configmap canary-lab -n kube-public --from-literal=ingressUrl=http://HOST:PORT',
      });
    }
    const before = { releases: await this.#releases(kubeconfig, signal), namespaces: await namespaceNames(connection.api, signal), crds: await crdNames(connection.api, signal) };
    const remove = (undo: AbortSignal): Promise<void> => this.#removeNew(kubeconfig, connection.api, before, undo);
    if (!spec.keep) ctx.cleanup.add(`what the run installed into "${connection.context}"`, remove);
    return {
      provider: 'existing', name: connection.context, kubeconfig, context: undefined, ingressUrl: info.ingressUrl,
      chartRepositories: info.chartRepositories, kubernetesVersion: version.gitVersion, capabilities: info.capabilities,
      delete: () => remove(AbortSignal.timeout(60_000)),
    };
  }

  async #releases(kubeconfig: string, signal: AbortSignal): Promise<Release[]> {
    const result = await this.#tools.run('helm', ['list', '--all-namespaces', '--all', '--output', 'json', '--kubeconfig', kubeconfig], { signal });
    if (result.exitCode !== 0) throw new LabError('CLUSTER_UNREACHABLE', `helm cannot list the releases of the cluster: ${result.stderr.trim()}`, { next: 'Check the context with "kubectl get nodes".' });
    return JSON.parse(result.stdout || '[]') as Release[];
  }

  async #removeNew(kubeconfig: string, api: KubeApi, before: { releases: Release[]; namespaces: Set<string>; crds: Set<string> }, signal: AbortSignal): Promise<void> {
    const known = new Set(before.releases.map(({ name, namespace }) => `${namespace}/${name}`));
    const added = (await this.#releases(kubeconfig, signal)).filter(({ name, namespace }) => !known.has(`${namespace}/${name}`));
    // The newest first, so that an app goes before the controllers that it needs to end well.
    for (const { name, namespace } of added.sort((a, b) => (a.updated < b.updated ? 1 : -1))) {
      await this.#tools.run('helm', ['uninstall', name, '--namespace', namespace, '--wait', '--kubeconfig', kubeconfig], { signal, timeoutMs: 60_000 });
    }
    const owners = new Set(added.map(({ name }) => name));
    for (const crd of (await api.list(customResourceDefinitions, {}, { signal })).items) {
      if (before.crds.has(crd.metadata.name) || !owners.has(crd.metadata.annotations?.['meta.helm.sh/release-name'] ?? '')) continue;
      await ignoreMissing(api.delete(customResourceDefinitions, { name: crd.metadata.name }, { signal }));
    }
    for (const name of new Set(added.map(({ namespace }) => namespace))) {
      if (!before.namespaces.has(name)) await ignoreMissing(api.delete(namespaces, { name }, { signal }));
    }
  }
}

async function crdNames(api: KubeApi, signal: AbortSignal): Promise<Set<string>> {
  return new Set((await api.list(customResourceDefinitions, {}, { signal })).items.map((crd) => crd.metadata.name));
}

async function ignoreMissing(deletion: Promise<void>): Promise<void> {
  await deletion.catch((error: unknown) => { if (!isStatus(error, 'NotFound')) throw error; });
}
