import path from 'node:path';
import { LabError } from '../base/errors.ts';
import { freshSeed, seededRandom } from '../base/random.ts';
import type { RunContext } from '../base/run-context.ts';
import { connect } from '../client/connect.ts';
import { sampleAppImages } from '../cluster/local-image.ts';
import type { Cluster } from '../cluster/provider.ts';
import { ExistingProvider } from '../cluster/providers/existing.ts';
import { SAMPLE_APP } from '../cluster/versions.ts';
import type { KubeApi } from '../kube/kube-api.ts';
import type { Toolbox } from '../tools/toolbox.ts';
import type { App } from './app.ts';
import { clientTools } from './client-environment.ts';
import { createProviders, providerNamed } from './providers.ts';

/** Kinds of cluster that a run makes in a container or a virtual machine. */
export const BUILT_HERE: readonly string[] = ['kind', 'minikube', 'k3s'];

/** A cluster for one lab, with the client programs that talk to it. */
export interface LabSession {
  cluster: Cluster;
  api: KubeApi;
  tools: Toolbox;
  ctx: RunContext;
  folder: string;
}

export interface SessionOptions {
  provider: string;
  context?: string | undefined;
  /** Answers every question with yes. */
  yes?: boolean | undefined;
  /** Version of Kubernetes to create. */
  kubernetes?: string | undefined;
  /** Where the cluster pulls the sample app from; without it clusters made here get images that are built here. */
  image?: string | undefined;
  keep: boolean;
  seed: number;
  /** A kubeconfig of a cluster that an earlier run has left; nothing is created and nothing is taken back. */
  resume?: { kubeconfig: string; folder: string } | undefined;
}

/** Creates or attaches to a cluster and connects to it. What it makes is taken back by `app.cleanup`, unless `keep`. */
export async function openLabSession(options: SessionOptions, app: App): Promise<LabSession> {
  await app.folder.prepare();
  const { keep, seed, resume } = options;
  const folder =
    resume?.folder ??
    (keep && options.provider === 'embedded'
      ? await app.folder.newKept(seededRandom(freshSeed()).suffix(5))
      : await app.folder.newRun(app.cleanup, keep));
  const ctx: RunContext = {
    clock: app.clock,
    random: seededRandom(seed),
    log: app.log,
    signal: app.signal,
    cleanup: app.cleanup,
    env: app.env,
    workingDirectory: app.workingDirectory,
  };
  const provider =
    resume === undefined
      ? providerNamed(options.provider, createProviders(app, { yes: options.yes === true }))
      : new ExistingProvider({ tools: app.tools.with({ programEnv: { KUBECONFIG: resume.kubeconfig } }), confirm: async () => true });
  const images =
    BUILT_HERE.includes(options.provider) && options.image === undefined
      ? sampleAppImages(SAMPLE_APP.repository, SAMPLE_APP.tags, path.join(app.projectRoot, 'sample-app'))
      : undefined;
  const cluster = await provider
    .create(
      { name: path.basename(folder), directory: folder, seed, context: options.context, kubernetes: options.kubernetes, images, keep },
      ctx,
    )
    .catch((error: unknown) => {
      if (resume === undefined) throw error;
      throw new LabError('RESUME_IMPOSSIBLE', 'The cluster of the lab that was stopped does not answer any more.', {
        cause: error,
        next: 'Begin again with "canary-lab lab --hands-on".',
      });
    });
  const connection = await connect({ kubeconfig: cluster.kubeconfig, context: cluster.context, env: app.env, clock: app.clock });
  app.cleanup.add('connection to the cluster', () => connection.close());
  // A cluster that existed before takes back only what the commands of this run have made.
  const observed = cluster.observe === undefined ? app.tools : app.tools.with({ onStart: (argv) => cluster.observe?.(argv) });
  return { cluster, api: connection.api, tools: await clientTools(observed, folder, cluster.kubeconfig, app.pluginProgram), ctx, folder };
}
