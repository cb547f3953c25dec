import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LabError, messageOf } from '../../base/errors.ts';
import type { RunContext } from '../../base/run-context.ts';
import type { Toolbox } from '../../tools/toolbox.ts';
import { buildImages, saveImages } from '../build-images.ts';
import { type Engine, findEngine } from '../container-engine.ts';
import { ourName, readyCluster } from '../created-cluster.ts';
import { noEngine } from '../engine-advice.ts';
import { explainFailure } from '../explain-failure.ts';
import { ingressUrlAt } from '../host-port.ts';
import type { K3sLauncher, RunningK3s } from '../k3s-launcher.ts';
import type { LocalImage } from '../local-image.ts';
import type { Cluster, ClusterProvider, ClusterSpec, Detection } from '../provider.ts';
import { K3S_IMAGE } from '../versions.ts';

export interface K3sOptions {
  tools: Toolbox;
  launcher: K3sLauncher;
  progress: (line: string) => void;
}

/** Label of the containers that this provider starts. */
export const CONTAINER_LABEL = 'canary-lab.internal/cluster';

/** k3s in one container, Traefik off, port 80 of its node published on a free port of 127.0.0.1. */
export class K3sProvider implements ClusterProvider {
  readonly name = 'k3s';
  readonly #options: K3sOptions;

  constructor(options: K3sOptions) {
    this.#options = options;
  }

  async detect(ctx: RunContext): Promise<Detection> {
    try {
      const engine = await this.#engine(ctx);
      return { usable: true, detail: `${K3S_IMAGE} with ${engine.name} ${engine.version}` };
    } catch (error) {
      if (error instanceof LabError) return { usable: false, why: error.message, next: error.next ?? '' };
      return { usable: false, why: messageOf(error), next: 'See what this machine can run: npm run doctor' };
    }
  }

  async create(spec: ClusterSpec, ctx: RunContext): Promise<Cluster> {
    ctx.signal.throwIfAborted();
    if (spec.keep)
      throw new LabError('CANNOT_KEEP', 'A k3s cluster ends with the run that made it and cannot be kept.', {
        next: 'Leave out --keep, or use "--cluster kind".',
      });
    const engine = await this.#engine(ctx);
    const name = ourName(spec.name);
    this.#options.progress(`Starting k3s "${name}" in ${engine.name}`);
    const image = spec.kubernetes === undefined ? K3S_IMAGE : `rancher/k3s:${spec.kubernetes.replace('+', '-')}`;
    const starting = this.#options.launcher.start({ image, name, labels: { [CONTAINER_LABEL]: name } });
    const stop = async (): Promise<void> => {
      await (await starting.catch(() => undefined))?.stop();
    };
    // A start cannot be cut short: the undo waits for its end and then stops what has come of it.
    ctx.cleanup.add(`k3s container "${name}"`, stop);
    const running = await untilAborted(starting, ctx.signal).catch((error: unknown) => {
      ctx.signal.throwIfAborted();
      throw explainFailure('k3s', messageOf(error), { name, engine: engine.name });
    });
    const kubeconfig = path.join(spec.directory, 'kubeconfig');
    await writeFile(kubeconfig, running.kubeconfig, { mode: 0o600 });
    const facts = await readyCluster(kubeconfig, ctx, 120_000);
    await this.#load(spec.images ?? [], spec.directory, engine, running, ctx);
    return { provider: 'k3s', name, kubeconfig, context: undefined, ingressUrl: ingressUrlAt(running.httpPort), ...facts, delete: stop };
  }

  async #engine(ctx: RunContext): Promise<Engine> {
    const missing = await this.#options.launcher.missing();
    if (missing !== undefined)
      throw new LabError('PROGRAM_MISSING', `k3s cannot be used: ${missing}.`, { next: 'Install it: npm install @testcontainers/k3s' });
    const found = await findEngine(this.#options.tools, ctx.signal);
    if (found.engine === undefined) throw noEngine(found.failures);
    if (found.engine.isRootless)
      throw new LabError('PRIVILEGED_CONTAINERS_FORBIDDEN', `k3s needs privileged containers, and this ${found.engine.name} is rootless.`, {
        next: 'Use Docker with root, or "--cluster kind".',
      });
    return found.engine;
  }

  async #load(images: readonly LocalImage[], directory: string, engine: Engine, running: RunningK3s, ctx: RunContext): Promise<void> {
    if (images.length === 0) return;
    this.#options.progress(`Building ${images.length} images and importing them`);
    await buildImages(engine, images, { tools: this.#options.tools, keep: false }, ctx);
    const archive = path.join(directory, 'images.tar');
    await saveImages(engine, images, archive, this.#options.tools, ctx);
    await running.copy(archive, '/images.tar');
    const { exitCode, output } = await running.exec(['ctr', 'images', 'import', '/images.tar']);
    if (exitCode !== 0) throw explainFailure('k3s', output, { name: directory, engine: engine.name }, exitCode);
  }
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
