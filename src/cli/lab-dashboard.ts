import { connect } from '../client/connect.ts';
import type { Cluster } from '../cluster/provider.ts';
import { LabFeed } from '../dashboard/lab-feed.ts';
import { serveDashboard } from '../dashboard/serve-dashboard.ts';
import type { OnLabEvent } from '../harness/events.ts';
import type { App } from './app.ts';

/** Serves the dashboard of a lab's cluster until the program ends, and says where. The events of the run become the lesson on the page. */
export async function startLabDashboard(cluster: Cluster, app: App): Promise<{ onEvent: OnLabEvent }> {
  const connection = await connect({ kubeconfig: cluster.kubeconfig, context: cluster.context, env: app.env, clock: app.clock });
  app.cleanup.add('connection of the dashboard', () => connection.close());
  const lab = new LabFeed();
  const dashboard = await serveDashboard({
    api: connection.api,
    clusterNowMs: () => connection.serverNowMs(),
    namespace: connection.namespace,
    context: connection.context,
    log: app.log,
    lab,
    traffic: { ingressUrl: cluster.ingressUrl },
  });
  app.cleanup.add('dashboard', () => dashboard.stop());
  app.stderr.write(`Dashboard: ${dashboard.url}\n`);
  return { onEvent: lab.onEvent };
}
