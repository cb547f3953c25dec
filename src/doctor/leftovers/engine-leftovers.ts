import { existsSync } from 'node:fs';
import path from 'node:path';
import type { RunContext } from '../../base/run-context.ts';
import { ENGINES, type EngineName } from '../../cluster/container-engine.ts';
import { OUR_PREFIX } from '../../cluster/created-cluster.ts';
import { CONTAINER_LABEL } from '../../cluster/providers/k3s.ts';
import { CONFIG_FILE, NETWORK } from '../../cluster/providers/kind.ts';
import { SAMPLE_APP } from '../../cluster/versions.ts';
import type { Toolbox } from '../../tools/toolbox.ts';
import type { Leftover } from '../leftover.ts';
import { linesOf } from './lines-of.ts';
import type { NamedCluster } from './named-clusters.ts';

/** How each kind of thing is listed by name, and removed. Both the name and the label of ours count. */
const KINDS = [
  { kind: 'container', list: ['ps', '--all'], format: '{{.Names}}', remove: 'rm --force --volumes' },
  { kind: 'network', list: ['network', 'ls'], format: '{{.Name}}', remove: 'network rm' },
  { kind: 'volume', list: ['volume', 'ls'], format: '{{.Name}}', remove: 'volume rm' },
] as const;

/**
 * Containers, networks, volumes and images of ours that an engine holds. What belongs to a cluster in `clusters` goes with that one and is not named again.
 * kind's own network has no name of ours: it is told when a run of ours may have brought it and no cluster uses it.
 */
export async function engineLeftovers(
  tools: Toolbox,
  known: { clusters: readonly NamedCluster[]; runs: string; runFolders: readonly string[] },
  ctx: RunContext,
): Promise<Leftover[]> {
  const found: Leftover[] = [];
  const isOfKnownCluster = (name: string): boolean =>
    known.clusters.some((cluster) => name === cluster.name || name.startsWith(`${cluster.name}-`));
  for (const engine of ENGINES) {
    for (const { kind, list, format, remove } of KINDS) {
      const names = new Set(
        (
          await Promise.all(
            [`label=${CONTAINER_LABEL}`, `name=${OUR_PREFIX}`].map((filter) =>
              linesOf(engine, [...list, '--filter', filter, '--format', format], tools, ctx),
            ),
          )
        ).flatMap((lines, index) => (lines ?? []).filter((name) => index === 0 || name.startsWith(OUR_PREFIX))),
      );
      for (const name of [...names].sort())
        if (!isOfKnownCluster(name)) found.push({ kind, name: `${engine} ${kind} ${name}`, next: `${engine} ${remove} ${name}` });
    }
    found.push(...(await kindNetwork(engine, tools, known, ctx)));
    const images = await linesOf(
      engine,
      ['image', 'ls', '--filter', `reference=${SAMPLE_APP.repository}`, '--format', '{{.Repository}}:{{.Tag}}'],
      tools,
      ctx,
    );
    for (const name of images ?? []) found.push({ kind: 'image', name: `${engine} image ${name}`, next: `${engine} image rm ${name}` });
  }
  return found;
}

async function kindNetwork(
  engine: EngineName,
  tools: Toolbox,
  { runs, runFolders }: { runs: string; runFolders: readonly string[] },
  ctx: RunContext,
): Promise<Leftover[]> {
  const networks = await linesOf(engine, ['network', 'ls', '--filter', `name=${NETWORK}`, '--format', '{{.Name}}'], tools, ctx);
  if (networks?.includes(NETWORK) !== true) return [];
  const users = await linesOf(
    engine,
    ['ps', '--all', '--filter', 'label=io.x-k8s.kind.cluster', '--format', '{{.Label "io.x-k8s.kind.cluster"}}'],
    tools,
    ctx,
  );
  if (users === undefined || users.some((cluster) => !cluster.startsWith(OUR_PREFIX))) return [];
  const isOurs = users.length > 0 || runFolders.some((folder) => existsSync(path.join(runs, folder, CONFIG_FILE)));
  return [
    {
      kind: 'network',
      name: `${engine} network ${NETWORK}${isOurs ? '' : ' (no cluster uses it; kind leaves it behind, whoever called it)'}`,
      next: `${engine} network rm ${NETWORK}`,
      ...(isOurs ? {} : { isUncertain: true }),
    },
  ];
}
