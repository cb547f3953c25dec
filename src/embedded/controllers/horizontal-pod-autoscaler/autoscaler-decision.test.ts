import { describe, expect, it } from 'vitest';
import { findCondition } from '../../../kube/conditions.ts';
import type { Pod, V2HorizontalPodAutoscalerSpec, V2MetricSpec } from '../../../kube/generated/types.ts';
import type { PodMetrics } from '../../../kube/pod-metrics.ts';
import { type AutoscalerDecision, decideReplicas } from './autoscaler-decision.ts';
import type { TargetState } from './metric-proposal.ts';
import { type AutoscalerHistory, rememberScale } from './scaling-behavior.ts';

const NOW = Date.UTC(2025, 0, 1, 1);
const iso = (atMs: number): string => new Date(atMs).toISOString();
const meta = (name: string) => ({ name, namespace: 'default', uid: name, resourceVersion: '1', creationTimestamp: iso(NOW - 3_600_000) });

/** What a Pod uses, in thousandths of a core and MiB; it requests 100m and 64Mi. */
interface Using {
  cpu?: number;
  memory?: number;
  isReady?: boolean;
  ageMs?: number;
  phase?: string;
  isMeasured?: boolean;
  isLeaving?: boolean;
  requests?: Record<string, string>;
}

function state(...all: Using[]): TargetState {
  const pods = all.map(
    ({ isReady = true, ageMs = 3_600_000, phase = 'Running', isLeaving, requests = { cpu: '100m', memory: '64Mi' } }, at): Pod => ({
      metadata: { ...meta(`p${at}`), ...(isLeaving ? { deletionTimestamp: iso(NOW) } : {}) },
      spec: { containers: [{ name: 'main', resources: { requests } }] },
      status: {
        phase,
        startTime: iso(NOW - ageMs),
        conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False', lastTransitionTime: iso(NOW - ageMs) }],
      },
    }),
  );
  const metrics = all.flatMap(({ cpu = 0, memory = 10, isMeasured = true, phase = 'Running' }, at): PodMetrics[] =>
    isMeasured && phase === 'Running'
      ? [
          {
            metadata: meta(`p${at}`),
            timestamp: iso(NOW),
            window: '15s',
            containers: [{ name: 'main', usage: { cpu: `${cpu * 1_000_000}n`, memory: `${memory * 1024}Ki` } }],
          },
        ]
      : [],
  );
  return { currentReplicas: all.length, pods, metrics, nowMs: NOW };
}

const share = (averageUtilization: number, name = 'cpu'): V2MetricSpec => ({
  type: 'Resource',
  resource: { name, target: { type: 'Utilization', averageUtilization } },
});
const amount = (averageValue: string, name: string): V2MetricSpec => ({
  type: 'Resource',
  resource: { name, target: { type: 'AverageValue', averageValue } },
});
const fresh = (): AutoscalerHistory => ({ recommendations: [], ups: [], downs: [] });
const decide = (
  now: TargetState,
  spec: Partial<V2HorizontalPodAutoscalerSpec> = {},
  history: AutoscalerHistory = fresh(),
): AutoscalerDecision =>
  decideReplicas(
    { scaleTargetRef: { kind: 'Deployment', name: 'web' }, minReplicas: 1, maxReplicas: 10, metrics: [share(50)], ...spec },
    now,
    history,
  );
const times = (count: number, using: Using): Using[] => Array.from({ length: count }, () => using);

describe('replicas by what Pods use', () => {
  it.each<[what: string, now: TargetState, spec: Partial<V2HorizontalPodAutoscalerSpec>, replicas: number]>([
    ['twice the share asks for twice the Pods', state(...times(2, { cpu: 100 })), {}, 4],
    ['the share is met', state(...times(2, { cpu: 50 })), {}, 2],
    ['ten percent more is borne', state(...times(2, { cpu: 55 })), {}, 2],
    ['ten percent less is borne', state(...times(2, { cpu: 45 })), {}, 2],
    ['a little more than that asks for one more', state(...times(4, { cpu: 58 })), {}, 5],
    ['half the share asks for half the Pods', state(...times(4, { cpu: 25 })), {}, 2],
    ['no use at all leaves the least', state(...times(4, {})), { minReplicas: 2 }, 2],
    ['the average counts, not one busy Pod', state({ cpu: 100 }, { cpu: 0 }), {}, 2],
    ['no more than twice as many at once', state(...times(3, { cpu: 400 })), {}, 6],
    ['four at once from one', state({ cpu: 900 }), {}, 4],
    ['no more than the most', state(...times(3, { cpu: 400 })), { maxReplicas: 5 }, 5],
    ['an average amount of CPU', state(...times(2, { cpu: 90 })), { metrics: [amount('60m', 'cpu')] }, 3],
    ['an average amount of memory', state(...times(2, { memory: 100 })), { metrics: [amount('50Mi', 'memory')] }, 4],
    ['a share of memory', state(...times(2, { memory: 64 })), { metrics: [share(50, 'memory')] }, 4],
    ['the metric that asks for most wins', state(...times(2, { cpu: 25, memory: 64 })), { metrics: [share(50), share(50, 'memory')] }, 4],
    [
      'one container of each Pod',
      state(...times(2, { cpu: 100 })),
      {
        metrics: [
          {
            type: 'ContainerResource',
            containerResource: { container: 'main', name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
          },
        ],
      },
      4,
    ],
    ['an unmeasured Pod counts as idle when there is too much load', state({ cpu: 100 }, { cpu: 100, isMeasured: false }), {}, 2],
    ['an unmeasured Pod counts as busy when there is too little', state({ cpu: 10 }, { cpu: 10 }, { isMeasured: false }), {}, 3],
    ['a Pod that starts counts as idle', state({ cpu: 100 }, { cpu: 300, ageMs: 60_000, isReady: false }), {}, 2],
    ['a Pod that has just become ready was not measured as such', state({ cpu: 100 }, { cpu: 300, ageMs: 5000 }), {}, 2],
    ['a Pod that waits for a node counts as idle', state({ cpu: 100 }, { phase: 'Pending' }), {}, 2],
    ['a Pod that leaves does not count', state({ cpu: 100 }, { cpu: 300, isLeaving: true }), {}, 2],
    ['memory of Pods that start counts', state(...times(2, { memory: 64, ageMs: 10_000 })), { metrics: [share(50, 'memory')] }, 4],
  ])('%s', (_, now, spec, replicas) => {
    // Without a past, nothing is held back.
    const decision = decide(now, spec, { recommendations: [{ replicas: 0, atMs: 0 }], ups: [], downs: [] });
    expect(decision.desiredReplicas).toBe(replicas);
    expect(findCondition(decision.conditions, 'ScalingActive')?.status).toBe('True');
  });

  it('shows what it saw and why it scales', () => {
    const decision = decide(state(...times(2, { cpu: 100 })));
    expect(decision).toMatchObject({
      desiredReplicas: 4,
      reason: 'cpu resource utilization (percentage of request) above target',
      currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 100, averageValue: '100m' } } }],
      conditions: [
        { type: 'AbleToScale', status: 'True', reason: 'SucceededRescale' },
        {
          type: 'ScalingActive',
          status: 'True',
          reason: 'ValidMetricFound',
          message: 'the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)',
        },
        { type: 'ScalingLimited', status: 'False', reason: 'DesiredWithinRange' },
      ],
    });
  });
});

it.each<[what: string, now: TargetState, spec: Partial<V2HorizontalPodAutoscalerSpec>, reason: string, error: string]>([
  [
    'no Pod was measured',
    state({ isMeasured: false }),
    {},
    'FailedGetResourceMetric',
    'failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API',
  ],
  [
    'no measured Pod counts',
    state({ isLeaving: true }),
    {},
    'FailedGetResourceMetric',
    'failed to get cpu utilization: did not receive metrics for targeted pods (pods might be unready)',
  ],
  [
    'a container requests nothing',
    state({ requests: {} }),
    {},
    'FailedGetResourceMetric',
    'failed to get cpu utilization: missing request for cpu in container main of Pod p0',
  ],
  [
    'the target names neither a share nor an amount',
    state({}),
    { metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Value', value: '1' } } }] },
    'FailedGetResourceMetric',
    'invalid resource metric source: neither an average utilization target nor an average value (usage) target was set',
  ],
  [
    'an amount without measurements',
    state({ isMeasured: false }),
    { metrics: [amount('1Gi', 'memory')] },
    'FailedGetResourceMetric',
    'failed to get memory usage: unable to get metrics for resource memory: no metrics returned from resource metrics API',
  ],
  [
    'metrics of Pods have no API',
    state({}),
    { metrics: [{ type: 'Pods', pods: { metric: { name: 'rps' }, target: { type: 'AverageValue', averageValue: '10' } } }] },
    'FailedGetPodsMetric',
    'unable to get metric rps: unable to fetch metrics from custom metrics API: the server could not find the requested resource',
  ],
  [
    'metrics of objects have no API',
    state({}),
    {
      metrics: [
        {
          type: 'Object',
          object: { describedObject: { kind: 'Ingress', name: 'i' }, metric: { name: 'rps' }, target: { type: 'Value', value: '10' } },
        },
      ],
    },
    'FailedGetObjectMetric',
    'unable to get metric rps: unable to fetch metrics from custom metrics API: the server could not find the requested resource',
  ],
  [
    'external metrics have no API',
    state({}),
    { metrics: [{ type: 'External', external: { metric: { name: 'queue' }, target: { type: 'Value', value: '10' } } }] },
    'FailedGetExternalMetric',
    'unable to get external metric queue: unable to fetch metrics from external metrics API: the server could not find the requested resource',
  ],
])('refuses to decide where %s', (_, now, spec, reason, error) => {
  const decision = decide(now, spec);
  expect(decision.desiredReplicas).toBe(now.currentReplicas);
  expect(decision.conditions.at(-1)).toEqual({
    type: 'ScalingActive',
    status: 'False',
    reason,
    message: `the HPA was unable to compute the replica count: ${error}`,
  });
  expect(decision.warnings[0]).toEqual({ reason, message: error });
  expect(decision.warnings.at(-1)).toMatchObject({
    reason: 'FailedComputeMetricsReplicas',
    message: expect.stringContaining('1 invalid out of 1'),
  });
});

describe('with one metric missing', () => {
  const metrics = [share(50), share(50, 'gpu')];
  const gpu = { cpu: '100m', gpu: '1' };
  it('still grows', () => {
    expect(decide(state(...times(2, { cpu: 100, requests: gpu })), { metrics })).toMatchObject({ desiredReplicas: 4 });
  });
  it('does not shrink', () => {
    const decision = decide(state(...times(4, { cpu: 10, requests: gpu })), { metrics });
    expect(decision.desiredReplicas).toBe(4);
    expect(findCondition(decision.conditions, 'ScalingActive')?.status).toBe('False');
  });
});

it('is switched off by a target of zero replicas', () => {
  expect(decide(state())).toMatchObject({ desiredReplicas: 0, conditions: [{}, { type: 'ScalingActive', reason: 'ScalingDisabled' }] });
});

describe('over time', () => {
  /** Looks every 15 s at Pods that use `cpu` each, and does what is decided. Gives the sizes. */
  function follow(
    from: number,
    uses: readonly number[],
    spec: Partial<V2HorizontalPodAutoscalerSpec>,
  ): { sizes: number[]; last: AutoscalerDecision } {
    const history = fresh();
    let current = from;
    let last: AutoscalerDecision | undefined;
    const sizes = uses.map((cpu, look) => {
      const nowMs = NOW + look * 15_000;
      const seen = state(...times(current, { cpu }));
      last = decide({ ...seen, nowMs, metrics: seen.metrics.map((metric) => ({ ...metric, timestamp: iso(nowMs) })) }, spec, history);
      if (last.desiredReplicas !== current) rememberScale(history, current, last.desiredReplicas, nowMs);
      return (current = last.desiredReplicas);
    });
    return { sizes, last: last! };
  }

  it('shrinks five minutes after the last time that more were wanted', () => {
    const { sizes } = follow(4, [50, ...times(22, {}).map(() => 0)], {});
    expect(sizes.lastIndexOf(4)).toBe(19);
    expect(sizes[20]).toBe(1);
    const { last } = follow(4, [50, 0, 0], {});
    expect(findCondition(last.conditions, 'AbleToScale')).toMatchObject({ reason: 'ScaleDownStabilized' });
  });

  it('shrinks as fast as its window says', () => {
    const behavior = { scaleDown: { stabilizationWindowSeconds: 30 } };
    expect(follow(4, [50, 0, 0, 0], { behavior }).sizes).toEqual([4, 4, 1, 1]);
  });

  it('shrinks by no more than its policy allows', () => {
    const behavior = { scaleDown: { stabilizationWindowSeconds: 0, policies: [{ type: 'Pods', value: 1, periodSeconds: 30 }] } };
    expect(follow(4, [0, 0, 0, 0, 0], { behavior }).sizes).toEqual([3, 3, 2, 2, 1]);
  });

  it('takes the slower of two policies when it is told to', () => {
    const policies = [
      { type: 'Pods', value: 1, periodSeconds: 15 },
      { type: 'Percent', value: 50, periodSeconds: 15 },
    ];
    const behavior = (selectPolicy: string) => ({ scaleDown: { stabilizationWindowSeconds: 0, selectPolicy, policies } });
    expect(follow(8, [0, 0], { behavior: behavior('Max') }).sizes).toEqual([4, 2]);
    expect(follow(8, [0, 0], { behavior: behavior('Min') }).sizes).toEqual([7, 6]);
  });

  it('never shrinks where that is disabled', () => {
    const { sizes, last } = follow(4, [0, 0], { behavior: { scaleDown: { stabilizationWindowSeconds: 0, selectPolicy: 'Disabled' } } });
    expect(sizes).toEqual([4, 4]);
    expect(findCondition(last.conditions, 'ScalingLimited')).toMatchObject({ status: 'True', reason: 'ScaleDownLimit' });
  });

  it('grows only after its window has seen the load all along', () => {
    const behavior = { scaleUp: { stabilizationWindowSeconds: 30 } };
    const { sizes } = follow(2, [50, 100, 100, 100, 100], { behavior });
    expect(sizes).toEqual([2, 2, 4, 4, 8]);
  });

  it('grows by no more than its policy allows', () => {
    const behavior = { scaleUp: { policies: [{ type: 'Pods', value: 1, periodSeconds: 15 }] } };
    const { sizes, last } = follow(2, [200, 200], { behavior });
    expect(sizes).toEqual([3, 4]);
    expect(findCondition(last.conditions, 'ScalingLimited')).toMatchObject({ status: 'True', reason: 'ScaleUpLimit' });
  });
});
