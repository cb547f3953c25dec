import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseDocument, type YAMLMap } from 'yaml';
import { LabError } from '../../base/errors.ts';
import type { RunContext } from '../../base/run-context.ts';
import { installLine } from '../../tools/program.ts';
import type { RunOptions, Toolbox } from '../../tools/toolbox.ts';
import { buildImages, saveImages } from '../build-images.ts';
import { type Engine, findEngine } from '../container-engine.ts';
import { OUR_PREFIX, ourName, readyCluster } from '../created-cluster.ts';
import { noEngine } from '../engine-advice.ts';
import { explainFailure } from '../explain-failure.ts';
import { type HostPorts, ingressPorts, ingressUrlAt, PRIVILEGED_PORTS } from '../host-port.ts';
import type { LocalImage } from '../local-image.ts';
import type { Cluster, ClusterProvider, ClusterSpec, Detection } from '../provider.ts';
import { CGROUP_V2_FROM, compareVersions, LOWEST, nodeImageOf, versionIn } from '../versions.ts';

export interface KindOptions {
  tools: Toolbox;
  /** The cluster's file, whose host ports are replaced by free ones. */
  configFile: string;
  /** Where the logs of a cluster that did not come up are saved. */
  logsFolder: string;
  progress: (line: string) => void;
}

const ATTEMPTS = 3;
const REMOVAL_TIMEOUT_MS = 60_000;

/** kind's network, whoever's the cluster is. */
export const NETWORK = 'kind';
/** The cluster's file in the folder of the run. */
export const CONFIG_FILE = 'kind-cluster.yaml';

/** kind in Docker, nerdctl or Podman. Every cluster has a name of its own, its ports are on 127.0.0.1, and its kubeconfig is not the user's. */
export class KindProvider implements ClusterProvider {
  readonly name = 'kind';
  readonly #options: KindOptions;

  constructor(options: KindOptions) {
    this.#options = options;
  }

  async detect(ctx: RunContext): Promise<Detection> {
    try {
      const version = await this.#version(ctx);
      const found = await findEngine(this.#options.tools, ctx.signal, ctx.env['KIND_EXPERIMENTAL_PROVIDER']);
      if (found.engine === undefined) {
        const error = noEngine(found.failures);
        return { usable: false, why: error.message, next: error.next ?? '' };
      }
      const warning = cgroupProblem(found.engine, nodeImageOf(version));
      if (warning !== undefined) return { usable: false, why: warning.message, next: warning.next ?? '' };
      return { usable: true, detail: `kind ${version} with ${found.engine.name} ${found.engine.version}` };
    } catch (error) {
      if (error instanceof LabError) return { usable: false, why: error.message, next: error.next ?? '' };
      return { usable: false, why: String(error), next: `Reinstall kind: ${installLine('kind', process.platform)}` };
    }
  }

  async create(spec: ClusterSpec, ctx: RunContext): Promise<Cluster> {
    ctx.signal.throwIfAborted();
    const { tools, progress } = this.#options;
    const version = await this.#version(ctx);
    const found = await findEngine(tools, ctx.signal, ctx.env['KIND_EXPERIMENTAL_PROVIDER']);
    if (found.engine === undefined) throw noEngine(found.failures);
    const { engine } = found;
    const image = spec.kubernetes === undefined ? undefined : `kindest/node:${spec.kubernetes}`;
    const problem = cgroupProblem(engine, image ?? nodeImageOf(version));
    if (problem !== undefined) throw problem;
    const name = ourName(spec.name);
    const kubeconfig = path.join(spec.directory, 'kubeconfig');
    const run = (args: readonly string[], options: RunOptions): ReturnType<Toolbox['run']> =>
      tools.run('kind', args, { ...options, env: { KIND_EXPERIMENTAL_PROVIDER: engine.name } });
    const remove = async (signal: AbortSignal): Promise<void> => {
      const { exitCode, stderr } = await run(['delete', 'cluster', '--name', name, '--kubeconfig', kubeconfig], {
        signal,
        isShielded: true,
      });
      if (exitCode !== 0) throw explainFailure('kind', stderr, { name, engine: engine.name }, exitCode);
    };
    if (!spec.keep) {
      await this.#removeNetworkAfterwards(engine, run, ctx);
      ctx.cleanup.add(`kind cluster "${name}"`, remove, { timeoutMs: REMOVAL_TIMEOUT_MS });
    }
    const ports = await this.#createCluster({ name, kubeconfig, image, directory: spec.directory }, engine, run, remove, ctx);
    progress(`Waiting for the node of "${name}"`);
    const facts = await readyCluster(kubeconfig, ctx, 120_000).catch(async (error: unknown) => {
      ctx.signal.throwIfAborted();
      const folder = path.join(this.#options.logsFolder, name);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await run(['export', 'logs', folder, '--name', name], { signal: ctx.signal, timeoutMs: 60_000 });
      throw new LabError('NODE_NOT_READY', error instanceof Error ? error.message : String(error), {
        cause: error,
        next: `Read the logs in ${folder}, or give the engine more memory (4 GB).`,
      });
    });
    await this.#load(spec.images ?? [], { name, directory: spec.directory, keep: spec.keep }, engine, run, ctx);
    return {
      provider: 'kind',
      name,
      kubeconfig,
      context: undefined,
      ingressUrl: ingressUrlAt(ports.http),
      ...facts,
      endCommand: `kind delete cluster --name ${name}`,
      delete: () => remove(AbortSignal.timeout(REMOVAL_TIMEOUT_MS)),
    };
  }

  async #version(ctx: RunContext): Promise<string> {
    const { exitCode, stdout, stderr } = await this.#options.tools.run('kind', ['version'], { signal: ctx.signal, timeoutMs: 10_000 });
    const version = versionIn(stdout);
    if (exitCode !== 0 || version === undefined)
      throw new LabError('PROGRAM_BROKEN', `"kind version" does not answer (exit code ${exitCode}): ${stderr.trim()}`, {
        next: `Reinstall kind: ${installLine('kind', process.platform)}`,
      });
    if (compareVersions(version, LOWEST.kind) < 0)
      throw new LabError('PROGRAM_TOO_OLD', `kind ${version} is too old; ${LOWEST.kind} or newer is needed.`, {
        next: `Update it: ${installLine('kind', process.platform)}`,
      });
    return version;
  }

  /** A failed attempt may have lost a race for a port: it is repeated with the next free ones. */
  async #createCluster(
    wanted: { name: string; kubeconfig: string; image: string | undefined; directory: string },
    engine: Engine,
    run: KindRun,
    remove: (signal: AbortSignal) => Promise<void>,
    ctx: RunContext,
  ): Promise<HostPorts> {
    const avoid = new Set(engine.isRootless ? PRIVILEGED_PORTS : []);
    for (let attempt = 1; ; attempt += 1) {
      const ports = await ingressPorts(avoid);
      const config = path.join(wanted.directory, CONFIG_FILE);
      await writeFile(config, withHostPorts(await readFile(this.#options.configFile, 'utf8'), ports), { mode: 0o600 });
      this.#options.progress(
        `Creating kind cluster "${wanted.name}" in ${engine.name}; its ingress will answer on ${ingressUrlAt(ports.http)}`,
      );
      const args = [
        'create',
        'cluster',
        '--name',
        wanted.name,
        '--config',
        config,
        '--kubeconfig',
        wanted.kubeconfig,
        '--wait',
        '120s',
        ...(wanted.image === undefined ? [] : ['--image', wanted.image]),
      ];
      const { exitCode, stdout, stderr } = await run(args, { signal: ctx.signal });
      if (exitCode === 0) return ports;
      const error = explainFailure('kind', `${stdout}\n${stderr}`, { name: wanted.name, engine: engine.name }, exitCode);
      if (error.code !== 'PORT_TAKEN' || attempt === ATTEMPTS) throw error;
      await remove(ctx.signal);
      avoid.add(ports.http).add(ports.https);
    }
  }

  /** kind leaves its network behind, also after a failure. It goes with the last of our clusters if it came with the first. */
  async #removeNetworkAfterwards(engine: Engine, run: KindRun, ctx: RunContext): Promise<void> {
    const { tools } = this.#options;
    const wasThere = (
      await tools.run(engine.name, ['network', 'ls', '--filter', `name=${NETWORK}`, '--format', '{{.Name}}'], { signal: ctx.signal })
    ).stdout
      .split('\n')
      .includes(NETWORK);
    const others = await clusterNames(run, ctx.signal);
    if (wasThere && !(others.length > 0 && others.every((name) => name.startsWith(OUR_PREFIX)))) return;
    ctx.cleanup.add(`network "${NETWORK}"`, async (signal) => {
      // In use by another cluster: the engine refuses, and the network stays for that one to remove.
      if ((await clusterNames(run, signal)).length === 0)
        await tools.run(engine.name, ['network', 'rm', NETWORK], { signal, isShielded: true });
    });
  }

  async #load(
    images: readonly LocalImage[],
    into: { name: string; directory: string; keep: boolean },
    engine: Engine,
    run: KindRun,
    ctx: RunContext,
  ): Promise<void> {
    if (images.length === 0) return;
    const { tools, progress } = this.#options;
    progress(`Building ${images.length} images and loading them into "${into.name}"`);
    await buildImages(engine, images, { tools, keep: into.keep }, ctx);
    let args = ['load', 'docker-image', ...images.map(({ reference }) => reference), '--name', into.name];
    if (engine.name !== 'docker') {
      // "load docker-image" calls the docker program whatever the engine is.
      const archive = path.join(into.directory, 'images.tar');
      await saveImages(engine, images, archive, tools, ctx);
      args = ['load', 'image-archive', archive, '--name', into.name];
    }
    const { exitCode, stdout, stderr } = await run(args, { signal: ctx.signal });
    if (exitCode !== 0) throw explainFailure('kind', `${stdout}\n${stderr}`, { name: into.name, engine: engine.name }, exitCode);
  }
}

type KindRun = (args: readonly string[], options: RunOptions) => ReturnType<Toolbox['run']>;

/** Names of kind clusters; none when kind cannot tell. */
export async function clusterNames(run: KindRun, signal: AbortSignal): Promise<string[]> {
  const { exitCode, stdout } = await run(['get', 'clusters'], { signal, timeoutMs: 15_000, isShielded: true });
  return exitCode === 0 ? stdout.split('\n').filter((line) => line !== '') : [];
}

/** The cluster's file with other host ports; everything else, comments too, stays as it is. */
export function withHostPorts(config: string, ports: HostPorts): string {
  const document = parseDocument(config);
  const mappings = document.getIn(['nodes', 0, 'extraPortMappings']) as { items: YAMLMap[] } | undefined;
  for (const mapping of mappings?.items ?? []) {
    if (mapping.get('containerPort') === 80) mapping.set('hostPort', ports.http);
    if (mapping.get('containerPort') === 443) mapping.set('hostPort', ports.https);
    mapping.set('listenAddress', '127.0.0.1');
  }
  return document.toString();
}

/** Nodes of new Kubernetes versions do not start on cgroup v1. */
function cgroupProblem(engine: Engine, nodeImage: string): LabError | undefined {
  if (engine.cgroupVersion !== 1) return undefined;
  if (engine.isRootless)
    return new LabError('CGROUP_V1', `A rootless ${engine.name} needs cgroup v2, and this host has cgroup v1.`, {
      next: 'Switch the host to cgroup v2 (kernel argument systemd.unified_cgroup_hierarchy=1).',
    });
  const kubernetes = nodeImage.split(':')[1] ?? '';
  if (compareVersions(kubernetes, CGROUP_V2_FROM) < 0) return undefined;
  return new LabError('CGROUP_V1', `This host has cgroup v1, on which nodes of Kubernetes ${kubernetes} do not start.`, {
    next: 'Use an older node (--kubernetes v1.34.0), or switch the host to cgroup v2.',
  });
}
