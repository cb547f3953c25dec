import http from 'node:http';
import net, { type AddressInfo, type Socket } from 'node:net';
import { Activity } from '../../src/base/activity.ts';
import { type Clock, hostClock, nextTurn, rfc3339 } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { seededRandom } from '../../src/base/random.ts';
import { type ControllerFlags, parseControllerFlags } from '../../src/ingress/controller/controller-flags.ts';
import { IngressController } from '../../src/ingress/controller/ingress-controller.ts';
import type { IngressProxyOptions } from '../../src/ingress/proxy/ingress-proxy.ts';
import { createRouter } from '../../src/ingress/route-request.ts';
import type { Ingress, IngressSpec, ServiceBackendPort } from '../../src/kube/generated/types.ts';
import { InformerFactory } from '../../src/kube/informer.ts';
import { endpointSlices, ingressClasses, ingresses, pods, services } from '../../src/kube/resource-type.ts';
import { createFakeKubeApi, type FakeKubeApi } from './fake-kube-api.ts';

export interface IngressSetup {
  host?: string;
  /** `path`, `pathType`, `service`, `port` of each path. */
  paths?: { path?: string; pathType?: string; service: string; port?: ServiceBackendPort }[];
  annotations?: Record<string, string>;
  namespace?: string;
  className?: string;
  tls?: IngressSpec['tls'];
  defaultService?: string;
}
export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
}

/** An ingress controller over an in-memory API, with real Pods (HTTP servers that answer their name) on the loopback interface. */
export interface IngressRoom {
  api: FakeKubeApi;
  controller: IngressController;
  frontPort: number;
  lines: string[];
  /** Adds a Pod that answers `{pod, …}`; `refuses` gives an address where nothing listens. Returns its IP. */
  pod(name: string, options?: { refuses?: boolean; handler?: http.RequestListener }): Promise<string>;
  /** The HTTP server of a Pod. */
  serverOf(ip: string): http.Server;
  service(name: string, ips: string[], options?: { namespace?: string; ready?: boolean }): void;
  setEndpoints(name: string, ips: string[]): Promise<void>;
  ingress(name: string, setup: IngressSetup): Ingress;
  start(): Promise<void>;
  get(url: string, headers?: Record<string, string>, method?: string, body?: string): Promise<Answer>;
  /** Which Service's share of `count` decisions goes to the canary, without sockets. */
  canaryHits(count: number, host?: string, path?: string): number;
  until(holds: () => boolean): Promise<void>;
  close(): Promise<void>;
}

const PREFIX = 'nginx.ingress.kubernetes.io';

export async function createIngressRoom(
  options: { args?: string[]; clock?: Clock; socketClock?: Clock; limits?: IngressProxyOptions['limits']; seed?: number } = {},
): Promise<IngressRoom> {
  const random = seededRandom(options.seed ?? 7);
  const activity = new Activity();
  const clock = options.clock ?? hostClock;
  const api = createFakeKubeApi({ clock, random: seededRandom(1), activity });
  const stop = new AbortController();
  const servers = new Map<string, http.Server>();
  const ports = new Map<string, number>();
  const sockets = new Set<Socket>();
  const lines: string[] = [];
  const flags: ControllerFlags = parseControllerFlags([
    '--controller-class=k8s.io/ingress-nginx',
    '--ingress-class=nginx',
    '--election-id=ingress-nginx-leader',
    '--publish-status-address=localhost',
    ...(options.args ?? []),
  ]);
  api.seed(ingressClasses, { metadata: { name: 'nginx' }, spec: { controller: 'k8s.io/ingress-nginx' } });
  api.seed(ingressClasses, { metadata: { name: 'other' }, spec: { controller: 'example.com/other' } });
  const labels = { app: 'controller' };
  const pod = api.seed(pods, {
    metadata: { namespace: 'ingress-nginx', name: 'controller-0', labels },
    spec: { containers: [] },
    status: { phase: 'Running' },
  });
  const controller = new IngressController({
    api,
    informers: new InformerFactory(api, { clock, log: silentLog }),
    clock,
    hostClock: options.socketClock ?? hostClock,
    random,
    log: silentLog,
    activity,
    flags,
    pod: { name: 'controller-0', namespace: 'ingress-nginx', uid: pod.metadata.uid, labels },
    print: (line) => {
      lines.push(line);
    },
    ...(options.limits ? { limits: options.limits } : {}),
    connect: (ip, _port, signal) =>
      new Promise((resolve, reject) => {
        const socket = net.connect({ host: '127.0.0.1', port: ports.get(ip)! });
        socket.once('connect', () => {
          socket.removeListener('error', reject);
          resolve(socket);
        });
        socket.once('error', reject);
        signal.addEventListener('abort', () => socket.destroy(), { once: true });
      }),
  });
  const front = net.createServer((socket) => {
    sockets.add(socket);
    controller.proxy.accept(socket, { isHttps: false, listenPort: 80 });
  });
  await new Promise<void>((resolve) => {
    front.listen(0, '127.0.0.1', resolve);
  });
  const frontPort = (front.address() as AddressInfo).port;
  const agent = new http.Agent({ keepAlive: true });
  let created = 0;
  let address = 1;

  const sliceOf = (name: string, namespace: string, ips: string[], ready = true) => ({
    addressType: 'IPv4',
    metadata: { namespace, name: `${name}-abc`, labels: { 'kubernetes.io/service-name': name } },
    endpoints: ips.map((ip) => ({ addresses: [ip], conditions: { ready } })),
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  });

  const room: IngressRoom = {
    api,
    controller,
    frontPort,
    lines,
    async pod(name, { refuses, handler } = {}) {
      const ip = `10.244.0.${address++}`;
      const server = http.createServer(
        handler ??
          ((request, response) => {
            response.setHeader('content-type', 'application/json');
            response.end(JSON.stringify({ pod: name, url: request.url, headers: request.headers }));
          }),
      );
      await new Promise<void>((resolve) => {
        server.listen(0, '127.0.0.1', resolve);
      });
      ports.set(ip, (server.address() as AddressInfo).port);
      if (refuses)
        await new Promise((resolve) => {
          server.close(resolve);
        });
      servers.set(ip, server);
      return ip;
    },
    serverOf: (ip) => servers.get(ip)!,
    service(name, ips, { namespace = 'default', ready = true } = {}) {
      api.seed(services, {
        metadata: { namespace, name },
        spec: { type: 'ClusterIP', clusterIP: '10.96.0.10', ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }] },
      });
      api.seed(endpointSlices, sliceOf(name, namespace, ips, ready));
    },
    async setEndpoints(name, ips) {
      const slice = (await api.get(endpointSlices, { namespace: 'default', name: `${name}-abc` }))!;
      await api.update(endpointSlices, { ...structuredClone(slice), endpoints: sliceOf(name, 'default', ips).endpoints });
      await room.until(
        () =>
          controller.proxy.configuration.upstreams
            .get(`default-${name}-80`)
            ?.endpoints.map(({ ip }) => ip)
            .join() === ips.join(),
      );
    },
    ingress(name, setup) {
      const rules =
        (setup.paths ?? []).length === 0
          ? undefined
          : [
              {
                ...(setup.host === undefined ? {} : { host: setup.host }),
                http: {
                  paths: setup.paths!.map(({ path = '/', pathType = 'Prefix', service, port = { number: 80 } }) => ({
                    path,
                    pathType,
                    backend: { service: { name: service, port } },
                  })),
                },
              },
            ];
      return api.seed(ingresses, {
        metadata: {
          namespace: setup.namespace ?? 'default',
          name,
          creationTimestamp: rfc3339(1_700_000_000_000 + 1000 * created++),
          annotations: Object.fromEntries(Object.entries(setup.annotations ?? {}).map(([key, value]) => [`${PREFIX}/${key}`, value])),
        },
        spec: {
          ingressClassName: setup.className ?? 'nginx',
          ...(rules ? { rules } : {}),
          ...(setup.tls ? { tls: setup.tls } : {}),
          ...(setup.defaultService ? { defaultBackend: { service: { name: setup.defaultService, port: { number: 80 } } } } : {}),
        },
      });
    },
    start: () => controller.start(stop.signal),
    get: (url, headers = {}, method = 'GET', body) =>
      new Promise((resolve, reject) => {
        const slash = url.indexOf('/');
        const request = http.request(
          { host: '127.0.0.1', port: frontPort, agent, method, path: url.slice(slash), headers: { host: url.slice(0, slash), ...headers } },
          (response) => {
            let text = '';
            response
              .setEncoding('utf8')
              .on('data', (chunk: string) => {
                text += chunk;
              })
              .on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: text }))
              .on('error', reject);
          },
        );
        request.on('error', reject).end(body);
      }),
    canaryHits(count, host = 'a.test', path = '/') {
      const router = createRouter(controller.proxy.configuration);
      let hits = 0;
      for (let i = 0; i < count; i++)
        if (
          router({ host, target: path, isHttps: false, header: () => undefined, cookies: undefined }, (total) => random.below(total) + 1)
            .canary !== undefined
        )
          hits += 1;
      return hits;
    },
    async until(holds) {
      for (let turn = 0; turn < 100_000; turn++) {
        if (holds()) return;
        await nextTurn();
      }
      throw new Error('The condition never held.');
    },
    async close() {
      stop.abort();
      agent.destroy();
      controller.proxy.close();
      for (const socket of sockets) socket.destroy();
      front.close();
      for (const server of servers.values()) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
  return room;
}

/** The name of the Pod that answered. */
export function podOf(answer: Answer): string {
  return answer.status === 200 ? (JSON.parse(answer.body) as { pod: string }).pod : String(answer.status);
}
