import { LabError } from '../../base/errors.ts';
import type { CommandModule } from '../command-module.ts';
import { integerFlag } from '../connection-flags.ts';

/** argo-rollouts/pkg/kubectl-argo-rollouts/cmd/dashboard. Unlike upstream's it listens on 127.0.0.1 only. */
export const addDashboard: CommandModule = (parent, session) => {
  parent
    .command('dashboard')
    .description('watch and steer rollouts in a browser')
    .option('-p, --port <number>', 'port to listen on; the next free one when it is taken', '3100')
    .option('--root-path <path>', 'first part of every address', 'rollouts')
    .option('--read-only', 'refuse every change')
    .option('--ingress <url>', 'where the ingress answers on this machine (default: as the cluster says)')
    .action(async (options: { port: string; rootPath: string; readOnly?: boolean; ingress?: string }) => {
      const { host } = session();
      if (host.serveDashboard === undefined) throw new LabError('NOT_MODELLED', '"dashboard" is not available here');
      const connection = await session().connect();
      const dashboard = await host.serveDashboard({
        api: connection.api,
        clusterNowMs: () => connection.serverNowMs(),
        namespace: connection.namespace,
        context: connection.context,
        clock: host.clock,
        port: integerFlag('port', options.port),
        rootPath: options.rootPath,
        readOnly: options.readOnly,
        traffic: { ingressUrl: options.ingress },
      });
      session().print(`Argo Rollouts Dashboard is now available at ${dashboard.url}`);
      await new Promise<void>((resolve) => {
        if (host.signal.aborted) resolve();
        else host.signal.addEventListener('abort', () => resolve(), { once: true });
      });
      await dashboard.stop();
    });
};
