import type { ObjectMeta } from '../../kube/object.ts';
import type { AnalysisRun } from '../analysis/analysis-run.ts';
import { revisionOf } from '../revision.ts';
import { statusIcon } from './icons.ts';

export interface JobInfo {
  name: string;
  status: string;
  icon: string;
  metricName: string /** RFC 3339, or empty. */;
  startedAt: string;
}
export interface MeasurementInfo {
  value: string;
  status: string;
  metricName: string;
  startedAt: string;
}
export interface MetricInfo {
  name: string;
  successCondition: string;
  failureCondition: string;
  count: number;
  inconclusiveLimit: number;
  failureLimit: number;
}

export interface AnalysisRunInfo {
  objectMeta: ObjectMeta;
  icon: string;
  revision: number;
  status: string;
  message: string;
  /** Sums over all metrics. */
  successful: number;
  failed: number;
  inconclusive: number;
  error: number;
  jobs: JobInfo[];
  nonJobInfo: MeasurementInfo[];
  metrics: MetricInfo[];
  specAndStatus: { spec: unknown; status: unknown };
}

export function analysisRunInfo(run: AnalysisRun): AnalysisRunInfo {
  const results = run.status?.metricResults ?? [];
  const status = run.status?.phase ?? 'Pending';
  const sum = (field: 'successful' | 'failed' | 'inconclusive' | 'error'): number =>
    results.reduce((total, result) => total + (result[field] ?? 0), 0);
  const measurements = results.flatMap((result) =>
    (result.measurements ?? []).map((measurement) => ({ metricName: result.name, measurement })),
  );
  return {
    objectMeta: run.metadata,
    icon: status === 'Running' ? '◌' : statusIcon(status),
    revision: revisionOf(run),
    status,
    message: run.status?.message ?? '',
    successful: sum('successful'),
    failed: sum('failed'),
    inconclusive: sum('inconclusive'),
    error: sum('error'),
    jobs: measurements
      .filter(({ measurement }) => measurement.metadata?.['job-name'] !== undefined)
      .map(({ metricName, measurement }) => ({
        name: measurement.metadata?.['job-name'] ?? '',
        status: measurement.phase ?? 'Pending',
        icon: statusIcon(measurement.phase ?? 'Pending'),
        metricName,
        startedAt: measurement.startedAt ?? '',
      })),
    nonJobInfo: measurements
      .filter(({ measurement }) => measurement.metadata?.['job-name'] === undefined)
      .map(({ metricName, measurement }) => ({
        value: measurement.value ?? '',
        status: measurement.phase ?? '',
        metricName,
        startedAt: measurement.startedAt ?? '',
      })),
    metrics: (run.spec?.metrics ?? []).map((metric) => ({
      name: metric.name,
      successCondition: metric.successCondition ?? '',
      failureCondition: metric.failureCondition ?? '',
      count: Number(metric.count ?? 0) || 0,
      inconclusiveLimit: Number(metric.inconclusiveLimit ?? 0) || 0,
      failureLimit: Number(metric.failureLimit ?? 0) || 0,
    })),
    specAndStatus: { spec: run.spec ?? {}, status: run.status ?? {} },
  };
}

/** The INFO cell: `✔ 3,✖ 1`, without what is zero. */
export function measurementCounts(info: Pick<AnalysisRunInfo, 'successful' | 'failed' | 'inconclusive' | 'error'>): string {
  const parts: [string, number][] = [
    ['✔', info.successful],
    ['✖', info.failed],
    ['?', info.inconclusive],
    ['⚠', info.error],
  ];
  return parts
    .filter(([, count]) => count > 0)
    .map(([icon, count]) => `${icon} ${count}`)
    .join(',');
}
