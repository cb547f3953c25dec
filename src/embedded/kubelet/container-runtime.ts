import { Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import type { Server } from 'node:net';
import type { Activity } from '../../base/activity.ts';
import { type Clock, nextTurn } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import type { Container, Pod } from '../../kube/generated/types.ts';
import type { KubeApi } from '../../kube/kube-api.ts';
import { parseQuantity } from '../../kube/quantity.ts';
import type { ExecIo, ImageContext, ImageProgram } from '../images/image-program.ts';
import { runUtility } from '../images/utilities.ts';
import type { ClusterNetwork, PodListener } from '../network/cluster-network.ts';
import { httpOverDial } from '../network/http-over-dial.ts';
import type { ContainerFiles } from './container-files.ts';
import type { ContainerLog } from './container-log.ts';
import { probePort } from './probe.ts';
import { UsageMeter, type UsageSample } from './usage-meter.ts';

export interface ContainerStart {
  /** The Pod as it is now: labels may change while the container runs. */
  pod(): Pod;
  spec: Container;
  ip: string;
  /** Address of the node that the Pod is on. */
  nodeIp: string;
  program: ImageProgram;
  env: Record<string, string>;
  command: readonly string[];
  args: readonly string[];
  log: ContainerLog;
  files: ContainerFiles;
  api: KubeApi;
  runsToCompletion: boolean;
}

export interface ContainerRuntimeDeps {
  clock: Clock;
  random: Random;
  activity: Activity;
  log: Log;
  network: ClusterNetwork;
}

/** One run of a container's program. */
export interface RunningContainer {
  readonly exited: Promise<number>;
  /** SIGTERM. */
  terminate(): void;
  /** SIGKILL: sockets are reset, and the exit code is 137 whatever the program does. */
  kill(): void;
  /** Whether an HTTP request is being answered. Programs that speak over bare sockets are never seen as serving. */
  isServing(): boolean;
  /** Resolves when the program listens on `port`; never if it does not. */
  listening(port: number): Promise<void>;
  /** Resolves once no request is being answered. */
  idle(): Promise<void>;
  exec(argv: readonly string[], io: ExecIo): Promise<number>;
  /** What the program used lately; `undefined` until it has run for a while. */
  usage(): UsageSample | undefined;
  /** Whether it was killed because it held more memory than its limit. */
  isOutOfMemory(): boolean;
}

/** Turns of the event loop that a fresh program has to listen before time may move on. */
const START_TURNS = 8;

/** Starts the program. Never throws: a program that does ends with exit code 1. */
export function startContainer(start: ContainerStart, deps: ContainerRuntimeDeps): RunningContainer {
  const { spec, ip, log } = start;
  const pod = start.pod();
  const stop = new AbortController();
  const kill = new AbortController();
  const listeners = new Map<number, PodListener>();
  const idleWaiters: (() => void)[] = [];
  let listenWaiters: Map<number, (() => void)[]> | undefined;
  let serving = 0;
  let hasEnded = false;
  let isOutOfMemory = false;
  const meter = new UsageMeter(deps.clock);
  const memoryLimit = parseQuantity(spec.resources?.limits?.memory ?? '') ?? Number.POSITIVE_INFINITY;
  let reportStarted = (): void => {};
  const started = new Promise<void>((resolve) => {
    reportStarted = resolve;
  });

  const watchRequests = (server: Server): void => {
    if (!(server instanceof HttpServer) && !(server instanceof HttpsServer)) return;
    server.on('request', (_request: IncomingMessage, response: ServerResponse) => {
      serving += 1;
      response.once('close', () => {
        serving -= 1;
        if (serving === 0) for (const wake of idleWaiters.splice(0)) wake();
      });
    });
  };
  const dial = (host: string, port: number, signal?: AbortSignal) =>
    deps.network.dial(host === 'localhost' || host === '127.0.0.1' ? ip : host, port, {
      fromNamespace: pod.metadata.namespace ?? 'default',
      clientIp: ip,
      ...(signal ? { signal } : {}),
    });

  const ctx: ImageContext = {
    image: spec.image ?? '',
    command: start.command,
    args: start.args,
    env: start.env,
    pod: {
      name: pod.metadata.name,
      namespace: pod.metadata.namespace ?? 'default',
      uid: pod.metadata.uid,
      ip,
      nodeName: pod.spec.nodeName ?? '',
      get labels() {
        return start.pod().metadata.labels ?? {};
      },
      serviceAccountName: pod.spec.serviceAccountName ?? 'default',
    },
    container: {
      name: spec.name,
      ports: spec.ports ?? [],
      runsToCompletion: start.runsToCompletion,
      impliedPorts: impliedPorts(pod, spec),
    },
    readFile: (path) => start.files.read(path),
    listFiles: () => start.files.list(),
    writeFile: (path, content) => start.files.write(path, content),
    reportUsage: (usage) => {
      if (hasEnded) return;
      meter.report(usage);
      if (meter.memoryBytes <= memoryLimit || kill.signal.aborted) return;
      isOutOfMemory = true;
      endNow();
    },
    log: (line) => {
      if (!hasEnded) log.append(deps.clock.nowMs(), line);
    },
    signal: stop.signal,
    killed: kill.signal,
    clock: deps.clock,
    random: deps.random,
    activity: deps.activity,
    diagnostics: deps.log.named(`${pod.metadata.name}/${spec.name}`),
    async listen(port, server) {
      if (hasEnded) throw new Error('The container has ended.');
      const declared = spec.ports?.find(({ containerPort }) => containerPort === port);
      const hostPort = declared?.hostPort ?? (pod.spec.hostNetwork ? declared?.containerPort : undefined);
      const listener = await deps.network.listen(ip, port, server, { hostPort, nodeIp: start.nodeIp });
      if (hasEnded) {
        listener.close();
        throw new Error('The container has ended.');
      }
      listeners.set(port, listener);
      watchRequests(server);
      reportStarted();
      for (const wake of listenWaiters?.get(port) ?? []) wake();
      listenWaiters?.delete(port);
    },
    dial,
    fetch: (url, init) => httpOverDial(url, dial, init),
    api: start.api,
  };

  const endNow = (): void => {
    stop.abort(new Error('The container was killed.'));
    kill.abort();
  };
  const finish = (gracefully: boolean): void => {
    hasEnded = true;
    for (const listener of listeners.values()) {
      listener.close();
      listener.endConnections(gracefully);
    }
    log.end();
    reportStarted();
  };
  const killed = new Promise<number>((resolve) => kill.signal.addEventListener('abort', () => resolve(137), { once: true }));
  const ran = (async () => {
    try {
      return await start.program.run(ctx);
    } catch (error) {
      if (stop.signal.aborted && error === stop.signal.reason) return 143;
      ctx.log(messageOf(error));
      ctx.diagnostics.debug(`ended: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      return 1;
    }
  })();
  const exited = Promise.race([ran, killed]).then((exitCode) => {
    finish(!kill.signal.aborted);
    return exitCode;
  });

  const endStarting = deps.activity.begin(`start of ${pod.metadata.name}/${spec.name}`);
  void (async () => {
    for (let turn = 0; turn < START_TURNS; turn++) await nextTurn();
  })().then(reportStarted);
  void started.then(endStarting);

  return {
    exited,
    terminate() {
      stop.abort(new Error('The container was told to stop.'));
    },
    kill: endNow,
    isServing: () => serving > 0,
    listening: (port) =>
      listeners.has(port)
        ? Promise.resolve()
        : new Promise((resolve) => {
            listenWaiters ??= new Map();
            listenWaiters.set(port, [...(listenWaiters.get(port) ?? []), resolve]);
          }),
    idle: () =>
      serving === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            idleWaiters.push(resolve);
          }),
    usage: () => (hasEnded ? undefined : meter.read()),
    isOutOfMemory: () => isOutOfMemory,
    exec: (argv, io) => start.program.exec?.(ctx, argv, io) ?? runUtility(ctx, argv, io),
  };
}

/** See `ImageContext.container.impliedPorts`. */
function impliedPorts(pod: Pod, spec: Container): number[] {
  const ports = [spec.startupProbe, spec.readinessProbe, spec.livenessProbe].flatMap((probe) => {
    const action = probe?.httpGet ?? probe?.tcpSocket;
    const port = action === undefined || action.host !== undefined ? undefined : probePort(action.port, spec);
    return port === undefined ? [] : [port];
  });
  const isAlone = pod.spec.containers.length === 1 && (pod.spec.initContainers ?? []).length === 0;
  if (ports.length === 0 && isAlone && (spec.ports ?? []).length === 0) return [80, 8080];
  return [...new Set(ports)];
}
