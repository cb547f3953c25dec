import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import { Activity } from '../../base/activity.ts';
import { hostClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { seededRandom } from '../../base/random.ts';
import type { UserInfo } from '../../kube/generated/types.ts';
import type { KubeApi } from '../../kube/kube-api.ts';
import { serviceAccounts } from '../../kube/resource-type.ts';
import { MemoryStore } from '../store/memory-store.ts';
import type { Store } from '../store/store.ts';
import { type ApiServer, type ApiServerOptions, createApiServer } from './api-server.ts';
import { ServiceIpRange } from './test-service-ips.ts';

export interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
  json: Json;
}
/** Parsed JSON, looked at by path. */
export interface Json {
  readonly [field: string]: Json;
}
export function itemsOf(list: Json): Json[] {
  return list['items'] as unknown as Json[];
}

/** A listening server with the means to talk to it as any user. For tests. */
export interface TestServer {
  server: ApiServer;
  store: Store;
  url: string;
  activity: Activity;
  /** The administrator, in process. */
  admin: KubeApi;
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** The lines of a streamed answer, parsed; ends with the stream. */
  stream(path: string, headers?: Record<string, string>): Promise<{ status: number; lines: AsyncGenerator<Json>; close(): void }>;
  stop(): Promise<void>;
}

export const MASTER: UserInfo = { username: 'admin', groups: ['system:masters', 'system:authenticated'] };

/** A server over an empty memory store; `default` ServiceAccounts exist in the namespaces it is born with. */
export async function startTestServer(options: Partial<ApiServerOptions> = {}): Promise<TestServer> {
  const store = options.store ?? new MemoryStore();
  const activity = options.activity ?? new Activity();
  const server = await createApiServer({
    store,
    clock: hostClock,
    hostClock,
    random: seededRandom(7),
    log: silentLog,
    activity,
    addresses: new ServiceIpRange(),
    dialer: { dial: () => Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })) },
    nodeAgent: {
      async *logs(_pod, container) {
        yield `hello from ${container}\n`;
      },
      async exec(_pod, _container, argv, streams) {
        streams.stdout(argv.join(' '));
        return argv[0] === 'false' ? 3 : 0;
      },
      usage: () => undefined,
    },
    ...options,
  });
  const { url, port } = await server.listen();
  const admin = server.apiFor(MASTER);
  for (const namespace of ['default', 'kube-system']) {
    if ((await admin.get(serviceAccounts, { namespace, name: 'default' })) === undefined)
      await admin.create(serviceAccounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } });
  }
  const agent = new https.Agent({ keepAlive: true, ca: server.caCertificatePem });
  const open = (method: string, path: string, body: string | undefined, headers: Record<string, string>): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const request = https.request(
        {
          host: '127.0.0.1',
          port,
          method,
          path,
          agent,
          headers: {
            authorization: `Bearer ${server.adminToken}`,
            ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
            ...headers,
          },
        },
        resolve,
      );
      request.on('error', reject);
      request.end(body);
    });
  return {
    server,
    store,
    url,
    activity,
    admin,
    async request(method, path, body, headers = {}) {
      const response = await open(
        method,
        path,
        body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
        headers,
      );
      let text = '';
      for await (const chunk of response) text += String(chunk);
      const isJson = text.startsWith('{');
      return { status: response.statusCode!, headers: response.headers, text, json: (isJson ? JSON.parse(text) : {}) as unknown as Json };
    },
    async stream(path, headers = {}) {
      const response = await open('GET', path, undefined, headers);
      async function* lines(): AsyncGenerator<Json> {
        let rest = '';
        for await (const chunk of response) {
          rest += String(chunk);
          for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
            yield JSON.parse(rest.slice(0, end)) as Json;
            rest = rest.slice(end + 1);
          }
        }
      }
      return { status: response.statusCode!, lines: lines(), close: () => response.destroy() };
    },
    async stop() {
      agent.destroy();
      await server.close();
      store.close();
    },
  };
}
