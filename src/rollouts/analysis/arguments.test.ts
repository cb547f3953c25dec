import { expect, it } from 'vitest';
import type { Rollout } from '../rollout.ts';
import type { MetricResult } from './analysis-run.ts';
import { metricsProblem } from './analysis-spec.ts';
import { fieldAt, resolvedArguments, withArguments } from './arguments.ts';
import { counted, metricVerdict } from './metric-verdict.ts';

const rollout = {
  metadata: { name: 'demo', labels: { 'a.b/c': 'x' } },
  spec: { template: { spec: { containers: [{ name: 'demo', image: 'demo:v2' }] } } },
  status: { currentPodHash: 'new', stableRS: 'old', canary: { weights: { canary: { weight: 20 } } } },
} as unknown as Rollout;
const metric = { name: 'm', interval: 10, provider: { web: { url: 'http://{{args.host}}/{{ args.path }}' } } };

it.each([
  ['metadata.name', 'demo'],
  ["metadata.labels['a.b/c']", 'x'],
  ['status.canary.weights.canary.weight', '20'],
  ['spec.template.spec.containers[0].image', 'demo:v2'],
  ['spec.template', undefined],
  ['no.such', undefined],
])('reads the field %s as %s', (path, value) => {
  expect(fieldAt(rollout, path)).toBe(value);
});

it('takes what a template declares and the Rollout passes, and ignores the rest', () => {
  const declared = [{ name: 'hash' }, { name: 'stable' }, { name: 'host', value: 'default' }, { name: 'image' }];
  const passed = [
    { name: 'hash', valueFrom: { podTemplateHashValue: 'Latest' as const } },
    { name: 'stable', valueFrom: { podTemplateHashValue: 'Stable' as const } },
    { name: 'image', valueFrom: { fieldRef: { fieldPath: 'spec.template.spec.containers[0].image' } } },
    { name: 'extra', value: '1' },
  ];
  expect(resolvedArguments(declared, passed, rollout)).toEqual([
    { name: 'hash', value: 'new' },
    { name: 'stable', value: 'old' },
    { name: 'host', value: 'default' },
    { name: 'image', value: 'demo:v2' },
  ]);
  expect(() => resolvedArguments([{ name: 'lost' }], [], rollout)).toThrow('args.lost was not resolved');
});

it('fills arguments into a metric, quotes included', () => {
  expect(
    withArguments(
      metric,
      new Map([
        ['host', 'a"b'],
        ['path', 'p'],
      ]),
    ).provider.web?.url,
  ).toBe('http://a"b/p');
  expect(() => withArguments(metric, new Map([['host', 'a']]))).toThrow('failed to resolve {{args.path}}');
});

it.each([
  [[{ ...metric, interval: undefined, count: 2 }], 'metrics[0]: interval must be specified when count > 1'],
  [[{ ...metric, failureLimit: -2 }], 'metrics[0]: failureLimit must be >= 0, or -1 to be disabled'],
  [[{ ...metric, failureLimit: -1 }], 'metrics[0]: failureLimit and consecutiveSuccessLimit cannot both be disabled'],
  [[{ ...metric, provider: {} }], 'metrics[0]: no provider specified'],
  [[{ ...metric, provider: { web: { url: '' }, job: { spec: {} } } }], 'metrics[0]: multiple providers specified'],
  [[{ ...metric, provider: { datadog: {} } }], 'metrics[0]: provider "datadog" is not modelled'],
  [[metric], undefined],
])('judges %j: %s', (metrics, problem) => {
  expect(metricsProblem(metrics)).toBe(problem);
});

it.each([
  ['SSS', { count: 3 }, 'Successful'],
  ['SS', { count: 3 }, 'Running'],
  ['F', {}, 'Failed'],
  ['FS', { failureLimit: 1, count: 2 }, 'Successful'],
  ['FF', { failureLimit: 1 }, 'Failed'],
  ['I', {}, 'Inconclusive'],
  ['EEEE', {}, 'Running'],
  ['EEEEE', {}, 'Error'],
  ['EEESEE', { count: 9 }, 'Running'],
  ['FFF', { failureLimit: -1, consecutiveSuccessLimit: 2 }, 'Running'],
  ['FSS', { failureLimit: -1, consecutiveSuccessLimit: 2 }, 'Successful'],
  ['SFS', { failureLimit: -1, consecutiveSuccessLimit: 2, count: 3 }, 'Failed'],
  ['SFS', { failureLimit: 1, consecutiveSuccessLimit: 2, count: 3 }, 'Inconclusive'],
] as const)('after %s with %j a metric is %s', (outcomes, limits, phase) => {
  const phases = { S: 'Successful', F: 'Failed', I: 'Inconclusive', E: 'Error' } as const;
  let result: MetricResult = { name: 'm', phase: 'Running' };
  for (const letter of outcomes) {
    const outcome = phases[letter as keyof typeof phases];
    result = counted({ ...result, measurements: [{ phase: outcome, finishedAt: 'now' }] }, outcome);
  }
  expect(metricVerdict({ ...metric, ...limits }, result, false).phase).toBe(phase);
});
