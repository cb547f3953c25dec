import { open, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { freshSeed } from '../base/random.ts';
import type { ServeAnnouncement } from '../cluster/serve-announcement.ts';
import type { App } from './app.ts';

interface ServeOptions {
  directory: string;
  name: string;
  seed?: string;
  kept?: boolean;
  ingressPort: string;
  apiPort?: string;
  chartsPort?: string;
  nodes?: string;
}

/** `canary-lab cluster serve`: the embedded cluster in this process, until its standard input closes or it is told to end. */
export function addServeCommand(cluster: Command, app: App): void {
  cluster
    .command('serve', { hidden: true })
    .requiredOption('--directory <folder>')
    .option('--name <name>', 'name of the cluster', 'canary-lab')
    .option('--seed <number>')
    .option('--ingress-port <port>', 'wanted port of the ingress on 127.0.0.1', '8080')
    .option('--api-port <port>', 'port of the API server on 127.0.0.1 (default: any)')
    .option('--charts-port <port>', 'wanted port of the chart repositories on 127.0.0.1 (default: any)')
    .option('--nodes <count>', 'how many nodes (default: as before, else 1)')
    .option('--kept', 'run until told to end, whatever happens to the parent, and keep all state in the folder')
    .action(async (options: ServeOptions) => {
      await serve(options, app);
    });
}

async function serve(options: ServeOptions, app: App): Promise<void> {
  // Imported here: no other command needs the cluster's parts.
  const [{ startEmbeddedCluster }, { createDashboardProgram, DASHBOARD_IMAGE }] = await Promise.all([
    import('../embedded/cluster.ts'),
    import('./dashboard-image.ts'),
  ]);
  const dataFile = options.kept ? path.join(options.directory, 'store.sqlite') : undefined;
  // It holds Secrets; SQLite gives its other files the mode of this one.
  if (dataFile !== undefined) await (await open(dataFile, 'a', 0o600)).close();
  const cluster = await startEmbeddedCluster({
    name: options.name,
    seed: options.seed === undefined ? freshSeed() : Number(options.seed),
    ingressPort: Number(options.ingressPort),
    chartsDirectory: path.join(app.projectRoot, 'charts', 'embedded'),
    ...(options.apiPort === undefined ? {} : { apiPort: Number(options.apiPort) }),
    ...(options.chartsPort === undefined ? {} : { chartsPort: Number(options.chartsPort) }),
    ...(options.nodes === undefined ? {} : { nodes: Number(options.nodes) }),
    ...(dataFile === undefined ? {} : { dataFile }),
    images: { [DASHBOARD_IMAGE]: createDashboardProgram() },
    log: app.log,
  });
  const ended = leash(app, options.kept === true);
  try {
    const kubeconfig = path.join(options.directory, 'kubeconfig');
    await writeFile(kubeconfig, cluster.kubeconfig, { mode: 0o600 });
    const announcement: ServeAnnouncement = {
      kubeconfig,
      server: cluster.server,
      ingressUrl: cluster.ingressUrl,
      chartRepositories: cluster.chartRepositories,
      kubernetesVersion: cluster.kubernetesVersion,
      capabilities: cluster.capabilities,
      pid: process.pid,
      nodes: cluster.nodes.length,
    };
    if (options.kept) {
      const file = path.join(options.directory, 'cluster.json');
      await writeFile(`${file}.new`, `${JSON.stringify(announcement, null, 2)}\n`, { mode: 0o600 });
      await rename(`${file}.new`, file);
    }
    app.stdout.write(`${JSON.stringify(announcement)}\n`);
    await ended;
  } finally {
    await cluster.stop();
  }
}

/** Resolves when the process must end: a signal, or (unless kept) the end of standard input, which the parent holds open. */
function leash(app: App, kept: boolean): Promise<void> {
  return new Promise((resolve) => {
    if (app.signal.aborted) {
      resolve();
      return;
    }
    app.signal.addEventListener('abort', () => resolve(), { once: true });
    if (kept) return;
    app.stdin.on('end', () => resolve());
    app.stdin.on('close', () => resolve());
    app.stdin.on('error', () => resolve());
    app.stdin.resume();
  });
}
