import type { RunContext } from '../../base/run-context.ts';
import { OUR_PREFIX } from '../../cluster/created-cluster.ts';
import type { Toolbox } from '../../tools/toolbox.ts';
import { linesOf } from './lines-of.ts';

/** A cluster of kind, or a profile of minikube, whose name says that a run of ours has made it. */
export interface NamedCluster {
  program: 'kind cluster' | 'minikube profile';
  name: string;
  next: string;
}

/** Clusters of ours that kind and minikube know, half-made ones too. */
export async function namedClusters(tools: Toolbox, ctx: RunContext): Promise<NamedCluster[]> {
  const kind = (await linesOf('kind', ['get', 'clusters'], tools, ctx)) ?? [];
  const profiles = profilesIn(((await linesOf('minikube', ['profile', 'list', '-o', 'json', '-l'], tools, ctx)) ?? []).join('\n'));
  const ours = (name: string): boolean => name.startsWith(OUR_PREFIX);
  return [
    ...kind.filter(ours).map((name) => ({ program: 'kind cluster' as const, name, next: `kind delete cluster --name ${name}` })),
    ...profiles.filter(ours).map((name) => ({ program: 'minikube profile' as const, name, next: `minikube delete --profile ${name}` })),
  ];
}

function profilesIn(json: string): string[] {
  try {
    const { valid, invalid } = JSON.parse(json) as { valid?: { Name: string }[] | null; invalid?: { Name: string }[] | null };
    return [...(valid ?? []), ...(invalid ?? [])].map(({ Name }) => Name);
  } catch {
    return [];
  }
}
