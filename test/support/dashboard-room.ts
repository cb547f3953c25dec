import http from 'node:http';
import path from 'node:path';
import { hostClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { seededRandom } from '../../src/base/random.ts';
import { createDashboard, type Dashboard, type DashboardOptions } from '../../src/dashboard/dashboard.ts';
import { loadPage } from '../../src/dashboard/page-bundle.ts';
import { TOKEN_HEADER } from '../../src/dashboard/wire.ts';
import { pods, replicaSets } from '../../src/kube/resource-type.ts';
import { type Rollout, rollouts } from '../../src/rollouts/rollout.ts';
import { createFakeKubeApi, type FakeKubeApi } from './fake-kube-api.ts';
import { aPodOf, aReplicaSet, aRollout } from './rollout-objects.ts';
import { projectRoot } from './workplace.ts';

export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
  json: () => Record<string, unknown>;
}
export interface Ask {
  method?: string;
  headers?: Record<string, string>;
  body?: unknown;
}

/** A dashboard on a free port of loopback over a cluster in memory. */
export interface DashboardRoom {
  api: FakeKubeApi;
  dashboard: Dashboard;
  port: number;
  /** One request; mutations carry the token unless `headers` says otherwise. */
  ask(path: string, request?: Ask): Promise<Answer>;
  /** The first `count` events of a stream, or of `until` one that holds. */
  follow(path: string, until: (text: string) => boolean, headers?: Record<string, string>): Promise<Answer>;
  stop(): Promise<void>;
}

/** A paused canary `demo` in `lab`: revision 2 at weight 20 beside the stable revision 1. */
export function seedPausedCanary(api: FakeKubeApi): Rollout {
  const status = {
    currentStepIndex: 1,
    currentPodHash: 'bbb',
    stableRS: 'aaa',
    controllerPause: true,
    phase: 'Paused',
    message: 'CanaryPauseStep',
    replicas: 6,
    updatedReplicas: 1,
    readyReplicas: 6,
    availableReplicas: 6,
    pauseConditions: [{ reason: 'CanaryPauseStep', startTime: '2026-01-01T00:04:00Z' }],
    canary: { weights: { canary: { weight: 20 }, stable: { weight: 80 } } },
  } as const;
  const rollout = api.seed(
    rollouts,
    aRollout({
      status: structuredClone(status) as unknown as NonNullable<Rollout['status']>,
      annotations: { 'rollout.argoproj.io/revision': '2' },
    }),
  );
  const canary = aReplicaSet('bbb', { revision: 2, image: 'registry.lab/demo:v2', replicas: 1, createdAt: '2026-01-01T00:04:00Z' });
  const stable = aReplicaSet('aaa', { revision: 1, image: 'registry.lab/demo:v1', replicas: 5 });
  for (const set of [canary, stable]) api.seed(replicaSets, set);
  for (const pod of [aPodOf(canary, 'c1'), aPodOf(stable, 's1'), aPodOf(stable, 's2', { restarts: 2 })]) api.seed(pods, pod);
  return rollout;
}

export async function openDashboard(
  options: Partial<DashboardOptions> = {},
  fill: (api: FakeKubeApi) => void = seedPausedCanary,
): Promise<DashboardRoom> {
  const api = createFakeKubeApi({ clock: hostClock, random: seededRandom(1) });
  fill(api);
  const page = await loadPage(path.join(projectRoot, 'node_modules', '.cache', 'canary-lab-page'));
  const dashboard = await createDashboard({
    api,
    clusterNowMs: () => Date.parse('2026-01-01T00:05:10Z'),
    namespace: 'lab',
    context: 'lab',
    page,
    log: silentLog,
    ...options,
  });
  await new Promise<void>((resolve) => {
    dashboard.server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = dashboard.server.address() as { port: number };

  const request = (
    target: string,
    { method = 'GET', headers = {}, body }: Ask,
    until: ((text: string) => boolean) | undefined,
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const all: Record<string, string> = { ...(method === 'GET' ? {} : { [TOKEN_HEADER]: dashboard.token }), ...headers };
      const sent = http.request(
        {
          host: '127.0.0.1',
          port,
          method,
          path: target,
          headers: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== '')),
        },
        (response) => {
          let text = '';
          const done = (): void =>
            resolve({
              status: response.statusCode!,
              headers: response.headers,
              text,
              json: () => JSON.parse(text) as Record<string, unknown>,
            });
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => {
            text += chunk;
            if (until?.(text)) {
              done();
              sent.destroy();
            }
          });
          response.on('end', done);
        },
      );
      sent.on('error', (error) => {
        if (!sent.destroyed) reject(error);
      });
      sent.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
    });
  return {
    api,
    dashboard,
    port,
    ask: (target, ask = {}) => request(target, ask, undefined),
    follow: (target, until, headers = {}) => request(target, { headers }, until),
    stop: () => dashboard.stop(),
  };
}
