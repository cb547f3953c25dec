import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { RunContext } from '../base/run-context.ts';
import type { Toolbox } from '../tools/toolbox.ts';
import type { Leftover } from './leftover.ts';
import { engineLeftovers } from './leftovers/engine-leftovers.ts';
import { existingLeftovers } from './leftovers/existing-leftovers.ts';
import { namedClusters } from './leftovers/named-clusters.ts';
import { snapshotLeftovers } from './leftovers/snapshot-leftovers.ts';
import type { Machine } from './machine.ts';

/** Names of what programs unpack into the cache before they move it to its place. */
const SCRATCH = /^(unpack|fetch)-/;

/**
 * What runs have left on this machine: clusters by our name, what container engines hold by our name or label, what a killed run has made in other
 * clusters, step snapshots in those and in the current context, and processes and folders below `root` (`.canary-lab`), in the order in which they are best removed. Kept embedded clusters (`cluster list`) are
 * not leftovers; kept ones of kind and minikube are named, since nothing else lists them. A run that is going on in this folder shows too.
 */
export async function findLeftovers(deps: { tools: Toolbox; machine: Machine; root: string }, ctx: RunContext): Promise<Leftover[]> {
  const runs = path.join(deps.root, 'runs');
  const runFolders = (await readdir(runs).catch(() => [] as string[])).sort();
  const clusters = await namedClusters(deps.tools, ctx);
  const found: Leftover[] = clusters.map(({ program, name, next }) => ({ kind: 'cluster', name: `${program} ${name}`, next }));
  found.push(...(await engineLeftovers(deps.tools, { clusters, runs, runFolders }, ctx)));
  for (const folder of runFolders) found.push(...(await existingLeftovers(path.join(runs, folder), deps.tools, ctx)));
  found.push(
    ...(await snapshotLeftovers(
      runFolders.map((folder) => path.join(runs, folder)),
      deps.tools,
      ctx,
    )),
  );
  for (const { pid, command } of await deps.machine.processes())
    if (command.includes(`${runs}${path.sep}`)) found.push({ kind: 'process', name: `process ${pid}: ${command}`, next: `kill ${pid}` });
  const cache = path.join(deps.root, 'cache');
  const scratch = (await readdir(cache).catch(() => [] as string[])).filter((name) => SCRATCH.test(name)).sort();
  for (const file of [...runFolders.map((name) => path.join(runs, name)), ...scratch.map((name) => path.join(cache, name))]) {
    const shown = path.relative(path.dirname(deps.root), file);
    found.push({ kind: 'folder', name: `folder ${shown}`, next: `rm -r ${shown}` });
  }
  return found;
}
