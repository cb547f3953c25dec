import type { IntOrString, KubeObject } from '../../kube/object.ts';
import type { ResourceType } from '../../kube/resource-type.ts';
import type { AnalysisArgument } from '../rollout.ts';

export type AnalysisPhase = 'Pending' | 'Running' | 'Successful' | 'Failed' | 'Error' | 'Inconclusive';

/** How a metric is measured; exactly one key is set. */
export interface MetricProvider {
  prometheus?: PrometheusMetric | undefined;
  web?: WebMetric | undefined;
  job?:
    | { metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> } | undefined; spec: Record<string, unknown> }
    | undefined;
  [other: string]: unknown;
}
export interface PrometheusMetric {
  address?: string | undefined;
  query?: string | undefined;
  timeout?: number | undefined;
  headers?: { key: string; value: string }[] | undefined;
  rangeQuery?: PrometheusRange | undefined;
  authentication?: unknown;
}
export interface PrometheusRange {
  start?: string | undefined;
  end?: string | undefined;
  step?: string | undefined;
}
export interface WebMetric {
  method?: string | undefined;
  url: string;
  headers?: { key: string; value: string }[] | undefined;
  body?: string | undefined;
  jsonBody?: unknown;
  timeoutSeconds?: number | undefined;
  jsonPath?: string | undefined;
  insecure?: boolean | undefined;
  authentication?: unknown;
}

export interface Metric {
  name: string;
  provider: MetricProvider;
  interval?: IntOrString | undefined;
  initialDelay?: IntOrString | undefined;
  count?: IntOrString | undefined;
  successCondition?: string | undefined;
  failureCondition?: string | undefined;
  failureLimit?: IntOrString | undefined;
  inconclusiveLimit?: IntOrString | undefined;
  consecutiveErrorLimit?: IntOrString | undefined;
  consecutiveSuccessLimit?: IntOrString | undefined;
}

export interface Measurement {
  phase: AnalysisPhase;
  message?: string | undefined;
  startedAt?: string | undefined;
  finishedAt?: string | undefined;
  value?: string | undefined;
  metadata?: Record<string, string> | undefined;
  resumeAt?: string | undefined;
}

export interface MetricResult {
  name: string;
  phase: AnalysisPhase;
  message?: string | undefined;
  measurements?: Measurement[] | undefined;
  count?: number | undefined;
  successful?: number | undefined;
  failed?: number | undefined;
  inconclusive?: number | undefined;
  error?: number | undefined;
  consecutiveError?: number | undefined;
  consecutiveSuccess?: number | undefined;
  dryRun?: boolean | undefined;
  metadata?: Record<string, string> | undefined;
}

export interface RunSummary {
  count?: number;
  successful?: number;
  failed?: number;
  inconclusive?: number;
  error?: number;
}
export interface MeasurementRetention {
  metricName: string;
  limit: number;
}

export interface AnalysisRunSpec {
  metrics: Metric[];
  args?: AnalysisArgument[] | undefined;
  terminate?: boolean | undefined;
  dryRun?: { metricName: string }[] | undefined;
  measurementRetention?: MeasurementRetention[] | undefined;
  ttlStrategy?: { secondsAfterCompletion?: number; secondsAfterFailure?: number; secondsAfterSuccess?: number } | undefined;
}
export interface AnalysisRunStatus {
  phase: AnalysisPhase;
  message?: string | undefined;
  startedAt?: string | undefined;
  completedAt?: string | undefined;
  metricResults?: MetricResult[] | undefined;
  runSummary?: RunSummary | undefined;
  dryRunSummary?: RunSummary | undefined;
}

export interface AnalysisRun extends KubeObject {
  spec: AnalysisRunSpec;
  status?: AnalysisRunStatus | undefined;
}
export interface AnalysisTemplate extends KubeObject {
  spec: {
    metrics?: Metric[] | undefined;
    args?: AnalysisArgument[] | undefined;
    dryRun?: { metricName: string }[] | undefined;
    measurementRetention?: MeasurementRetention[] | undefined;
    templates?: { templateName: string; clusterScope?: boolean | undefined }[] | undefined;
  };
}

const define = <T extends KubeObject>(resource: string, kind: string, namespaced = true): ResourceType<T> => ({
  group: 'argoproj.io',
  version: 'v1alpha1',
  resource,
  kind,
  namespaced,
});
export const analysisRuns: ResourceType<AnalysisRun> = define('analysisruns', 'AnalysisRun');
export const analysisTemplates: ResourceType<AnalysisTemplate> = define('analysistemplates', 'AnalysisTemplate');
export const clusterAnalysisTemplates: ResourceType<AnalysisTemplate> = define(
  'clusteranalysistemplates',
  'ClusterAnalysisTemplate',
  false,
);

export function isTerminal(phase: AnalysisPhase | undefined): boolean {
  return phase === 'Successful' || phase === 'Failed' || phase === 'Error' || phase === 'Inconclusive';
}
