import type { Command } from 'commander';
import { LabError } from '../base/errors.ts';
import { connect } from '../client/connect.ts';
import { serveDashboard } from '../dashboard/serve-dashboard.ts';
import type { App } from './app.ts';

interface DashboardOptions {
  port: string;
  rootPath: string;
  address?: string;
  token?: string;
  readOnly?: boolean;
  namespace?: string;
  context?: string;
  kubeconfig?: string;
  ingress?: string;
  probePath?: string;
  probe: boolean;
}

/** `canary-lab dashboard`: the web page that shows and steers rollouts, until Ctrl-C. */
export function addDashboardCommand(program: Command, app: App): void {
  program
    .command('dashboard')
    .description('watch and steer rollouts in a browser')
    .option('-p, --port <number>', 'port to listen on; the next free one when it is taken', '3100')
    .option('--root-path <path>', 'first part of every address', 'rollouts')
    .option('-n, --namespace <name>', "namespace shown at first (default: the context's)")
    .option('--context <name>', 'kubeconfig context to use')
    .option('--kubeconfig <file>', 'kubeconfig file to use')
    .option('--read-only', 'refuse every change')
    .option('--address <ip>', 'address to listen on instead of 127.0.0.1; reading needs the token then')
    .option('--token <text>', 'token that changes must carry (default: a random one)')
    .option('--ingress <url>', 'where the ingress answers on this machine (default: as the cluster says)')
    .option('--probe-path <path>', 'path to ask for when traffic is measured')
    .option('--no-probe', 'measure no traffic')
    .action(async (options: DashboardOptions) => {
      await serve(options, app);
    });
}

async function serve(options: DashboardOptions, app: App): Promise<void> {
  const port = Number(options.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new LabError('BAD_OPTION', `--port is "${options.port}", which is not a port.`, { next: 'Give a number from 0 to 65535.' });
  if (options.token !== undefined && !/^[\w-]{16,}$/.test(options.token))
    throw new LabError('BAD_OPTION', '--token is too short or has other signs than letters, digits, "-" and "_".', {
      next: 'Give at least 16 of them, or leave the option out.',
    });
  const connection = await connect({
    kubeconfig: options.kubeconfig,
    context: options.context,
    namespace: options.namespace,
    env: app.env,
    clock: app.clock,
  });
  try {
    const dashboard = await serveDashboard({
      api: connection.api,
      clusterNowMs: () => connection.serverNowMs(),
      namespace: connection.namespace,
      context: connection.context,
      log: app.log,
      port,
      rootPath: options.rootPath,
      readOnly: options.readOnly,
      address: options.address,
      token: options.token,
      traffic: { ingressUrl: options.probe ? options.ingress : false, path: options.probePath },
    });
    app.stdout.write(`Argo Rollouts Dashboard is now available at ${dashboard.url}\n`);
    if (dashboard.port !== port && port !== 0) app.stderr.write(`Port ${port} is taken; this is the next free one.\n`);
    await new Promise<void>((resolve) => {
      if (app.signal.aborted) resolve();
      else app.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await dashboard.stop();
  } finally {
    connection.close();
  }
}
