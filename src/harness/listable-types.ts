import type { ResourceType } from '../kube/resource-type.ts';
import type { CommandRunner } from './command-runner.ts';

/** Every type of object that the cluster lists, as `kubectl api-resources` tells. Rejects when kubectl cannot ask the cluster. */
export async function listableTypes(tools: CommandRunner, signal: AbortSignal): Promise<ResourceType[]> {
  const ran = await tools.run('kubectl', ['api-resources', '--verbs=list', '--no-headers'], { signal, timeoutMs: 10_000 });
  const types = ran.stdout.split('\n').flatMap(typeOf);
  if (types.length === 0) throw new Error(ran.stderr.trim() || 'kubectl api-resources has printed nothing');
  return types;
}

/** A line is `NAME [SHORTNAMES] APIVERSION NAMESPACED KIND`. */
function typeOf(line: string): ResourceType[] {
  const words = line.trim().split(/\s+/);
  const [kind, namespaced, apiVersion] = words.toReversed();
  const [resource] = words;
  if (words.length < 4 || resource === undefined || kind === undefined || apiVersion === undefined) return [];
  const slash = apiVersion.indexOf('/');
  return [
    {
      group: slash < 0 ? '' : apiVersion.slice(0, slash),
      version: apiVersion.slice(slash + 1),
      resource,
      kind,
      namespaced: namespaced === 'true',
    },
  ];
}
