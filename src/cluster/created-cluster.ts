import { LabError } from '../base/errors.ts';
import { poll } from '../base/poll.ts';
import type { RunContext } from '../base/run-context.ts';
import { connect } from '../client/connect.ts';
import { nodes } from '../kube/resource-type.ts';
import { NO_CAPABILITIES, publishedInfo, UPSTREAM_CHARTS } from './cluster-info.ts';
import type { Cluster } from './provider.ts';

/** Clusters that this program creates carry this before their names, so that they are found again after a crash. */
export const OUR_PREFIX = 'canary-lab-';

/** The name of a cluster, container or profile for a run: what kind, minikube and Docker all accept. */
export function ourName(run: string): string {
  return `${OUR_PREFIX}${run
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')}`.slice(0, 50);
}

/**
 * What the new cluster says about itself once every node is Ready. We look ourselves: kind's own wait ends with exit code 0
 * when its time is up. Rejects with `NODE_NOT_READY`, naming the nodes that are not.
 */
export async function readyCluster(
  kubeconfig: string,
  ctx: RunContext,
  timeoutMs: number,
): Promise<Pick<Cluster, 'kubernetesVersion' | 'chartRepositories' | 'capabilities'>> {
  const connection = await connect({ kubeconfig, env: ctx.env, clock: ctx.clock, requestTimeoutMs: 10_000 });
  let unready: string[] = ['(the API server does not answer)'];
  try {
    await poll(
      async () => {
        const { items } = await connection.api.list(nodes, {}, { signal: ctx.signal });
        unready = items
          .filter((node) => !node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'))
          .map((node) => node.metadata.name);
        return items.length > 0 && unready.length === 0;
      },
      { until: (isReady) => isReady, everyMs: 250, timeoutMs, what: 'every node to be Ready' },
      ctx,
    ).catch((error: unknown) => {
      ctx.signal.throwIfAborted();
      throw new LabError(
        'NODE_NOT_READY',
        `Kubernetes did not come up: after ${timeoutMs / 1000} s not Ready: ${unready.join(', ') || 'no node has registered'}.`,
        { cause: error, next: 'Give the container engine more memory (4 GB), and check with: npm run doctor' },
      );
    });
    const version = JSON.parse(await connection.raw('/version')) as { gitVersion: string };
    const published = await publishedInfo(connection.api, ctx.signal);
    return {
      kubernetesVersion: version.gitVersion,
      chartRepositories: published?.chartRepositories ?? { ...UPSTREAM_CHARTS },
      capabilities: published?.capabilities ?? NO_CAPABILITIES,
    };
  } finally {
    connection.close();
  }
}
