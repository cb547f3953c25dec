import type { Command } from 'commander';
import { Activity } from '../base/activity.ts';
import { type Clock, hostClock, sleepOn } from '../base/clock.ts';
import { LabError } from '../base/errors.ts';
import { freshSeed, seededRandom } from '../base/random.ts';
import { type Connection, connect } from '../client/connect.ts';
import type { HttpFetch } from '../embedded/controllers/rollouts/analysis/metric-provider.ts';
import { EventRecorder } from '../kube/event-recorder.ts';
import { InformerFactory } from '../kube/informer.ts';
import { customResourceDefinitions, namespaces } from '../kube/resource-type.ts';
import type { App } from './app.ts';

interface ControllerOptions {
  context?: string;
  kubeconfig?: string;
  namespace?: string;
  ingressClasses: string;
  threads: string;
  lease: string;
  prometheus?: string;
}

const LEASE = 'argo-rollouts/argo-rollouts-controller-lock';

/** `canary-lab controller`: our rollouts controller against the cluster of a kubeconfig, until it is interrupted. */
export function addControllerCommand(program: Command, app: App): void {
  program
    .command('controller')
    .description("run this project's rollouts controller against any cluster, until Ctrl-C")
    .option('--context <name>', 'kubeconfig context (default: the current one)')
    .option('--kubeconfig <file>', 'kubeconfig file (default: KUBECONFIG or ~/.kube/config)')
    .option('-n, --namespace <name>', 'look after the Rollouts of this namespace only')
    .option('--ingress-classes <names>', 'Ingress classes whose changes wake a Rollout, separated by commas', 'nginx')
    .option('--threads <number>', 'Rollouts worked on at the same time', '10')
    .option('--lease <namespace/name>', 'Lease to hold while working, so that two controllers never do; "none" for no Lease', LEASE)
    .option('--prometheus <url>', 'address of Prometheus for metrics that name none')
    .action(async (options: ControllerOptions) => {
      await runController(options, app);
    });
}

async function runController(options: ControllerOptions, app: App): Promise<void> {
  const connection = await connect({ env: app.env, clock: hostClock, context: options.context, kubeconfig: options.kubeconfig });
  try {
    const { api } = connection;
    if ((await api.get(customResourceDefinitions, { name: 'rollouts.argoproj.io' }, { signal: app.signal })) === undefined) {
      throw new LabError('CRD_MISSING', `The cluster of context "${connection.context}" does not know Rollouts.`, {
        next: 'Install their definitions, for example with the argo-rollouts chart and --set controller.replicas=0.',
      });
    }
    await lead(options, app, connection);
    app.stderr.write(
      `Controlling Rollouts of ${options.namespace === undefined ? 'every namespace' : `namespace ${options.namespace}`} at ${connection.server}. Press Ctrl-C to end.\n`,
    );
    await work(options, app, connection);
  } catch (error) {
    if (!app.signal.aborted) throw error;
  } finally {
    connection.close();
  }
}

/** The cluster's time at the host's pace: what is stored is in the cluster's time, which may be ahead of this machine's. */
function clusterClock(connection: Connection): Clock {
  const clock: Clock = {
    nowMs: () => connection.serverNowMs(),
    after: (delayMs, callback) => hostClock.after(delayMs, callback),
    sleep: (delayMs, signal) => sleepOn(clock, delayMs, signal),
  };
  return clock;
}

/** Waits until no other controller holds the Lease. */
async function lead({ lease }: ControllerOptions, app: App, connection: Connection): Promise<void> {
  if (lease === 'none') return;
  const [namespace, name, ...more] = lease.split('/');
  if (!namespace || !name || more.length > 0) throw new LabError('BAD_ARGUMENT', `--lease wants NAMESPACE/NAME or "none", not "${lease}".`);
  if ((await connection.api.get(namespaces, { name: namespace }, { signal: app.signal })) === undefined) {
    app.stderr.write(`Namespace ${namespace} does not exist: working without a Lease.\n`);
    return;
  }
  const { becomeLeader } = await import('../embedded/images/leader-lease.ts');
  app.stderr.write(`Waiting for the Lease ${lease}.\n`);
  await becomeLeader(
    connection.api,
    { namespace, name },
    `canary-lab-${seededRandom(freshSeed()).suffix(8)}`,
    { clock: clusterClock(connection), log: app.log },
    app.signal,
  );
}

async function work(options: ControllerOptions, app: App, connection: Connection): Promise<void> {
  const { createRolloutsController } = await import('../embedded/controllers/rollouts/rollouts-controller.ts');
  const { api } = connection;
  const [clock, random, log] = [clusterClock(connection), seededRandom(freshSeed()), app.log.named('rollouts')];
  const informers = new InformerFactory(
    api,
    { clock: hostClock, log },
    options.namespace === undefined ? {} : { namespace: options.namespace },
  );
  const events = new EventRecorder(api, { component: 'rollouts-controller' }, { clock, random, log });
  const controllers = createRolloutsController(
    { api, informers, events, clock, random, log, activity: new Activity() },
    {
      nginxIngressClasses: options.ingressClasses.split(','),
      concurrency: Number(options.threads),
      namespaced: options.namespace !== undefined,
      analysis: { fetch: hostFetch, hostClock, prometheusAddress: options.prometheus ?? app.env['ARGO_ROLLOUTS_PROMETHEUS_ADDRESS'] },
    },
  );
  await informers.start(app.signal);
  for (const controller of controllers) controller.start(app.signal);
  app.stderr.write('Started.\n');
  await new Promise<void>((resolve) => {
    if (app.signal.aborted) resolve();
    app.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await events.flush();
}

/** HTTP from this machine: metrics inside a cluster need an address that is reachable from here. */
const hostFetch: HttpFetch = async (url, init = {}) => {
  const response = await fetch(url, init);
  return { status: response.status, headers: Object.fromEntries(response.headers), text: () => response.text() };
};
