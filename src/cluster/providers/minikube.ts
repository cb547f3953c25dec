import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { LabError } from '../../base/errors.ts';
import type { RunContext } from '../../base/run-context.ts';
import { connect } from '../../client/connect.ts';
import { installLine } from '../../tools/program.ts';
import type { CommandResult, RunOptions, Toolbox } from '../../tools/toolbox.ts';
import { buildImages } from '../build-images.ts';
import { type Engine, findEngine } from '../container-engine.ts';
import { ourName, readyCluster } from '../created-cluster.ts';
import { noEngine } from '../engine-advice.ts';
import { explainFailure } from '../explain-failure.ts';
import { ingressPorts, ingressUrlAt, PRIVILEGED_PORTS } from '../host-port.ts';
import { openIngressGateway } from '../ingress-gateway.ts';
import type { Cluster, ClusterProvider, ClusterSpec, Detection } from '../provider.ts';
import { compareVersions, LOWEST, versionIn } from '../versions.ts';

export interface MinikubeOptions {
  tools: Toolbox;
  logsFolder: string;
  progress: (line: string) => void;
}

/** Drivers that put the node into a container of this machine, whose ports can be published. */
const CONTAINER_DRIVERS: readonly string[] = ['docker', 'podman'];
const ATTEMPTS = 3;
const REMOVAL_TIMEOUT_MS = 120_000;

/**
 * minikube with a profile and a kubeconfig of the run's own. Its ingress addon stays off: it clashes with the chart that the labs
 * install. With a container driver the node's ports 80 and 443 are published on 127.0.0.1; with a virtual machine the ingress is
 * reached through a gateway of ours, so that nobody has to run "minikube tunnel" as root.
 */
export class MinikubeProvider implements ClusterProvider {
  readonly name = 'minikube';
  readonly #options: MinikubeOptions;

  constructor(options: MinikubeOptions) {
    this.#options = options;
  }

  async detect(ctx: RunContext): Promise<Detection> {
    try {
      const version = await this.#version(ctx);
      const { driver, engine } = await this.#driver(ctx);
      return { usable: true, detail: `minikube ${version} with driver ${driver}${engine === undefined ? '' : ` (${engine.version})`}` };
    } catch (error) {
      if (error instanceof LabError) return { usable: false, why: error.message, next: error.next ?? '' };
      return { usable: false, why: String(error), next: `Reinstall minikube: ${installLine('minikube', process.platform)}` };
    }
  }

  async create(spec: ClusterSpec, ctx: RunContext): Promise<Cluster> {
    ctx.signal.throwIfAborted();
    await this.#version(ctx);
    const { driver, engine } = await this.#driver(ctx);
    const profile = ourName(spec.name);
    const kubeconfig = path.join(spec.directory, 'kubeconfig');
    const run = (args: readonly string[], options: RunOptions): Promise<CommandResult> =>
      this.#options.tools.run('minikube', args, { ...options, env: { KUBECONFIG: kubeconfig } });
    const remove = async (signal: AbortSignal): Promise<void> => {
      const result = await run(['delete', '--profile', profile], { signal, isShielded: true });
      if (result.exitCode !== 0) throw this.#failure(result, profile, driver);
    };
    if (!spec.keep) ctx.cleanup.add(`minikube profile "${profile}"`, remove, { timeoutMs: REMOVAL_TIMEOUT_MS });
    const port = await this.#start(
      { profile, driver, isRootless: engine?.isRootless === true, kubernetes: spec.kubernetes },
      run,
      remove,
      ctx,
    );
    const facts = await readyCluster(kubeconfig, ctx, 120_000).catch(async (error: unknown) => {
      ctx.signal.throwIfAborted();
      const file = await this.#saveLog(run, profile, ctx);
      throw new LabError('NODE_NOT_READY', error instanceof Error ? error.message : String(error), {
        cause: error,
        next: `Read the log in ${file}, or give the driver more memory (4 GB).`,
      });
    });
    await this.#load(spec, profile, driver, engine, run, ctx);
    return {
      provider: 'minikube',
      name: profile,
      kubeconfig,
      context: undefined,
      ...facts,
      ingressUrl: port === undefined ? await this.#gateway(kubeconfig, ctx) : ingressUrlAt(port),
      endCommand: `minikube delete --profile ${profile}`,
      delete: () => remove(AbortSignal.timeout(REMOVAL_TIMEOUT_MS)),
    };
  }

  async #version(ctx: RunContext): Promise<string> {
    const { exitCode, stdout, stderr } = await this.#options.tools.run('minikube', ['version', '--short'], {
      signal: ctx.signal,
      timeoutMs: 10_000,
    });
    const version = versionIn(stdout);
    if (exitCode !== 0 || version === undefined)
      throw new LabError('PROGRAM_BROKEN', `"minikube version" does not answer (exit code ${exitCode}): ${stderr.trim()}`, {
        next: `Reinstall minikube: ${installLine('minikube', process.platform)}`,
      });
    if (compareVersions(version, LOWEST.minikube) < 0)
      throw new LabError('PROGRAM_TOO_OLD', `minikube ${version} is too old; ${LOWEST.minikube} or newer is needed.`, {
        next: `Update it: ${installLine('minikube', process.platform)}`,
      });
    return version;
  }

  /** The driver that the user has configured, else the engine that answers. */
  async #driver(ctx: RunContext): Promise<{ driver: string; engine: Engine | undefined }> {
    const { tools } = this.#options;
    const configured =
      ctx.env['MINIKUBE_DRIVER'] ??
      (await tools.run('minikube', ['config', 'get', 'driver'], { signal: ctx.signal, timeoutMs: 10_000 })).stdout.trim();
    if (configured !== '' && !CONTAINER_DRIVERS.includes(configured)) return { driver: configured, engine: undefined };
    const found = await findEngine(tools, ctx.signal, configured === '' ? undefined : configured);
    if (found.engine === undefined || !CONTAINER_DRIVERS.includes(found.engine.name))
      throw noEngine(found.engine === undefined ? found.failures : []);
    return { driver: found.engine.name, engine: found.engine };
  }

  /** Resolves with the port of the ingress, or `undefined` where it cannot be published. */
  async #start(
    wanted: { profile: string; driver: string; isRootless: boolean; kubernetes: string | undefined },
    run: (args: readonly string[], options: RunOptions) => Promise<CommandResult>,
    remove: (signal: AbortSignal) => Promise<void>,
    ctx: RunContext,
  ): Promise<number | undefined> {
    const { profile, driver, kubernetes } = wanted;
    const avoid = new Set(wanted.isRootless ? PRIVILEGED_PORTS : []);
    for (let attempt = 1; ; attempt += 1) {
      const ports = CONTAINER_DRIVERS.includes(driver) ? await ingressPorts(avoid) : undefined;
      this.#options.progress(
        `Creating minikube profile "${profile}" with driver ${driver}${ports === undefined ? '' : `; its ingress will answer on ${ingressUrlAt(ports.http)}`}`,
      );
      const result = await run(
        [
          'start',
          '--profile',
          profile,
          '--driver',
          driver,
          '--cpus',
          '2',
          '--memory',
          '4g',
          '--wait',
          'all',
          '--wait-timeout',
          '6m',
          '--interactive=false',
          '--embed-certs',
          ...(ports === undefined ? [] : ['--ports', `127.0.0.1:${ports.http}:80`, '--ports', `127.0.0.1:${ports.https}:443`]),
          ...(kubernetes === undefined ? [] : ['--kubernetes-version', kubernetes]),
        ],
        { signal: ctx.signal },
      );
      if (result.exitCode === 0) return ports?.http;
      const error = this.#failure(result, profile, driver);
      if (error.code !== 'PORT_TAKEN' || ports === undefined || attempt === ATTEMPTS) throw error;
      await remove(ctx.signal);
      avoid.add(ports.http).add(ports.https);
    }
  }

  #failure({ stdout, stderr, exitCode }: CommandResult, profile: string, driver: string): LabError {
    return explainFailure('minikube', `${stdout}\n${stderr}`, { name: profile, engine: driver }, exitCode);
  }

  async #saveLog(
    run: (args: readonly string[], options: RunOptions) => Promise<CommandResult>,
    profile: string,
    ctx: RunContext,
  ): Promise<string> {
    await mkdir(this.#options.logsFolder, { recursive: true, mode: 0o700 });
    const file = path.join(this.#options.logsFolder, `${profile}.log`);
    await run(['logs', '--profile', profile, `--file=${file}`], { signal: ctx.signal, timeoutMs: 60_000 });
    return file;
  }

  async #load(
    spec: ClusterSpec,
    profile: string,
    driver: string,
    engine: Engine | undefined,
    run: (args: readonly string[], options: RunOptions) => Promise<CommandResult>,
    ctx: RunContext,
  ): Promise<void> {
    const images = spec.images ?? [];
    if (images.length === 0) return;
    this.#options.progress(`Building ${images.length} images and loading them into "${profile}"`);
    // A virtual machine has its own engine, and this machine may have none.
    const commands =
      engine === undefined
        ? images.map(({ reference, context, buildArgs }) => [
            'image',
            'build',
            '--profile',
            profile,
            '--tag',
            reference,
            ...Object.entries(buildArgs).map(([key, value]) => `--build-opt=build-arg=${key}=${value}`),
            context,
          ])
        : [['image', 'load', '--profile', profile, ...images.map(({ reference }) => reference)]];
    if (engine !== undefined) await buildImages(engine, images, { tools: this.#options.tools, keep: spec.keep }, ctx);
    for (const args of commands) {
      const result = await run(args, { signal: ctx.signal });
      if (result.exitCode !== 0) throw this.#failure(result, profile, driver);
    }
  }

  async #gateway(kubeconfig: string, ctx: RunContext): Promise<string> {
    const connection = await connect({ kubeconfig, env: ctx.env, clock: ctx.clock, requestTimeoutMs: 10_000 });
    const gateway = await openIngressGateway({ api: connection.api, tools: this.#options.tools, kubeconfig }, ctx);
    ctx.cleanup.add('way to the ingress', async () => {
      await gateway.close();
      connection.close();
    });
    return gateway.url;
  }
}
