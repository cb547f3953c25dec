import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { LabError } from '../../base/errors.ts';
import type { RunContext } from '../../base/run-context.ts';
import type { Cluster, ClusterProvider, ClusterSpec, Detection } from '../provider.ts';
import type { ServeAnnouncement } from '../serve-announcement.ts';

/** Starts our own cluster in a process of its own, which ends when this process does: its standard input is the leash. */
export class EmbeddedProvider implements ClusterProvider {
  readonly name = 'embedded';
  readonly #serveCommand: readonly string[];

  /** `serveCommand`: the program and first arguments that run `canary-lab cluster serve`. */
  constructor(serveCommand: readonly string[]) {
    this.#serveCommand = serveCommand;
  }

  async detect(): Promise<Detection> {
    return { usable: true, detail: 'needs nothing but Node' };
  }

  async create(spec: ClusterSpec, ctx: RunContext): Promise<Cluster> {
    ctx.signal.throwIfAborted();
    const [program, ...first] = this.#serveCommand;
    const args = [
      ...first,
      '--directory',
      spec.directory,
      '--name',
      spec.name,
      '--seed',
      String(spec.seed),
      ...(spec.keep ? ['--kept'] : []),
    ];
    // Detached: Ctrl-C in the terminal reaches the lab, which then ends the cluster in its own order.
    const child = spawn(program!, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
      env: { ...ctx.env } as NodeJS.ProcessEnv,
      cwd: ctx.workingDirectory,
    });
    child.stdin.on('error', () => {
      /* the process is gone: nothing to tell it */
    });
    if (!spec.keep) ctx.cleanup.add(`embedded cluster "${spec.name}"`, () => end(child));
    const announcement = await announced(child, ctx.signal).catch(async (error: unknown) => {
      child.kill('SIGTERM');
      await end(child);
      throw error;
    });
    if (spec.keep) child.unref();
    return {
      provider: 'embedded',
      name: spec.name,
      context: undefined,
      kubeconfig: announcement.kubeconfig,
      ingressUrl: announcement.ingressUrl,
      chartRepositories: announcement.chartRepositories,
      kubernetesVersion: announcement.kubernetesVersion,
      capabilities: announcement.capabilities,
      delete: () => end(child),
    };
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.stdin?.end();
  const killer = AbortSignal.timeout(5000);
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  killer.addEventListener('abort', kill);
  await exited;
  killer.removeEventListener('abort', kill);
}

/** The line of JSON that the cluster prints once its API answers. Rejects with what it wrote to stderr when it ends before. */
async function announced(child: ChildProcess, signal: AbortSignal): Promise<ServeAnnouncement> {
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-4000);
  });
  const lines = createInterface({ input: child.stdout as Readable });
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    lines.once('line', (line) => {
      signal.removeEventListener('abort', onAbort);
      resolve(JSON.parse(line) as ServeAnnouncement);
    });
    child.once('error', (error) =>
      reject(new LabError('CLUSTER_START_FAILED', `Cannot start the embedded cluster: ${error.message}.`, { cause: error })),
    );
    child.once('exit', (code) =>
      reject(
        new LabError(
          'CLUSTER_START_FAILED',
          `The embedded cluster ended while starting (exit code ${code}).${errors ? `\n${errors.trim()}` : ''}`,
          { next: 'Run "npm run doctor".' },
        ),
      ),
    );
  });
}
