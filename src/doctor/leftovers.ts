import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { RunContext } from '../base/run-context.ts';
import { ENGINES } from '../cluster/container-engine.ts';
import { OUR_PREFIX } from '../cluster/created-cluster.ts';
import { MADE_FILE, type Made } from '../cluster/made-file.ts';
import { CONTAINER_LABEL } from '../cluster/providers/k3s.ts';
import { SAMPLE_APP } from '../cluster/versions.ts';
import type { ProgramName } from '../tools/program.ts';
import type { Toolbox } from '../tools/toolbox.ts';
import type { Machine } from './machine.ts';

/** Something that a run has made and that is still there. */
export interface Leftover {
  kind: 'cluster' | 'container' | 'image' | 'release' | 'namespace' | 'process' | 'folder';
  name: string /** The line that removes it. */;
  next: string;
}

/**
 * What runs have left on this machine: clusters and containers by our name and label, images, what a killed run has made in other
 * clusters, processes and folders below `root` (`.canary-lab`). Kept embedded clusters (`cluster list`) are not leftovers; kept ones of
 * kind and minikube are named, since nothing else lists them. A run that is going on in this folder shows too.
 */
export async function findLeftovers(deps: { tools: Toolbox; machine: Machine; root: string }, ctx: RunContext): Promise<Leftover[]> {
  const found: Leftover[] = [];
  const add = (kind: Leftover['kind'], name: string, next: string): void => {
    found.push({ kind, name, next });
  };
  for (const name of await linesOf('kind', ['get', 'clusters'], deps.tools, ctx))
    if (name.startsWith(OUR_PREFIX)) add('cluster', `kind cluster ${name}`, `kind delete cluster --name ${name}`);
  for (const name of profilesIn((await linesOf('minikube', ['profile', 'list', '-o', 'json', '-l'], deps.tools, ctx)).join('\n')))
    if (name.startsWith(OUR_PREFIX)) add('cluster', `minikube profile ${name}`, `minikube delete --profile ${name}`);
  for (const engine of ENGINES) {
    for (const name of await linesOf(
      engine,
      ['ps', '--all', '--filter', `label=${CONTAINER_LABEL}`, '--format', '{{.Names}}'],
      deps.tools,
      ctx,
    ))
      add('container', `${engine} container ${name}`, `${engine} rm --force --volumes ${name}`);
    for (const name of await linesOf(
      engine,
      ['image', 'ls', '--filter', `reference=${SAMPLE_APP.repository}`, '--format', '{{.Repository}}:{{.Tag}}'],
      deps.tools,
      ctx,
    ))
      add('image', `${engine} image ${name}`, `${engine} image rm ${name}`);
  }
  const runs = path.join(deps.root, 'runs');
  for (const name of (await readdir(runs).catch(() => [] as string[])).sort()) {
    const made = await readFile(path.join(runs, name, MADE_FILE), 'utf8').then(
      (text) => JSON.parse(text) as Made,
      () => undefined,
    );
    for (const release of made?.releases ?? [])
      add(
        'release',
        `release ${release.name} in context ${made!.context}`,
        `helm uninstall ${release.name} --namespace ${release.namespace} --kube-context ${made!.context}`,
      );
    for (const namespace of made?.namespaces ?? [])
      add(
        'namespace',
        `namespace ${namespace} in context ${made!.context}`,
        `kubectl delete namespace ${namespace} --context ${made!.context}`,
      );
    add('folder', path.join('.canary-lab', 'runs', name), `rm -r ${path.join('.canary-lab', 'runs', name)}`);
  }
  for (const { pid, command } of await deps.machine.processes())
    if (command.includes(' cluster serve ') && command.includes(`${runs}${path.sep}`))
      add('process', `process ${pid}: ${command}`, `kill ${pid}`);
  return found;
}

/** Lines of a program's output; none when it is missing, fails or is too slow. */
async function linesOf(program: ProgramName, args: readonly string[], tools: Toolbox, ctx: RunContext): Promise<string[]> {
  if ((await tools.find(program)) === undefined) return [];
  const { exitCode, stdout } = await tools.run(program, args, { signal: ctx.signal, timeoutMs: 15_000 });
  return exitCode === 0
    ? stdout
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '')
    : [];
}

function profilesIn(json: string): string[] {
  try {
    const { valid = [], invalid = [] } = JSON.parse(json) as { valid?: { Name: string }[] | null; invalid?: { Name: string }[] | null };
    return [...(valid ?? []), ...(invalid ?? [])].map(({ Name }) => Name);
  } catch {
    return [];
  }
}
