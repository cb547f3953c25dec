import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { type Clock, hostClock, nextTurn } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { KubeApi } from '../kube/kube-api.ts';
import { createClusterTime } from './cluster-time.ts';
import { InsightFeed } from './insight-feed.ts';
import type { LabFeed } from './lab-feed.ts';
import type { PageBundle } from './page-bundle.ts';
import { createRequestListener } from './request-listener.ts';
import type { RestApiDeps } from './rest-api.ts';
import { RolloutFeed } from './rollout-feed.ts';
import { RolloutsView } from './rollouts-view.ts';
import { TrafficMeter, type TrafficMeterOptions } from './traffic-meter.ts';

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
  const server = createServer(createRequestListener({ ...options, basePath, token }, deps));
  return {
    server,
    basePath,
    token,
    async stop() {
      stopping.abort(new Error('the dashboard stops'));
      feed.stop();
      // The last events, such as the end of a lab, are written in the turn in which they were sent.
      await nextTurn();
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeAllConnections();
      await (server.listening ? closed : undefined);
    },
  };
}
