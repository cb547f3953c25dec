import { spawn } from 'node:child_process';
import { mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { LabError } from '../base/errors.ts';
import { isAlive } from '../base/is-alive.ts';
import { poll } from '../base/poll.ts';
import { quoteWord } from '../base/shell-quote.ts';
import { connect } from '../client/connect.ts';
import type { ServeAnnouncement } from '../cluster/serve-announcement.ts';
import { MOST_NODES } from '../embedded/network/cluster-nodes.ts';
import { type App, EXIT } from './app.ts';
import { clientEnvironment, programFolder } from './client-environment.ts';
import { addServeCommand } from './cluster-serve.ts';
import { movedAddresses, portArguments } from './kept-addresses.ts';
import type { Outcome } from './outcome.ts';
import { serveCommand } from './serve-command.ts';

interface KeptCluster {
  name: string;
  folder: string;
  announcement: ServeAnnouncement;
}

/** `canary-lab cluster up|down|status|list`: an embedded cluster that stays up between runs. */
export function addClusterCommand(program: Command, app: App, outcome: Outcome): void {
  const cluster = program.command('cluster').description('keep a cluster up between runs').exitOverride();
  cluster
    .command('up')
    .description('start an embedded cluster and print the line that selects it')
    .option('--name <name>', 'name of the cluster', DEFAULT_NAME)
    .option('--nodes <count>', `how many nodes, 1 to ${MOST_NODES} (default: 1)`)
    .action(async ({ name, nodes }: { name: string; nodes?: string }) => {
      await up(app, checkedName(name), nodes === undefined ? undefined : checkedNodes(nodes));
    });
  cluster
    .command('down')
    .description('stop the cluster and delete its data')
    .option('--name <name>', 'name of the cluster', DEFAULT_NAME)
    .action(async ({ name }: { name: string }) => {
      await clusterDown(app, checkedName(name));
    });
  cluster
    .command('status')
    .description('say whether the cluster answers (exit code 1 when it does not)')
    .option('--name <name>', 'name of the cluster', DEFAULT_NAME)
    .action(async ({ name }: { name: string }) => {
      const kept = await read(app, checkedName(name));
      const alive = kept !== undefined && (await answers(app, kept));
      app.stdout.write(
        kept === undefined ? `${name}: not created\n` : `${name}: ${alive ? 'running' : 'not answering'}\n${alive ? selection(kept) : ''}`,
      );
      if (!alive) {
        app.stderr.write(`Next: npm run cluster -- ${kept === undefined ? 'up' : 'down'}${nameOption(name)}\n`);
        outcome.exitCode = EXIT.checkFailed;
      }
    });
  cluster
    .command('list')
    .description('list kept clusters')
    .action(async () => {
      const names = await readdir(app.folder.clusters).catch(() => []);
      for (const name of names.sort()) {
        const kept = await read(app, name);
        app.stdout.write(
          `${name}\t${kept !== undefined && (await answers(app, kept)) ? 'running' : 'not answering'}\t${kept?.announcement.server ?? '-'}\n`,
        );
      }
      if (names.length === 0) app.stderr.write('No kept clusters.\nNext: npm run cluster -- up\n');
    });
  addServeCommand(cluster, app);
}

const DEFAULT_NAME = 'canary-lab';
const nameOption = (name: string): string => (name === DEFAULT_NAME ? '' : ` --name ${name}`);

function checkedName(name: string): string {
  if (!/^[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?$/.test(name))
    throw new LabError('BAD_OPTION', `--name is "${name}", which is not a cluster name.`, {
      next: 'Use lower-case letters, digits and "-", at most 42 characters.',
    });
  return name;
}

function checkedNodes(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > MOST_NODES)
    throw new LabError('BAD_OPTION', `--nodes is "${text}", which is not a number of nodes.`, {
      next: `Give a whole number from 1 to ${MOST_NODES}.`,
    });
  return count;
}

/** A cluster keeps the nodes it was made with. */
function refuseOtherNodes({ name, announcement }: KeptCluster, nodes: number | undefined): void {
  const has = announcement.nodes ?? 1;
  if (nodes === undefined || nodes === has) return;
  throw new LabError('BAD_OPTION', `Cluster "${name}" has ${has} node${has === 1 ? '' : 's'}, which "--nodes ${nodes}" cannot change.`, {
    next: `Delete it first: npm run cluster -- down${nameOption(name)}`,
  });
}

async function read(app: App, name: string): Promise<KeptCluster | undefined> {
  const folder = app.folder.cluster(name);
  const text = await readFile(path.join(folder, 'cluster.json'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : { name, folder, announcement: JSON.parse(text) as ServeAnnouncement };
}

/** One whose process runs may be slow: it must not be taken for gone. */
const ANSWER_MS = 15_000;

async function answers(app: App, kept: KeptCluster): Promise<boolean> {
  // Another program that has got its port since may never answer.
  if (!(await isAlive(kept.announcement.pid))) return false;
  try {
    const connection = await connect({
      kubeconfig: kept.announcement.kubeconfig,
      env: app.env,
      clock: app.clock,
      requestTimeoutMs: ANSWER_MS,
    });
    const health = await connection.raw('/healthz');
    connection.close();
    return health === 'ok';
  } catch {
    return false;
  }
}

async function up(app: App, name: string, nodes?: number): Promise<void> {
  await app.folder.prepare();
  const folder = app.folder.cluster(name);
  const before = await read(app, name);
  if (before !== undefined) refuseOtherNodes(before, nodes);
  if (before !== undefined && (await answers(app, before))) {
    app.stderr.write(`Cluster "${name}" is already up.\n`);
    app.stdout.write(selection(before));
    return;
  }
  // What is left of a cluster whose process was killed: its state comes back, at the same addresses if they are still free.
  const isRevived = before !== undefined;
  const ports = isRevived ? await portArguments(before.announcement) : [];
  await rm(path.join(folder, 'cluster.json'), { force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const logFile = await open(path.join(folder, 'cluster.log'), 'a', 0o600);
  const [program, ...first] = serveCommand(app);
  const child = spawn(
    program,
    [...first, ...['--directory', folder, '--name', name, '--kept'], ...ports, ...(nodes === undefined ? [] : ['--nodes', String(nodes)])],
    { stdio: ['ignore', logFile.fd, logFile.fd], detached: true, cwd: app.workingDirectory },
  );
  await logFile.close();
  let ended: number | null | undefined;
  child.once('exit', (code) => {
    ended = code;
  });
  try {
    const announcement = await poll(
      async () => (await read(app, name))?.announcement,
      { until: (found) => found !== undefined || ended !== undefined, everyMs: 20, timeoutMs: 60_000, what: `cluster "${name}" to answer` },
      app,
    );
    if (announcement === undefined) {
      const output = (await readFile(path.join(folder, 'cluster.log'), 'utf8')).trim().slice(-2000);
      throw new LabError(
        'CLUSTER_START_FAILED',
        `The cluster ended while starting (exit code ${ended}).${output === '' ? '' : `\n${output}`}`,
        { next: 'npm run doctor' },
      );
    }
    await programFolder(folder, app.pluginProgram, app.tools);
    child.unref();
    app.stderr.write(
      `Cluster "${name}" is ${isRevived ? 'up again, with all it held' : 'up'}: ${announcement.server}, ingress ${announcement.ingressUrl}\n`,
    );
    if (isRevived) for (const line of movedAddresses(before.announcement, announcement)) app.stderr.write(`${line}\n`);
    app.stdout.write(selection({ name, folder, announcement }));
    app.stderr.write(`Next: npm run lab -- --cluster existing\nEnd it with: npm run cluster -- down${nameOption(name)}\n`);
  } catch (error) {
    child.kill('SIGKILL');
    // What it held stays, and so does the record by which it is found.
    if (isRevived) await writeFile(path.join(folder, 'cluster.json'), `${JSON.stringify(before.announcement, null, 2)}\n`, { mode: 0o600 });
    else await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** The lines that make this shell's kubectl and helm use the cluster. */
function selection({ folder, announcement }: KeptCluster): string {
  return selectionLines(folder, announcement.kubeconfig);
}

/** The same for any cluster whose files lie in `folder`. */
export function selectionLines(folder: string, kubeconfig: string): string {
  const { KUBECONFIG, ...rest } = clientEnvironment(folder, kubeconfig);
  const settings = Object.entries(rest)
    .filter(([key]) => key !== 'KUBERC')
    .map(([key, value]) => `export ${key}=${quoteWord(value)}\n`)
    .join('');
  return `export KUBECONFIG=${quoteWord(KUBECONFIG!)}\n${settings}export PATH=${quoteWord(path.join(folder, 'bin'))}:"$PATH"\n`;
}

/** Ends a kept cluster and deletes its data; tells so on stderr. */
export async function clusterDown(app: App, name: string): Promise<void> {
  const kept = await read(app, name);
  const folder = app.folder.cluster(name);
  if (kept !== undefined && (await answers(app, kept))) {
    process.kill(kept.announcement.pid, 'SIGTERM');
    await poll(
      () => isAlive(kept.announcement.pid),
      { until: (alive) => !alive, everyMs: 20, timeoutMs: 30_000, what: `cluster "${name}" to end` },
      app,
    );
  }
  await rm(folder, { recursive: true, force: true });
  app.stderr.write(kept === undefined ? `There is no cluster "${name}".\n` : `Cluster "${name}" is gone.\n`);
}
