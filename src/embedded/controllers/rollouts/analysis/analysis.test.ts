import { describe, expect, it } from 'vitest';
import { demoSpec, openRolloutRoom, type RolloutRoom } from '../../../../../test/support/rollout-room.ts';
import { keyOf } from '../../../../kube/object.ts';
import { jobs } from '../../../../kube/resource-type.ts';
import { type AnalysisRun, analysisRuns, analysisTemplates, type Metric } from '../../../../rollouts/analysis/analysis-run.ts';
import type { CanaryStrategy } from '../../../../rollouts/rollout.ts';
import type { HttpFetch } from './metric-provider.ts';

/** A Prometheus whose answer a test changes; it keeps the queries it was asked. */
function aPrometheus(value: string | undefined) {
  const asked: string[] = [];
  const answer = { value };
  const fetch: HttpFetch = (url, init) => {
    asked.push(`${init?.method ?? 'GET'} ${url} ${new URLSearchParams(init?.body).get('query')}`);
    const result = answer.value === undefined ? [] : [{ metric: {}, value: [0, answer.value] }];
    return Promise.resolve({
      status: 200,
      headers: {},
      text: () => Promise.resolve(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } })),
    });
  };
  return { asked, answer, fetch };
}

const metric = (over: Partial<Metric> = {}): Metric => ({
  name: 'success-rate',
  successCondition: 'result[0] >= 0.95',
  provider: { prometheus: { address: 'http://prometheus.monitoring:9090', query: 'rate{hash="{{args.hash}}"}' } },
  ...over,
});
const analysis = {
  templates: [{ templateName: 'check' }],
  args: [{ name: 'hash', valueFrom: { podTemplateHashValue: 'Latest' as const } }],
};

async function open(canary: Partial<CanaryStrategy>, metrics: Metric[], prometheus: ReturnType<typeof aPrometheus>): Promise<RolloutRoom> {
  return openRolloutRoom(demoSpec(canary), {
    controller: { analysis: { fetch: prometheus.fetch } },
    seed: (api) => {
      api.seed(analysisTemplates, { metadata: { namespace: 'lab', name: 'check' }, spec: { args: [{ name: 'hash' }], metrics } });
    },
  });
}
const runs = (demo: RolloutRoom): AnalysisRun[] => demo.room.api.all(analysisRuns, 'lab');
const steps = [{ setWeight: 20 }, { analysis }, { setWeight: 40 }, { pause: {} }];

describe('an analysis step', () => {
  it('goes on when its run is successful', async () => {
    const prometheus = aPrometheus('0.99');
    await using demo = await open({ steps }, [metric()], prometheus);
    await demo.setImage('v2');
    const [run] = runs(demo);
    expect(run?.metadata).toMatchObject({
      name: `demo-${demo.hash('v2')}-2-1`,
      labels: { app: 'demo', 'rollout-type': 'Step', 'step-index': '1', 'rollouts-pod-template-hash': demo.hash('v2') },
      annotations: { 'rollout.argoproj.io/revision': '2' },
    });
    expect(run?.status).toMatchObject({
      phase: 'Successful',
      runSummary: { count: 1, successful: 1 },
      metricResults: [
        { name: 'success-rate', phase: 'Successful', count: 1, successful: 1, measurements: [{ phase: 'Successful', value: '[0.99]' }] },
      ],
    });
    expect(prometheus.asked).toEqual([`POST http://prometheus.monitoring:9090/api/v1/query rate{hash="${demo.hash('v2')}"}`]);
    expect([demo.weight(), demo.status().currentStepIndex, demo.status().canary?.currentStepAnalysisRunStatus]).toEqual([
      '40',
      3,
      undefined,
    ]);
    expect(demo.room.eventTexts()).toContain('RolloutStepCompleted: Rollout step 2/4 completed (analysis)');
  });

  it('aborts the update when its run fails, and runs again under another name after a retry', async () => {
    const prometheus = aPrometheus('0.5');
    await using demo = await open({ steps }, [metric()], prometheus);
    await demo.setImage('v2');
    expect(demo.status().message).toBe(
      'RolloutAborted: Rollout aborted update to revision 2: Step-based analysis phase error/failed: Metric "success-rate" assessed Failed due to failed (1) > failureLimit (0)',
    );
    expect([demo.weight(), demo.selected('demo-canary'), demo.status().currentStepIndex, demo.status().phase]).toEqual([
      '0',
      demo.hash('v1'),
      0,
      'Degraded',
    ]);
    expect(demo.room.eventTexts()).toContain(
      `AnalysisRunFailed: Step Analysis Run 'demo-${demo.hash('v2')}-2-1' Status New: 'Failed' Previous: 'NoPreviousStatus'`,
    );
    prometheus.answer.value = '1';
    await demo.patchStatus({ abort: false });
    expect(runs(demo).map(({ metadata }) => metadata.name)).toEqual([`demo-${demo.hash('v2')}-2-1`, `demo-${demo.hash('v2')}-2-1.1`]);
    expect([demo.weight(), demo.status().phase]).toEqual(['40', 'Paused']);
  });

  it('pauses the update when its run is inconclusive, and goes on when a client says so', async () => {
    await using demo = await open({ steps }, [metric({ failureCondition: 'result[0] < 0.5' })], aPrometheus('0.7'));
    await demo.setImage('v2');
    expect(demo.status()).toMatchObject({
      phase: 'Paused',
      message: 'InconclusiveAnalysisRun',
      currentStepIndex: 1,
      controllerPause: true,
    });
    await demo.patchStatus({ pauseConditions: null, controllerPause: false, currentStepIndex: 2 });
    expect([demo.weight(), demo.status().message]).toEqual(['40', 'CanaryPauseStep']);
  });

  it('measures at its interval until its count, and an empty answer is an error', async () => {
    const prometheus = aPrometheus('1');
    await using demo = await open({ steps }, [metric({ interval: '30s', count: 3, initialDelay: '5s' })], prometheus);
    await demo.setImage('v2');
    expect(prometheus.asked.length).toBe(0);
    await demo.room.advance(5000);
    expect(prometheus.asked.length).toBe(1);
    prometheus.answer.value = undefined;
    await demo.room.advance(30_000);
    expect(runs(demo)[0]?.status?.metricResults?.[0]?.measurements?.[1]).toMatchObject({
      phase: 'Error',
      message:
        'could not evaluate successCondition "result[0] >= 0.95": metric result is nil or empty: no data returned from the metric provider',
    });
    prometheus.answer.value = '1';
    await demo.room.advance(10_000);
    await demo.room.advance(30_000);
    expect([prometheus.asked.length, runs(demo)[0]?.status?.phase, demo.status().currentStepIndex]).toEqual([4, 'Successful', 3]);
  });

  it('is an error after five errors in a row', async () => {
    await using demo = await open({ steps }, [metric()], aPrometheus(undefined));
    await demo.setImage('v2');
    await demo.room.advance(60_000);
    expect(runs(demo)[0]?.status).toMatchObject({
      phase: 'Error',
      message: expect.stringContaining(
        'assessed Error due to consecutiveErrors (5) > consecutiveErrorLimit (4): "Error Message: could not evaluate',
      ),
    });
    expect(demo.status().phase).toBe('Degraded');
  });

  it('does not count what runs dry', async () => {
    await using demo = await open(
      { steps: [{ setWeight: 20 }, { analysis: { ...analysis, dryRun: [{ metricName: 'success.*' }] } }, { pause: {} }] },
      [metric()],
      aPrometheus('0'),
    );
    await demo.setImage('v2');
    expect(runs(demo)[0]?.status).toMatchObject({
      phase: 'Successful',
      dryRunSummary: { count: 1, failed: 1 },
      metricResults: [{ phase: 'Failed', dryRun: true, message: 'Metric assessed Failed due to failed (1) > failureLimit (0)' }],
    });
  });

  it('needs its template, and a metric that ends', async () => {
    await using missing = await openRolloutRoom(demoSpec({ steps }));
    expect(missing.status().message).toBe(
      'InvalidSpec: The Rollout "demo" is invalid: spec.strategy.canary.steps[1].analysis.templates: Invalid value: "check": AnalysisTemplate \'check\' not found',
    );
    await using endless = await open({ steps }, [metric({ interval: '1m' })], aPrometheus('1'));
    expect(endless.status().message).toContain(
      'AnalysisTemplate check has metric success-rate which runs indefinitely. Invalid value for count:',
    );
  });

  it('tells what is wrong with its metrics', async () => {
    await using demo = await open({ steps }, [metric({ count: 3 })], aPrometheus('1'));
    await demo.setImage('v2');
    expect(runs(demo)[0]?.status).toMatchObject({
      phase: 'Error',
      message: 'Analysis spec invalid: metrics[0]: interval must be specified when count > 1',
    });
  });
});

describe('a background analysis', () => {
  const background = { analysis: { ...analysis, startingStep: 2 } };

  it('starts at its step, aborts during a pause, and does so with its own words', async () => {
    const prometheus = aPrometheus('1');
    await using demo = await open(background, [metric({ interval: '20s' })], prometheus);
    await demo.setImage('v2');
    expect(runs(demo)).toEqual([]);
    await demo.promote();
    expect(runs(demo)[0]?.metadata).toMatchObject({ name: `demo-${demo.hash('v2')}-2`, labels: { 'rollout-type': 'Background' } });
    prometheus.answer.value = '0.1';
    await demo.room.advance(20_000);
    expect(demo.status().message).toContain(
      'Rollout aborted update to revision 2: Background analysis phase error/failed: Metric "success-rate" assessed Failed',
    );
    expect([demo.weight(), demo.status().currentStepIndex]).toEqual(['0', 0]);
  });

  it('is ended by the promotion and is successful then', async () => {
    await using demo = await open(background, [metric({ interval: '20s' })], aPrometheus('1'));
    await demo.setImage('v2');
    await demo.promote();
    await demo.room.advance(40_000);
    expect(demo.status()).toMatchObject({ phase: 'Healthy', stableRS: demo.hash('v2') });
    expect(runs(demo)[0]).toMatchObject({ spec: { terminate: true }, status: { phase: 'Successful', message: 'Run Terminated' } });
  });
});

describe('a metric', () => {
  const web = (jsonPath?: string): Metric => ({
    name: 'web',
    successCondition: 'result == "ok"',
    provider: { web: { url: 'http://shop/{{args.hash}}', ...(jsonPath === undefined ? {} : { jsonPath }) } },
  });
  const answering = (status: number, body: string) => ({
    ...aPrometheus('1'),
    fetch: (): ReturnType<HttpFetch> => Promise.resolve({ status, headers: {}, text: () => Promise.resolve(body) }),
  });

  it.each([
    ['{$.data.state}', 200, '{"data":{"state":"ok"}}', { phase: 'Successful', value: '"ok"' }],
    [undefined, 200, 'ok', { phase: 'Successful', value: 'ok' }],
    ['{$.missing}', 200, '{}', { phase: 'Error', message: expect.stringContaining('Could not find JSONPath in body') }],
    [undefined, 503, '', { phase: 'Error', message: 'received non 2xx response code: 503' }],
  ])('over the web with %s and an answer %d %s is measured', async (jsonPath, status, body, measurement) => {
    await using demo = await open({ steps }, [web(jsonPath)], answering(status, body));
    await demo.setImage('v2');
    expect(runs(demo)[0]?.status?.metricResults?.[0]?.measurements?.[0]).toMatchObject(measurement);
  });

  it('of a Job is what becomes of the Job', async () => {
    await using demo = await open(
      { steps },
      [
        {
          name: 'smoke',
          provider: { job: { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'test', image: 'test' }] } } } } },
        },
      ],
      aPrometheus('1'),
    );
    await demo.setImage('v2');
    const [job] = demo.room.api.all(jobs, 'lab');
    expect(job?.metadata).toMatchObject({
      name: `${runs(demo)[0]?.metadata.uid}.smoke.1`,
      labels: { 'analysisrun.argoproj.io/uid': runs(demo)[0]?.metadata.uid },
    });
    expect(runs(demo)[0]?.status?.phase).toBe('Running');
    await demo.room.api.patch(
      jobs,
      keyOf(job!),
      { type: 'merge', body: { status: { conditions: [{ type: 'Complete', status: 'True' }] } } },
      { subresource: 'status' },
    );
    await demo.room.advance(10_000);
    expect([runs(demo)[0]?.status?.phase, demo.weight()]).toEqual(['Successful', '40']);
  });
});
