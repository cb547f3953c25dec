import path from 'node:path';
import { expect, it } from 'vitest';
import type { Action, Lab } from '../../src/harness/lab.ts';
import { loadLab } from '../../src/harness/load-lab.ts';
import { runLab } from '../../src/harness/run-lab.ts';
import { ingresses } from '../../src/kube/resource-type.ts';
import { type AnalysisRun, analysisRuns } from '../../src/rollouts/analysis/analysis-run.ts';
import { REVISION } from '../../src/rollouts/rollout.ts';
import { RequestSender } from '../../src/traffic/send-request.ts';
import { openLabRoom, projectRoot } from '../support/lab-room.ts';

const GOOD_REVISION = '4';
const lab = await loadLab(path.join(projectRoot, 'labs/03-smart-canary/lab.ts'));

/** The lab's own commands, without what the harness itself sends through the ingress, and without a judgement of the analysis. */
function withoutHarnessRequests({ walk: _walk, ...rest }: Lab, keeps: (action: Action) => boolean): Lab {
  return {
    ...rest,
    walk: undefined,
    steps: rest.steps.map((step) => ({
      ...step,
      run: step.run.filter((action) => action.do !== 'request' && keeps(action)),
      checks: step.checks.filter(
        ({ id, historic, observes }) =>
          historic !== true && id !== 'users-available' && observes.every(({ kind }) => kind !== 'http' && kind !== 'analysis-run'),
      ),
    })),
  };
}

const isAboutUsers = (action: Action): boolean => {
  if (action.do !== 'command') return false;
  const words = typeof action.words === 'function' ? action.words({ users: 'users.yaml', image: 'app' }) : action.words;
  return words.some((word) => word === 'users.yaml' || word === 'deployment/users');
};

/** For each measurement of the good version: the requests to the canary in the minute before. */
async function requestsPerWindow(keeps: (action: Action) => boolean): Promise<number[]> {
  const room = await openLabRoom(1);
  try {
    const { api, cluster, ctx } = room.options;
    const report = await runLab(withoutHarnessRequests(lab, keeps), {
      ...room.options,
      until: 'promoted-by-itself',
      onEvent: () => {},
    });
    expect(report.outcome).toBe('pass');
    await api.create(ingresses, {
      metadata: { namespace: 'prometheus', name: 'prometheus' },
      spec: {
        ingressClassName: 'nginx',
        defaultBackend: { service: { name: 'prometheus-kube-prometheus-prometheus', port: { number: 9090 } } },
      },
    });
    const runs = (await api.list<AnalysisRun>(analysisRuns, { namespace: 'sample-app' })).items;
    const run = runs.find(({ metadata }) => metadata.annotations?.[REVISION] === GOOD_REVISION)!;
    const sender = new RequestSender(new URL(cluster.ingressUrl), { clock: ctx.clock });
    const query = encodeURIComponent('sum(increase(sample_app_requests_count{namespace="sample-app",service="sample-app-canary"}[1m]))');
    const counts: number[] = [];
    for (const { startedAt } of run.status!.metricResults![0]!.measurements!) {
      const at = Date.parse(startedAt!) / 1000;
      const { status, body } = await sender.send({ path: `/api/v1/query?query=${query}&time=${at}`, host: 'prometheus.test' });
      expect(status).toBe(200);
      const { result } = (JSON.parse(body) as { data: { result: { value: [number, string] }[] } }).data;
      counts.push(Number(result[0]?.value[1] ?? 0));
    }
    sender.close();
    return counts;
  } finally {
    await room.close();
  }
}

it('gives the analysis of lab 03 at least 20 requests to the canary in every window, by a Pod in the time of the cluster', async () => {
  const counts = await requestsPerWindow(() => true);
  expect(counts.length).toBeGreaterThanOrEqual(8);
  expect(Math.min(...counts), counts.join(', ')).toBeGreaterThanOrEqual(20);
}, 120_000);

it('has nothing to measure in any window when that Pod is taken away', async () => {
  const counts = await requestsPerWindow((action) => !isAboutUsers(action));
  expect(counts.length).toBeGreaterThanOrEqual(8);
  expect(Math.max(...counts)).toBe(0);
}, 120_000);
