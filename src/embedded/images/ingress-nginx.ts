import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import net from 'node:net';
import { type Clock, hostClock as systemHostClock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { ownValue } from '../../base/own-value.ts';
import { seededRandom } from '../../base/random.ts';
import { admissionListener } from '../../ingress/controller/admission-server.ts';
import { type ControllerFlags, parseControllerFlags } from '../../ingress/controller/controller-flags.ts';
import { createFakeCertificate } from '../../ingress/controller/fake-certificate.ts';
import { IngressController } from '../../ingress/controller/ingress-controller.ts';
import { TlsListener } from '../../ingress/proxy/tls-listener.ts';
import { InformerFactory } from '../../kube/informer.ts';
import { RELEASED } from '../network/host-ports.ts';
import { containerLog } from './container-log.ts';
import type { ImageContext, ImageProgram } from './image-program.ts';

/** How long idle client connections may send one more request when the Pod ends, in milliseconds of host time. */
const DRAIN_IDLE_MS = 200;

/** `registry.k8s.io/ingress-nginx/controller`: our data plane and controller behind the arguments of the chart. */
export function createIngressNginxProgram(options: { hostClock?: Clock } = {}): ImageProgram {
  const hostClock = options.hostClock ?? systemHostClock;
  return {
    run: (ctx) => runController(ctx, hostClock),
    async exec(_ctx, argv, io) {
      // The preStop hook of the chart; draining is what SIGTERM does here.
      if (argv[0] === '/wait-shutdown') return 0;
      io.stderr(`exec: "${argv[0]}": executable file not found in $PATH\n`);
      return 127;
    },
  };
}

async function runController(ctx: ImageContext, hostClock: Clock): Promise<number> {
  let flags: ControllerFlags;
  try {
    flags = parseControllerFlags(expanded([...ctx.command, ...ctx.args], ctx.env));
  } catch (error) {
    ctx.log(`F ${messageOf(error)}`);
    return 1;
  }
  const stopping = new AbortController();
  const informers = new InformerFactory(
    ctx.api,
    { clock: ctx.clock, log: containerLog(ctx) },
    flags.watchNamespace === '' ? {} : { namespace: flags.watchNamespace },
  );
  const controller = new IngressController({
    api: ctx.api,
    informers,
    clock: ctx.clock,
    hostClock,
    random: ctx.random,
    log: containerLog(ctx),
    activity: ctx.activity,
    flags,
    pod: ctx.pod,
    connect: (ip, port, signal) => ctx.dial(ip, port, signal),
    print: (line) => ctx.log(line),
  });
  const { proxy } = controller;
  const stop = (): void => stopping.abort(ctx.signal.reason);
  const kill = (): void => {
    stop();
    proxy.close();
  };
  ctx.killed.addEventListener('abort', kill, { once: true });
  try {
    // Without permission to list, the first configuration never comes; the Pod must still be able to end.
    const ended = AbortSignal.any([ctx.signal, ctx.killed]);
    await Promise.race([controller.start(AbortSignal.any([stopping.signal, ctx.killed])), aborted(ended)]);
    if (ended.aborted) return 0;
    let isReady = true;
    let hasEnded = false;
    const front = net.createServer((socket) => {
      if (hasEnded) release(front, socket);
      else proxy.accept(socket, { isHttps: false, listenPort: flags.httpPort });
    });
    await ctx.listen(flags.httpPort, front);
    await ctx.listen(flags.httpsPort, httpsServer(ctx, hostClock, controller, flags.httpsPort));
    await ctx.listen(
      flags.healthzPort,
      healthServer(controller, () => isReady),
    );
    if (flags.webhookPort !== undefined) await ctx.listen(flags.webhookPort, webhookServer(ctx, controller, flags));
    ctx.log('I NGINX Ingress controller is running');
    await aborted(ctx.signal);
    isReady = false;
    ctx.log('I Received SIGTERM, shutting down');
    const keep = (socket: Socket): void => release(front, socket);
    await proxy.drain(DRAIN_IDLE_MS, ctx.killed, keep);
    if (!ctx.killed.aborted) await controller.stop();
    // Requests that came while the status was taken back.
    await proxy.drain(0, ctx.killed, keep);
    hasEnded = !ctx.killed.aborted;
    ctx.log('I Exiting with code 0');
    return 0;
  } finally {
    stop();
    ctx.killed.removeEventListener('abort', kill);
    proxy.close();
  }
}

/** Gives a connection back to the node, which keeps it for the next Pod on this port; closes it where nobody takes it. */
function release(server: net.Server, socket: Socket): void {
  socket.pause();
  if (!server.emit(RELEASED, socket)) socket.destroy();
}

/** Replaces `$(NAME)` as the kubelet does; arguments that it replaced already are left as they are. */
function expanded(args: readonly string[], env: Readonly<Record<string, string>>): string[] {
  return args.map((arg) => arg.replace(/\$\(([A-Za-z_][A-Za-z0-9_]*)\)/g, (whole, name: string) => ownValue(env, name) ?? whole));
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** TLS starts with the first connection: most clusters never see one, and a key pair costs time. */
function httpsServer(ctx: ImageContext, hostClock: Clock, { proxy }: IngressController, port: number): net.Server {
  let listener: Promise<TlsListener> | undefined;
  const accept = (socket: Socket): void => proxy.accept(socket, { isHttps: true, listenPort: port });
  return net.createServer((socket) => {
    listener ??= createFakeCertificate(hostClock.nowMs(), seededRandom(ctx.random.below(2 ** 31))).then(
      (fallback) => new TlsListener({ fallback, configuration: () => proxy.configuration, onSocket: accept }),
    );
    socket.on('error', () => {});
    listener.then(
      (tls) => tls.accept(socket),
      (error: unknown) => {
        ctx.log(`E no certificate: ${messageOf(error)}`);
        socket.destroy();
      },
    );
  });
}

function healthServer(controller: IngressController, isReady: () => boolean): http.Server {
  return http.createServer((request, response) => {
    const path = request.url?.split('?')[0];
    if (path === '/healthz')
      response
        .writeHead(isReady() ? 200 : 500, { 'content-type': 'text/plain; charset=utf-8' })
        .end(isReady() ? 'ok' : 'the controller is shutting down');
    else if (path === '/metrics')
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(controller.metricsText());
    else response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found\n');
  });
}

/** The certificate is read again for each connection: the Secret may be renewed under a running Pod. */
function webhookServer(ctx: ImageContext, controller: IngressController, flags: ControllerFlags): net.Server {
  const listener = admissionListener((ingress) => controller.denialOf(ingress));
  let current: { cert: string; key: string; server: https.Server } | undefined;
  return net.createServer((socket) => {
    socket.on('error', () => {});
    const [cert, key] = [ctx.readFile(flags.webhookCertificate), ctx.readFile(flags.webhookKey)];
    if (cert === undefined || key === undefined) {
      ctx.log(`E webhook certificate "${flags.webhookCertificate}" is missing`);
      socket.destroy();
      return;
    }
    if (current?.cert !== cert || current.key !== key) {
      try {
        current = { cert, key, server: https.createServer({ cert, key }, listener) };
      } catch (error) {
        ctx.log(`E webhook certificate: ${messageOf(error)}`);
        socket.destroy();
        return;
      }
    }
    current.server.emit('connection', socket);
  });
}
