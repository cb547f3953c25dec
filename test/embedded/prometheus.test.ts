import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { poll } from '../../src/base/poll.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from '../../src/embedded/cluster.ts';
import { clusterRoleBindings, ingresses, pods, statefulSets } from '../../src/kube/resource-type.ts';
import { Toolbox } from '../../src/tools/toolbox.ts';
import { startBackgroundProbe } from '../../src/traffic/background-probe.ts';
import { installIngress } from '../support/shop-cluster.ts';
import { projectRoot } from '../support/workplace.ts';

const home = await mkdtemp(path.join(tmpdir(), 'prometheus-'));
const kubeconfig = path.join(home, 'kubeconfig');
const toolbox = new Toolbox({
  clock: hostClock,
  env: { PATH: process.env['PATH'] },
  cacheDirectory: path.join(projectRoot, 'node_modules/.cache/canary-lab-clients'),
  workingDirectory: projectRoot,
  sources: 'npm',
  programEnv: {
    HOME: home,
    KUBECONFIG: kubeconfig,
    HELM_CACHE_HOME: path.join(home, 'cache'),
    HELM_CONFIG_HOME: path.join(home, 'config'),
    HELM_DATA_HOME: path.join(home, 'data'),
  },
});
const hasHelm = (await toolbox.find('helm')) !== undefined;
interface Answer {
  status: string;
  errorType?: string;
  data: {
    result: { metric: Record<string, string>; value: [number, string] }[];
    activeTargets: { labels: Record<string, string>; health: string }[];
  } & string[] & { version: string };
}

// Without the npm copy of helm for this platform there is nothing to install with.
describe.skipIf(!hasHelm)('a Prometheus of the embedded chart', () => {
  let cluster: EmbeddedCluster;
  const helm = async (...args: string[]): Promise<void> => {
    const { exitCode, stderr } = await toolbox.run('helm', args);
    if (exitCode !== 0) throw new Error(stderr);
  };
  const until = (what: string, holds: () => Promise<boolean>): Promise<unknown> =>
    poll(holds, { until: Boolean, everyMs: 20, timeoutMs: 30_000, what }, { clock: hostClock });
  const ask = (host: string, target: string, form?: string): Promise<{ status: number; body: Answer }> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(cluster.ingressUrl);
      const request = http.request(
        {
          host: hostname,
          port,
          path: target,
          method: form === undefined ? 'GET' : 'POST',
          headers: { host, ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }) },
        },
        (response) => {
          let text = '';
          response
            .setEncoding('utf8')
            .on('data', (chunk: string) => {
              text += chunk;
            })
            .on('end', () => {
              try {
                resolve({ status: response.statusCode!, body: JSON.parse(text) as Answer });
              } catch {
                resolve({ status: response.statusCode!, body: { status: text } as Answer });
              }
            });
        },
      );
      request.on('error', reject).end(form);
    });
  const query = async (text: string): Promise<Answer['data']['result']> =>
    (await ask('prometheus.test', '/api/v1/query', new URLSearchParams({ query: text }).toString())).body.data.result;

  beforeAll(async () => {
    cluster = await startEmbeddedCluster({
      seed: 41,
      ingressPort: 8195,
      log: silentLog,
      chartsDirectory: path.join(projectRoot, 'charts/embedded'),
    });
    await writeFile(kubeconfig, cluster.kubeconfig, { mode: 0o600 });
    await installIngress(cluster);
    await helm('repo', 'add', 'prometheus-community', cluster.chartRepositories['prometheus-community']!);
    await helm(
      'install',
      'prometheus',
      'prometheus-community/kube-prometheus-stack',
      '--version',
      '54.2.2',
      '-n',
      'prometheus',
      '--create-namespace',
    );
    await helm('repo', 'add', 'argo', cluster.chartRepositories['argo']!);
    await helm(
      'install',
      'argo-rollouts',
      'argo/argo-rollouts',
      '-n',
      'argo-rollouts',
      '--create-namespace',
      '--set',
      'controller.replicas=1',
    );
    await helm(
      'install',
      'sample-app',
      'charts/sample-app/argo-rollouts',
      '-n',
      'sample-app',
      '--create-namespace',
      '--set',
      'prometheus.enabled=true',
      '--set',
      'replicas=2',
    );
    await cluster.api.create(ingresses, {
      metadata: { namespace: 'prometheus', name: 'prometheus' },
      spec: {
        ingressClassName: 'nginx',
        rules: [
          {
            host: 'prometheus.test',
            http: {
              paths: [
                {
                  path: '/',
                  pathType: 'Prefix',
                  backend: { service: { name: 'prometheus-kube-prometheus-prometheus', port: { number: 9090 } } },
                },
              ],
            },
          },
        ],
      },
    });
    await until('Prometheus to answer', async () => (await ask('prometheus.test', '/-/ready')).status === 200);
    await until('the app to answer', async () => (await ask('sample.app', '/success')).status === 200);
    await until(
      'four targets',
      async () =>
        (await ask('prometheus.test', '/api/v1/targets')).body.data.activeTargets.filter(({ health }) => health === 'up').length === 4,
    );
  });
  afterAll(async () => {
    await cluster?.stop();
    await rm(home, { recursive: true, force: true });
  });

  it('is called what the operator would call it', async () => {
    expect((await cluster.api.list(statefulSets, { namespace: 'prometheus' })).items.map(({ metadata }) => metadata.name)).toEqual([
      'prometheus-prometheus-kube-prometheus-prometheus',
    ]);
    expect((await cluster.api.list(pods, { namespace: 'prometheus' })).items.map(({ metadata }) => metadata.name)).toEqual([
      'prometheus-prometheus-kube-prometheus-prometheus-0',
    ]);
    expect((await ask('prometheus.test', '/api/v1/status/buildinfo')).body.data.version).toBe('2.48.0');
  });

  it('finds each Pod behind each Service of a ServiceMonitor, with the labels that an operator gives', async () => {
    const { activeTargets } = (await ask('prometheus.test', '/api/v1/targets')).body.data;
    expect(activeTargets.map(({ labels }) => labels['service']).sort()).toEqual([
      'sample-app',
      'sample-app',
      'sample-app-canary',
      'sample-app-canary',
    ]);
    const [first] = activeTargets;
    expect(first!.labels).toEqual({
      container: expect.any(String),
      endpoint: 'metrics',
      instance: expect.stringMatching(/^10\.244\.\d+\.\d+:9090$/),
      job: first!.labels['service'],
      namespace: 'sample-app',
      pod: expect.stringMatching(/^sample-app-/),
      service: first!.labels['service'],
    });
  });

  it("gives the canary's Service a success share by the query of the analysis template", async () => {
    const share = (service: string): string =>
      `sum(rate(sample_app_requests_count{namespace="sample-app",service="${service}",success="true"}[1m])) / sum(rate(sample_app_requests_count{namespace="sample-app",service="${service}"}[1m]))`;
    const base = new URL(cluster.ingressUrl);
    const signal = new AbortController().signal;
    await cluster.clock.advanceTo(cluster.clock.nowMs() + 15_000);
    const [good, bad] = ['/success', '/error'].map((target) =>
      startBackgroundProbe(
        base,
        { ratePerSecond: target === '/success' ? 90 : 30, host: 'sample.app', path: target },
        { clock: hostClock, signal },
      ),
    );
    await until('some answers', async () => good!.peek().requests >= 60 && bad!.peek().requests >= 20);
    const [{ requests: successes }, { requests: errors }] = [await good!.stop(), await bad!.stop()];
    await cluster.clock.advanceTo(cluster.clock.nowMs() + 20_000);
    const [row] = await query(share('sample-app-canary'));
    expect(row!.metric).toEqual({});
    // Each series is stretched to the window by itself, so that the quotient is near the true share, not equal to it.
    expect(Number(row!.value[1])).toBeCloseTo(successes / (successes + errors), 1);
    expect(await query(share('nowhere'))).toEqual([]);
  });

  it('answers label names, values, series and range queries', async () => {
    expect((await ask('prometheus.test', '/api/v1/label/service/values')).body.data).toEqual(['sample-app', 'sample-app-canary']);
    expect((await ask('prometheus.test', '/api/v1/labels?match[]=up')).body.data).toEqual([
      '__name__',
      'container',
      'endpoint',
      'instance',
      'job',
      'namespace',
      'pod',
      'service',
    ]);
    expect((await ask('prometheus.test', '/api/v1/series?match[]=up')).body.data).toHaveLength(4);
    expect((await ask('prometheus.test', '/api/v1/series')).status).toBe(400);
    const now = cluster.clock.nowMs() / 1000;
    const range = await ask('prometheus.test', `/api/v1/query_range?query=count(up)&start=${now - 10}&end=${now}&step=5`);
    expect((range.body.data.result as unknown as { values: [number, string][] }[])[0]!.values.map(([, value]) => value)).toEqual([
      '4',
      '4',
      '4',
    ]);
    expect((await ask('prometheus.test', '/api/v1/query?query=up%7B')).body).toMatchObject({ status: 'error', errorType: 'bad_data' });
    expect((await ask('prometheus.test', '/api/v1/rules')).status).toBe(404);
  });

  it('lets the series of a deleted Pod go stale', async () => {
    const [victim] = (await cluster.api.list(pods, { namespace: 'sample-app' })).items;
    const seriesOfVictim = (): Promise<unknown[]> => query(`up{pod="${victim!.metadata.name}"}`);
    expect(await seriesOfVictim()).toHaveLength(2);
    await cluster.api.delete(pods, { namespace: 'sample-app', name: victim!.metadata.name });
    await until('the series to be stale', async () => (await seriesOfVictim()).length === 0);
  });

  it('stops to find targets when its ClusterRoleBinding is gone and it starts again', async () => {
    await cluster.api.delete(clusterRoleBindings, { name: 'prometheus-kube-prometheus-prometheus' });
    await cluster.api.delete(pods, { namespace: 'prometheus', name: 'prometheus-prometheus-kube-prometheus-prometheus-0' });
    await until('the next Prometheus', async () => {
      const answer = await ask('prometheus.test', '/api/v1/targets');
      return answer.status === 200 && answer.body.data.activeTargets.length === 0;
    });
  });
});
