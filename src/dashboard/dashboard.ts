import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Clock, hostClock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { KubeApi } from '../kube/kube-api.ts';
import { ApiError } from './api-error.ts';
import { createClusterTime } from './cluster-time.ts';
import { refusalOf } from './guard.ts';
import { InsightFeed } from './insight-feed.ts';
import type { LabFeed } from './lab-feed.ts';
import type { PageBundle } from './page-bundle.ts';
import { SECURITY_HEADERS, servePage } from './page-server.ts';
import { answerCall, type RestApiDeps } from './rest-api.ts';
import { RolloutFeed } from './rollout-feed.ts';
import { RolloutsView } from './rollouts-view.ts';
import { TrafficMeter, type TrafficMeterOptions } from './traffic-meter.ts';
import { TOKEN_HEADER } from './wire.ts';

export interface DashboardOptions {
  api: KubeApi;
  /** The cluster's time, ms. */
  clusterNowMs: () => number;
  /** The page's namespace at first, and the only one shown when the user may not list the others. */
  namespace: string;
  /** Name of the kubeconfig context, for the page's header. */
  context: string;
  page: PageBundle;
  /** First part of every path, without slashes. Default `rollouts`. */
  rootPath?: string | undefined;
  readOnly?: boolean | undefined;
  /** What mutations must carry. Default: 32 random bytes. */
  token?: string | undefined;
  /** Reading needs the token as well: for listeners that other machines can reach. */
  tokenToRead?: boolean | undefined;
  /** Further host names, beside loopback, under which the dashboard answers; `*.svc` stands for all that end so. */
  hosts?: readonly string[] | undefined;
  traffic?: TrafficMeterOptions | undefined;
  lab?: LabFeed | undefined;
  /** The host's clock: timers of streams. */
  clock?: Clock | undefined;
  log: Log;
}

export interface Dashboard {
  /** Not listening yet: the caller decides where. */
  readonly server: Server;
  /** `/rollouts`. */
  readonly basePath: string;
  readonly token: string;
  /** Ends every stream and connection. */
  stop(): Promise<void>;
}

const VERSION = 'v1.9.0+canary-lab';

/** Starts to watch the cluster and resolves with a server to listen with. Rejects with `CLUSTER_UNREACHABLE` or the cluster's `StatusError`. */
export async function createDashboard(options: DashboardOptions): Promise<Dashboard> {
  const clock = options.clock ?? hostClock;
  const stopping = new AbortController();
  const { signal } = stopping;
  const { api } = options;
  const token = options.token ?? randomBytes(32).toString('base64url');
  const root = (options.rootPath ?? 'rollouts').replace(/^\/+|\/+$/g, '');
  const basePath = root === '' ? '' : `/${root}`;
  const view = new RolloutsView(api, options.namespace, { clock, log: options.log });
  await view.start(signal);
  const time = createClusterTime(api, options.clusterNowMs);
  const feed = new RolloutFeed(view, { clock });
  const deps: RestApiDeps = {
    api,
    view,
    feed,
    time,
    clock,
    signal,
    lab: options.lab,
    homeNamespace: options.namespace,
    version: VERSION,
    insight: new InsightFeed({ api, view, time, clock, signal }),
    traffic: new TrafficMeter({ api, view, clock, signal }, options.traffic ?? {}),
    settings: { readOnly: options.readOnly === true, context: options.context, hasLab: options.lab !== undefined },
  };
  const cookieName = `dashboard-token-${token.slice(0, 6)}`;
  const page = { basePath, token, cookie: `${cookieName}=${token}; Path=${basePath}/; HttpOnly; SameSite=Strict` };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://dashboard.invalid');
    const refusal = refusalOf(
      {
        method: request.method ?? 'GET',
        host: request.headers.host,
        origin: request.headers.origin,
        fetchSite: header(request, 'sec-fetch-site'),
        tokens: [header(request, TOKEN_HEADER), cookie(request, cookieName), url.searchParams.get('token') ?? undefined],
      },
      { hosts: options.hosts ?? [], token, readOnly: options.readOnly === true, tokenToRead: options.tokenToRead === true },
    );
    if (refusal !== undefined) {
      sendJson(response, refusal.httpStatus, { code: refusal.httpStatus === 401 ? 16 : 7, message: refusal.message });
      return;
    }
    const path = url.pathname;
    const query = url.search;
    if (path === '/' && basePath !== '') {
      redirect(response, `${basePath}/${query}`);
      return;
    }
    const callIn = ['/api/v1/', `${basePath}/api/v1/`, `${basePath}/lab/v1/`].find((prefix) => path.startsWith(prefix));
    if (callIn !== undefined) {
      const parts = path.slice(callIn.length).split('/').map(decoded);
      const answer = await answerCall(callIn.includes('/lab/') ? 'lab' : 'api', parts, {
        request,
        response,
        query: url.searchParams,
        deps,
      });
      if (answer !== undefined) sendJson(response, 200, answer);
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') throw new ApiError(12, 'Method Not Allowed');
    // The tutorial's address, from before the root path existed.
    if (basePath !== '' && path.startsWith('/rollout/')) {
      redirect(response, `${basePath}${path}${query}`);
      return;
    }
    if (path === basePath && basePath !== '') {
      redirect(response, `${basePath}/${query}`);
      return;
    }
    if (!path.startsWith(`${basePath}/`)) throw new ApiError(5, 'Not Found');
    servePage(options.page, path.slice(basePath.length + 1), page, request, response);
  };

  const server = createServer((request, response) => {
    void handle(request, response).catch((error: unknown) => {
      const failure = ApiError.of(error);
      if (response.headersSent) response.destroy();
      else sendJson(response, failure.httpStatus, failure.body);
    });
  });
  return {
    server,
    basePath,
    token,
    async stop() {
      stopping.abort(new Error('the dashboard stops'));
      feed.stop();
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeAllConnections();
      await (server.listening ? closed : undefined);
    },
  };
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function cookie(request: IncomingMessage, name: string): string | undefined {
  return request.headers.cookie
    ?.split(/;\s*/)
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new ApiError(3, `"${part}" is not well encoded`);
  }
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { ...SECURITY_HEADERS, location }).end();
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { ...SECURITY_HEADERS, 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(JSON.stringify(body));
}
