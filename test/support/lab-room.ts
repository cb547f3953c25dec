import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Cleanup } from '../../src/base/cleanup.ts';
import { hostClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { seededRandom } from '../../src/base/random.ts';
import { connect } from '../../src/client/connect.ts';
import type { Cluster } from '../../src/cluster/provider.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from '../../src/embedded/cluster.ts';
import type { RunLabOptions } from '../../src/harness/run-lab-options.ts';
import { Toolbox } from '../../src/tools/toolbox.ts';

export const projectRoot = path.resolve(import.meta.dirname, '../..');
const cache = path.join(projectRoot, 'node_modules', '.cache', 'canary-lab-clients');

/** An embedded cluster in this process with real client programs around it: what `runLab` needs. */
export interface LabRoom {
  embedded: EmbeddedCluster;
  options: Omit<RunLabOptions, 'onEvent'>;
  close(): Promise<void>;
}

export async function openLabRoom(
  seed: number,
  choose: { signal?: AbortSignal; checkTimeoutMs?: number; rate?: number; nodes?: number } = {},
): Promise<LabRoom> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lab-room-'));
  const bin = path.join(folder, 'bin');
  await Promise.all([mkdir(bin), mkdir(cache, { recursive: true })]);
  await symlink(path.join(projectRoot, 'bin', 'kubectl-argo-rollouts.js'), path.join(bin, 'kubectl-argo-rollouts'));
  const embedded = await startEmbeddedCluster({
    seed,
    ingressPort: 8080,
    chartsDirectory: path.join(projectRoot, 'charts', 'embedded'),
    rate: choose.rate ?? 1,
    ...(choose.nodes === undefined ? {} : { nodes: choose.nodes }),
    log: silentLog,
  });
  const kubeconfig = path.join(folder, 'kubeconfig');
  await writeFile(kubeconfig, embedded.kubeconfig, { mode: 0o600 });
  const connection = await connect({ kubeconfig, env: process.env, clock: hostClock });
  const tools = new Toolbox({
    clock: hostClock,
    env: process.env,
    cacheDirectory: cache,
    workingDirectory: projectRoot,
    pathFirst: [bin],
    sources: 'npm',
    programEnv: {
      KUBECONFIG: kubeconfig,
      KUBECACHEDIR: path.join(folder, 'kube'),
      KUBERC: 'off',
      HELM_CACHE_HOME: path.join(folder, 'hc'),
      HELM_CONFIG_HOME: path.join(folder, 'hh'),
      HELM_DATA_HOME: path.join(folder, 'hd'),
    },
  });
  const cluster: Cluster = {
    provider: 'embedded',
    name: embedded.name,
    kubeconfig,
    context: undefined,
    ingressUrl: embedded.ingressUrl,
    chartRepositories: embedded.chartRepositories,
    kubernetesVersion: embedded.kubernetesVersion,
    capabilities: embedded.capabilities,
    delete: async () => {},
  };
  const signal = choose.signal ?? new AbortController().signal;
  return {
    embedded,
    options: {
      cluster,
      api: connection.api,
      tools,
      lang: 'en',
      seed,
      checkTimeoutMs: choose.checkTimeoutMs ?? 30_000,
      ctx: {
        clock: hostClock,
        random: seededRandom(seed),
        log: silentLog,
        signal,
        cleanup: new Cleanup(),
        env: process.env,
        workingDirectory: projectRoot,
      },
    },
    async close() {
      await connection.close();
      await embedded.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
