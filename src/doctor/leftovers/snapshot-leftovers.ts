import path from 'node:path';
import type { RunContext } from '../../base/run-context.ts';
import { quoteWord } from '../../base/shell-quote.ts';
import { readMade } from '../../cluster/made-file.ts';
import { SNAPSHOT_LAB, type Snapshot, snapshots } from '../../kube/snapshot-resource.ts';
import type { Toolbox } from '../../tools/toolbox.ts';
import type { Leftover } from '../leftover.ts';
import { linesOf } from './lines-of.ts';

const ANSWER_WITHIN_MS = 10_000;
const TYPE = `${snapshots.resource}.${snapshots.group}`;

/** A cluster to look into: what leads kubectl there, and how a user types that. */
interface Place {
  args: readonly string[];
  shown: string;
  context: string;
}

/**
 * Starts of steps that labs have kept in clusters that are not their own, as Snapshot objects, one leftover for each lab: those of killed runs, and
 * those of the current context, where a hands-on run that was stopped leaves them on purpose. A cluster that does not answer, or has no snapshots, is
 * passed over.
 */
export async function snapshotLeftovers(runFolders: readonly string[], tools: Toolbox, ctx: RunContext): Promise<Leftover[]> {
  if ((await tools.find('kubectl')) === undefined) return [];
  const found: Leftover[] = [];
  const told = new Set<string>();
  for (const { args, shown, context } of await placesOf(runFolders, tools, ctx)) {
    const perLab = new Map<string, number>();
    for (const { metadata } of await keptIn(args, tools, ctx)) {
      const lab = metadata.labels?.[SNAPSHOT_LAB];
      if (lab === undefined || told.has(metadata.uid)) continue;
      told.add(metadata.uid);
      perLab.set(lab, (perLab.get(lab) ?? 0) + 1);
    }
    for (const [lab, count] of [...perLab].sort(([a], [b]) => (a < b ? -1 : 1)))
      found.push({
        kind: 'snapshot',
        name: `${count} snapshot${count === 1 ? '' : 's'} of lab ${lab} in context ${context}`,
        next: `kubectl delete ${TYPE} --selector ${SNAPSHOT_LAB}=${lab} ${shown}`,
      });
  }
  return found;
}

async function placesOf(runFolders: readonly string[], tools: Toolbox, ctx: RunContext): Promise<Place[]> {
  const places: Place[] = [];
  for (const folder of runFolders) {
    const made = await readMade(folder);
    if (made === undefined) continue;
    const shown = path.join('.canary-lab', 'runs', path.basename(folder), 'kubeconfig');
    places.push({ args: ['--kubeconfig', path.join(folder, 'kubeconfig')], shown: `--kubeconfig ${shown}`, context: made.context });
  }
  const [context] = (await linesOf('kubectl', ['config', 'current-context'], tools, ctx)) ?? [];
  if (context !== undefined) {
    places.push({ args: ['--context', context], shown: `--context ${quoteWord(context)}`, context });
  }
  return places;
}

async function keptIn(args: readonly string[], tools: Toolbox, ctx: RunContext): Promise<Pick<Snapshot, 'metadata'>[]> {
  const list = ['get', TYPE, '--selector', SNAPSHOT_LAB, '--output', 'json', '--request-timeout', '5s'];
  try {
    const { exitCode, stdout } = await tools.run('kubectl', [...list, ...args], { signal: ctx.signal, timeoutMs: ANSWER_WITHIN_MS });
    return exitCode === 0 ? (JSON.parse(stdout) as { items: Pick<Snapshot, 'metadata'>[] }).items : [];
  } catch {
    ctx.signal.throwIfAborted();
    return [];
  }
}
