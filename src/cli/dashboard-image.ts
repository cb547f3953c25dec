import { hostClock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { createDashboard } from '../dashboard/dashboard.ts';
import { loadPage } from '../dashboard/page-bundle.ts';
import { pageCacheFolder } from '../dashboard/serve-dashboard.ts';
import type { ImageProgram } from '../embedded/images/image-program.ts';

export const DASHBOARD_IMAGE = 'quay.io/argoproj/kubectl-argo-rollouts';
const PORT = 3100;

/**
 * The dashboard as an image: the image's own arguments are `dashboard` alone, and the chart may add `--root-path` and `--read-only`. It reads and writes as
 * the Pod's ServiceAccount, and measures no traffic: a Pod does not see the ingress from outside.
 */
export function createDashboardProgram(): ImageProgram {
  return {
    async run(ctx) {
      const args = ctx.args.length === 0 ? ['dashboard'] : [...ctx.args];
      const value = (flag: string): string | undefined =>
        args.find((arg) => arg.startsWith(`${flag}=`))?.slice(flag.length + 1) ??
        (args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined);
      if (args[0] !== 'dashboard') {
        ctx.log(`Error: "${args[0]}" is not modelled: this image runs the dashboard only`);
        return 1;
      }
      try {
        const dashboard = await createDashboard({
          api: ctx.api,
          clusterNowMs: () => ctx.clock.nowMs(),
          namespace: value('--namespace') ?? value('-n') ?? ctx.pod.namespace,
          context: '',
          page: await loadPage(pageCacheFolder()),
          rootPath: value('--root-path'),
          readOnly: args.includes('--read-only'),
          traffic: { ingressUrl: false },
          clock: hostClock,
          log: ctx.diagnostics,
          // Names of Services inside the cluster, and the Pod's address: neither can be pointed elsewhere by a foreign name server.
          hosts: [
            ctx.pod.ip,
            '*.svc',
            '*.svc.cluster.local',
            '*.localhost',
            `argo-rollouts-dashboard.${ctx.pod.namespace}`,
            'argo-rollouts-dashboard',
          ],
        });
        await ctx.listen(Number(value('--port') ?? value('-p') ?? PORT), dashboard.server);
        ctx.log(`Argo Rollouts Dashboard is now available at http://localhost:${PORT}${dashboard.basePath}`);
        await new Promise<void>((resolve) => {
          if (ctx.signal.aborted) resolve();
          else ctx.signal.addEventListener('abort', () => resolve(), { once: true });
        });
        await dashboard.stop();
        return 0;
      } catch (error) {
        ctx.log(`Error: ${messageOf(error)}`);
        return 1;
      }
    },
  };
}
