import { imageTag } from '../../../sample-app/identity.ts';
import { createSampleApp } from '../../../sample-app/sample-app.ts';
import type { ImageContext, ImageProgram } from './image-program.ts';

export const SAMPLE_APP_IMAGE = 'ghcr.io/canary-lab/sample-app';

/** A small server of Node at rest. */
const BASE_MEMORY = 40 * 1024 ** 2;
const BASE_MILLICORES = 2;

/** What the container would learn from the downward API, for charts that do not pass it on. */
function identityEnv(ctx: ImageContext): Record<string, string> {
  const { labels, name, namespace, nodeName } = ctx.pod;
  return {
    KUBERNETES_POD: name,
    KUBERNETES_NAMESPACE: namespace,
    KUBERNETES_NODE: nodeName,
    KUBERNETES_POD_TEMPLATE_HASH: labels['rollouts-pod-template-hash'] ?? labels['pod-template-hash'] ?? '',
  };
}

/** The sample app as an image of the embedded cluster: the module of `sample-app/` on the cluster's clock and network. */
export function createSampleAppProgram(): ImageProgram {
  return {
    async run(ctx) {
      let memoryBytes = BASE_MEMORY;
      ctx.reportUsage?.({ cpuMillicores: BASE_MILLICORES, memoryBytes });
      const app = createSampleApp({
        env: { ...identityEnv(ctx), ...ctx.env },
        tag: imageTag(ctx.image),
        clock: ctx.clock,
        random: ctx.random,
        use: {
          memory(mib) {
            ctx.killed.throwIfAborted();
            memoryBytes += mib * 1024 ** 2;
            ctx.reportUsage?.({ memoryBytes });
          },
          cpu: (cpuMs) => ctx.reportUsage?.({ cpuMs }),
        },
        log: ctx.log,
      });
      await ctx.listen(app.port, app.server);
      ctx.log(`listening on ${app.port}`);
      if (app.metrics !== undefined) await ctx.listen(app.metrics.port, app.metrics.server);
      // No lingering: the kubelet has withdrawn the endpoints before it sends the stop signal.
      const stop = new Promise<void>((resolve) => ctx.signal.addEventListener('abort', () => resolve(), { once: true }));
      return Promise.race([stop.then(() => app.drain(0)).then(() => 0), app.crashed]);
    },
  };
}
