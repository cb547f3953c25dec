import { createServer, type Server } from 'node:http';
import type { ImageContext, ImageProgram } from './image-program.ts';
import { isUtility, runUtility } from './utilities.ts';

/** Resolves when the container is told to stop. */
function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function answerFor(ctx: ImageContext, url: string | undefined): string {
  const { labels, name, namespace, nodeName } = ctx.pod;
  const hash = labels['rollouts-pod-template-hash'] ?? labels['pod-template-hash'] ?? '';
  return `${JSON.stringify({ standIn: true, pod: name, namespace, node: nodeName, image: ctx.image, hash, podTemplateHash: hash, path: url ?? '/' })}\n`;
}

function createStandInServer(ctx: ImageContext): Server {
  const server = createServer((request, response) => {
    const body = answerFor(ctx, request.url);
    if (ctx.signal.aborted) response.setHeader('connection', 'close');
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'x-canary-lab-stand-in': 'true',
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  });
  server.keepAliveTimeout = 120_000;
  return server;
}

/**
 * What runs for an image that has no program here. A container that is there to end runs its command if it is one of the built-in
 * utilities, and otherwise ends well; any other serves HTTP on its declared ports (and those that are implied) until it is stopped.
 */
export const standIn: ImageProgram = {
  async run(ctx) {
    const argv = [...ctx.command, ...ctx.args];
    if (ctx.container.runsToCompletion === true) {
      if (!isUtility(argv[0])) return 0;
      return runUtility(ctx, argv, { stdin: undefined, stdout: lineWriter(ctx), stderr: lineWriter(ctx), signal: ctx.signal });
    }
    const declared = ctx.container.ports.filter(({ protocol = 'TCP' }) => protocol === 'TCP').map(({ containerPort }) => containerPort);
    for (const port of new Set([...declared, ...(ctx.container.impliedPorts ?? [])])) await ctx.listen(port, createStandInServer(ctx));
    ctx.log(`This is a stand-in for ${ctx.image}, whose program canary-lab does not have.`);
    await stopped(ctx.signal);
    return 0;
  },
};

/** Gathers chunks into whole lines of the container's log. */
export function lineWriter(ctx: Pick<ImageContext, 'log'>): (chunk: Uint8Array | string) => void {
  return (chunk) => {
    for (const line of (typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8')).replace(/\n$/, '').split('\n'))
      ctx.log(line);
  };
}
