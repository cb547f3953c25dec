import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { readFaults } from './faults.ts';
import { readIdentity } from './identity.ts';
import { RequestCounter } from './metrics.ts';
import { page } from './page.ts';

/** Time and chance, so that the embedded cluster can run the same module on its own clock. */
export interface SampleAppOptions {
  env: Readonly<Record<string, string | undefined>>;
  /** Tag of the image: the version unless APP_VERSION says otherwise, and the faults it names. */
  tag: string;
  clock: { nowMs(): number; sleep(delayMs: number, signal?: AbortSignal): Promise<void> };
  random: { next(): number };
  /** How the app uses up memory and CPU, for real or as its host counts them. */
  use: {
    /** Keeps this much more memory for good. */
    memory(mib: number): void;
    /** Spends CPU time. */
    cpu(ms: number): void;
  };
  log(line: string): void;
}

export interface SampleApp {
  /** Serves `/`, `/success`, `/error`, `/healthz` and `/readyz`. Not listening yet. */
  readonly server: Server;
  readonly port: number;
  /** Serves `/monitoring/metrics`; absent without METRICS_PORT. */
  readonly metrics: { server: Server; port: number } | undefined;
  /** Resolves with exit code 1 if the crash fault strikes; never otherwise. */
  readonly crashed: Promise<number>;
  /**
   * Answers what is in flight, closes each kept-alive connection with its next answer, and after `lingerMs` without a request ends the
   * idle ones. Resolves when every connection is closed.
   */
  drain(lingerMs: number): Promise<void>;
}

/** Builds the app; its life begins now (slow start and crash count from here). Throws on a malformed variable. */
export function createSampleApp({ env, tag, clock, random, use, log }: SampleAppOptions): SampleApp {
  const faults = readFaults(tag, env);
  const identity = readIdentity(env, tag);
  const counter = new RequestCounter();
  const startedAtMs = clock.nowMs();
  const connections = new Map<Socket, number>();
  let isDraining = false;
  let onQuiet = (): void => {};

  const inFlight = (): number => [...connections.values()].reduce((sum, count) => sum + count, 0);
  const isReady = (): boolean => !faults.neverReady && !isDraining && clock.nowMs() - startedAtMs >= faults.slowStartMs;

  const send = (request: IncomingMessage, response: ServerResponse, status: number, type: string, body: string): void => {
    if (isDraining) response.setHeader('connection', 'close');
    response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), 'cache-control': 'no-store' });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
  const json = (request: IncomingMessage, response: ServerResponse, status: number, value: unknown): void =>
    send(request, response, status, 'application/json', `${JSON.stringify(value)}\n`);

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? '/', 'http://sample.app');
    switch (pathname) {
      case '/':
        return send(request, response, 200, 'text/html; charset=utf-8', page(identity));
      case '/healthz':
        return send(request, response, 200, 'text/plain', 'ok\n');
      case '/readyz':
        return isReady() ? send(request, response, 200, 'text/plain', 'ok\n') : send(request, response, 503, 'text/plain', 'not ready\n');
      case '/success':
      case '/error': {
        if (faults.cpuMsPerRequest > 0) use.cpu(faults.cpuMsPerRequest);
        if (faults.latencyMs > 0) await clock.sleep(faults.latencyMs);
        const success = pathname === '/success' && !(faults.errorShare > 0 && random.next() < faults.errorShare);
        counter.add(success);
        return json(request, response, success ? 200 : 500, identity);
      }
      default:
        return json(request, response, 404, { error: `no route ${pathname}` });
    }
  };

  const track = (server: Server): Server => {
    // Longer than any proxy keeps an idle connection: the side that closes first must be the one that would send next.
    server.keepAliveTimeout = 120_000;
    server.headersTimeout = 125_000;
    server.on('connection', (socket: Socket) => {
      connections.set(socket, 0);
      socket.once('close', () => {
        connections.delete(socket);
        onQuiet();
      });
    });
    server.prependListener('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
      connections.set(socket, (connections.get(socket) ?? 0) + 1);
      response.once('close', () => {
        if (connections.has(socket)) connections.set(socket, connections.get(socket)! - 1);
        onQuiet();
      });
    });
    return server;
  };
  const server = track(
    createServer((request, response) => {
      answer(request, response).catch((error: unknown) => {
        log(`answering ${request.url}: ${String(error)}`);
        response.destroy();
      });
    }),
  );
  const metricsServer = (): Server =>
    track(
      createServer((request, response) => {
        if (request.url?.split('?')[0] === '/monitoring/metrics')
          send(request, response, 200, 'text/plain; version=0.0.4; charset=utf-8', counter.text);
        else json(request, response, 404, { error: `no route ${request.url}` });
      }),
    );
  const crashed =
    faults.crashAfterMs === undefined
      ? new Promise<number>(() => {})
      : clock.sleep(faults.crashAfterMs).then(() => {
          log('crashing on purpose');
          return 1;
        });

  const leaking = new AbortController();
  const leak = async (): Promise<void> => {
    while (!leaking.signal.aborted) {
      await clock.sleep(1000, leaking.signal);
      use.memory(faults.leakMibPerSecond);
    }
  };
  if (faults.leakMibPerSecond > 0) void leak().catch(() => {});

  return {
    server,
    port: portFrom(env, 'HTTP_PORT') ?? 8080,
    crashed,
    metrics: portFrom(env, 'METRICS_PORT') === undefined ? undefined : { server: metricsServer(), port: portFrom(env, 'METRICS_PORT')! },
    async drain(lingerMs) {
      isDraining = true;
      leaking.abort();
      log('draining');
      const until = async (holds: () => boolean): Promise<void> => {
        while (!holds())
          await new Promise<void>((resolve) => {
            onQuiet = resolve;
          });
      };
      await until(() => inFlight() === 0);
      if (lingerMs > 0) await clock.sleep(lingerMs);
      await until(() => inFlight() === 0);
      for (const [socket, count] of connections) if (count === 0) socket.end();
      await until(() => inFlight() === 0);
    },
  };
}

function portFrom(env: SampleAppOptions['env'], name: string): number | undefined {
  const text = env[name];
  if (text === undefined || text === '') return undefined;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error(`${name} must be a port number, not "${text}".`);
  return port;
}
