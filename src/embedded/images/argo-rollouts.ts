import { createServer } from 'node:http';
import { type Clock, hostClock } from '../../base/clock.ts';
import { EventRecorder } from '../../kube/event-recorder.ts';
import { InformerFactory } from '../../kube/informer.ts';
import { rollouts } from '../../rollouts/rollout.ts';
import { createRolloutsController } from '../controllers/rollouts/rollouts-controller.ts';
import { type ArgoRolloutsFlags, parseArgoRolloutsFlags } from './argo-rollouts-flags.ts';
import { rolloutMetrics } from './argo-rollouts-metrics.ts';
import { containerLog } from './container-log.ts';
import type { ImageContext, ImageProgram } from './image-program.ts';
import { becomeLeader } from './leader-lease.ts';

export const ARGO_ROLLOUTS_IMAGE = 'quay.io/argoproj/argo-rollouts';
const LEASE = 'argo-rollouts-controller-lock';

/** The Argo Rollouts controller as an image: our controllers with the API of the Pod's ServiceAccount. `hostClock` times sockets out. */
export function createArgoRolloutsProgram(options: { hostClock?: Clock } = {}): ImageProgram {
  return {
    async run(ctx) {
      const parsed = parseArgoRolloutsFlags(ctx.args);
      if (typeof parsed === 'string') {
        ctx.log(`Error: ${parsed}`);
        return 1;
      }
      await runController(ctx, parsed, options.hostClock ?? hostClock);
      return 0;
    },
  };
}

async function runController(ctx: ImageContext, flags: ArgoRolloutsFlags, socketClock: Clock): Promise<void> {
  const { api, clock, random, activity, signal } = ctx;
  const log = containerLog(ctx);
  const namespace = flags.namespaced ? (flags.namespace ?? ctx.pod.namespace) : undefined;
  const informers = new InformerFactory(api, { clock, log }, { namespace });
  const events = new EventRecorder(api, { component: 'rollouts-controller' }, { clock, random, log });
  const known = informers.for(rollouts);
  await ctx.listen(
    flags.healthzPort,
    createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' }).end('ok');
    }),
  );
  await ctx.listen(
    flags.metricsPort,
    createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(rolloutMetrics(known.list()));
    }),
  );
  ctx.log(`Argo Rollouts starting as ${ctx.pod.name}`);
  const stopped = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const lead = async (): Promise<void> => {
    if (flags.leaderElect) await becomeLeader(api, { namespace: ctx.pod.namespace, name: LEASE }, ctx.pod.name, { clock, log }, signal);
    const controllers = createRolloutsController(
      { api, informers, events, clock, random, log, activity },
      {
        nginxIngressClasses: flags.nginxIngressClasses,
        concurrency: flags.rolloutThreads,
        namespaced: flags.namespaced,
        analysis: {
          fetch: (url, init) => ctx.fetch(url, init),
          hostClock: socketClock,
          prometheusAddress: ctx.env.ARGO_ROLLOUTS_PROMETHEUS_ADDRESS,
        },
      },
    );
    await informers.start(signal);
    for (const controller of controllers) controller.start(signal);
    ctx.log('Started controller');
  };
  await Promise.race([stopped, lead().then(() => stopped)]);
  await events.flush();
  ctx.log('Shutting down');
}
