import { rfc3339 } from '../../../../base/clock.ts';
import type {
  AnalysisPhase,
  AnalysisRun,
  AnalysisRunStatus,
  Measurement,
  Metric,
  MetricResult,
  RunSummary,
} from '../../../../rollouts/analysis/analysis-run.ts';
import { isTerminal } from '../../../../rollouts/analysis/analysis-run.ts';
import { counted, countOf, metricVerdict, worse } from '../../../../rollouts/analysis/metric-verdict.ts';
import { assessResult } from '../../../../rollouts/expression/condition.ts';
import { durationSeconds } from '../../../../rollouts/pause-duration.ts';
import { jobProvider } from './job-provider.ts';
import { matchesMetric } from './matches-metric.ts';
import type { MetricProvider, ProviderDeps, ProviderOutcome } from './metric-provider.ts';
import { prometheusProvider } from './prometheus-provider.ts';
import { webProvider } from './web-provider.ts';

const RETRY_AFTER_ERROR_MS = 10_000;
const KEPT_MEASUREMENTS = 10;

export interface RunPass {
  run: AnalysisRun;
  /** With arguments filled in. */
  metrics: readonly Metric[];
  nowMs: number;
  deps: ProviderDeps;
  /** Values that must not show in messages. */
  secrets: readonly string[];
}

const providerOf = (metric: Metric): MetricProvider =>
  metric.provider.prometheus !== undefined ? prometheusProvider : metric.provider.web !== undefined ? webProvider : jobProvider;
const matches = (patterns: readonly { metricName: string }[] | undefined, name: string): boolean =>
  (patterns ?? []).some(({ metricName }) => matchesMetric(metricName, name));

/** Measures what is due, in parallel, and gives the next status and the milliseconds until there is more to do. */
export async function measureRun(pass: RunPass): Promise<{ status: AnalysisRunStatus; afterMs: number | undefined }> {
  const { run, metrics, nowMs } = pass;
  const before: AnalysisRunStatus = run.status?.startedAt === undefined ? { phase: 'Running', startedAt: rfc3339(nowMs) } : run.status;
  const resultOf = (metric: Metric): MetricResult =>
    before.metricResults?.find(({ name }) => name === metric.name) ?? {
      name: metric.name,
      phase: 'Pending',
      ...(matches(run.spec.dryRun, metric.name) ? { dryRun: true } : {}),
    };
  const failedAlready = metrics.some(
    (metric) => ['Failed', 'Error', 'Inconclusive'].includes(resultOf(metric).phase) && !resultOf(metric).dryRun,
  );
  const terminating = run.spec.terminate === true || failedAlready;
  let results = await Promise.all(metrics.map((metric) => advanced(pass, metric, resultOf(metric), before, terminating)));
  // A verdict of this pass ends the others in this pass, unless a Job of theirs still runs.
  const bad = results.some(({ phase, dryRun }) => !dryRun && (phase === 'Failed' || phase === 'Error' || phase === 'Inconclusive'));
  if (bad && !terminating)
    results = await Promise.all(
      results.map((result, index) => (isTerminal(result.phase) ? result : advanced(pass, metrics[index]!, result, before, true))),
    );
  const status = summarize(run, before, metrics, results, nowMs);
  if (isTerminal(status.phase)) return { status, afterMs: undefined };
  const next = results.map((result, index) => dueAtMs(metrics[index]!, result, before)).filter((at) => at !== undefined);
  return { status, afterMs: next.length === 0 ? undefined : Math.max(1, Math.min(...next) - nowMs) };
}

/** When a metric has something to do; `undefined` when never. */
function dueAtMs(metric: Metric, result: MetricResult, status: AnalysisRunStatus): number | undefined {
  if (isTerminal(result.phase)) return undefined;
  const last = result.measurements?.at(-1);
  if (last === undefined)
    return Date.parse(status.startedAt!) + (metric.initialDelay === undefined ? 0 : durationSeconds(metric.initialDelay) * 1000);
  if (last.finishedAt === undefined) return Date.parse(last.resumeAt ?? last.startedAt ?? '');
  if (last.phase === 'Error') return Date.parse(last.finishedAt) + RETRY_AFTER_ERROR_MS;
  if (metric.interval === undefined) return countOf(metric) > (result.count ?? 0) ? Date.parse(last.finishedAt) : undefined;
  // Times are stored in whole seconds, so nothing is measured more often than that.
  return Date.parse(last.finishedAt) + Math.max(1, durationSeconds(metric.interval)) * 1000;
}

async function advanced(
  pass: RunPass,
  metric: Metric,
  result: MetricResult,
  status: AnalysisRunStatus,
  terminating: boolean,
): Promise<MetricResult> {
  if (isTerminal(result.phase)) return result;
  const provider = providerOf(metric);
  const measurements = [...(result.measurements ?? [])];
  const last = measurements.at(-1);
  const dueMs = dueAtMs(metric, result, status);
  const due = dueMs !== undefined && dueMs <= pass.nowMs;
  let next = result;
  let surplus: number | undefined;
  const finish = (measurement: Measurement): void => {
    const limit = pass.run.spec.measurementRetention?.find((retention) => matches([retention], metric.name))?.limit ?? KEPT_MEASUREMENTS;
    next = { ...next, measurements: [...measurements, measurement].slice(-limit) };
    surplus = measurements.length + 1 > limit ? limit : undefined;
    if (measurement.finishedAt !== undefined) next = counted(next, measurement.phase);
  };
  if (last !== undefined && last.finishedAt === undefined) {
    measurements.pop();
    if (terminating && provider.terminate)
      finish(await outcomeOf(pass, metric, last, provider.terminate(pass.run, metric, last, pass.deps)));
    else if (due && provider.resume) finish(await outcomeOf(pass, metric, last, provider.resume(pass.run, metric, last, pass.deps)));
  } else if (due && !terminating) {
    const started: Measurement = { phase: 'Running', startedAt: rfc3339(pass.nowMs) };
    finish(await outcomeOf(pass, metric, started, provider.run(pass.run, metric, (result.count ?? 0) + (result.error ?? 0), pass.deps)));
    if (metric.provider.prometheus?.query !== undefined)
      next = { ...next, metadata: { ResolvedPrometheusQuery: masked(metric.provider.prometheus.query, pass.secrets) } };
  }
  if (surplus !== undefined) await provider.discard?.(pass.run, metric, surplus, pass.deps);
  const verdict = metricVerdict(metric, next, terminating);
  const message = next.dryRun && verdict.cause !== undefined ? `Metric assessed ${verdict.phase} due to ${verdict.cause}` : next.message;
  return { ...next, phase: verdict.phase, ...(message === undefined ? {} : { message }) };
}

async function outcomeOf(pass: RunPass, metric: Metric, measurement: Measurement, work: Promise<ProviderOutcome>): Promise<Measurement> {
  const { resumeAt: _, ...kept } = measurement;
  const finishedAt = rfc3339(pass.nowMs);
  try {
    const outcome = await work;
    const metadata =
      outcome.metadata === undefined && measurement.metadata === undefined
        ? {}
        : { metadata: { ...measurement.metadata, ...outcome.metadata } };
    if ('phase' in outcome) {
      if (outcome.phase === 'Running')
        return { ...kept, ...metadata, phase: 'Running', resumeAt: rfc3339(pass.nowMs + (outcome.resumeAfterMs ?? 1000) + 999) };
      return {
        ...kept,
        ...metadata,
        phase: outcome.phase,
        finishedAt,
        ...(outcome.message === undefined ? {} : { message: outcome.message }),
      };
    }
    try {
      return { ...kept, ...metadata, phase: assessResult(outcome.result, metric), finishedAt, value: outcome.value };
    } catch (error) {
      return {
        ...kept,
        ...metadata,
        phase: 'Error',
        finishedAt,
        value: outcome.value,
        message: masked((error as Error).message, pass.secrets),
      };
    }
  } catch (error) {
    return { ...kept, phase: 'Error', finishedAt, message: masked(error instanceof Error ? error.message : String(error), pass.secrets) };
  }
}

function masked(text: string, secrets: readonly string[]): string {
  return secrets.reduce((result, secret) => (secret === '' ? result : result.replaceAll(secret, '*****')), text);
}

function summarize(
  run: AnalysisRun,
  before: AnalysisRunStatus,
  metrics: readonly Metric[],
  results: readonly MetricResult[],
  nowMs: number,
): AnalysisRunStatus {
  const relevant = results.filter(({ dryRun }) => !dryRun);
  const unfinished = results.some(({ phase }) => !isTerminal(phase));
  const worst = relevant.reduce<AnalysisPhase>((phase, result) => worse(phase, result.phase), 'Successful');
  const phase: AnalysisPhase = unfinished ? 'Running' : worst;
  const index =
    relevant.length === 0 || !['Failed', 'Error', 'Inconclusive'].includes(worst)
      ? -1
      : results.findIndex((result) => !result.dryRun && result.phase === worst);
  const status: AnalysisRunStatus = {
    ...before,
    phase,
    metricResults: [...results],
    runSummary: summaryOf(relevant),
    ...(results.length > relevant.length ? { dryRunSummary: summaryOf(results.filter(({ dryRun }) => dryRun)) } : {}),
  };
  if (index >= 0) {
    const result = results[index]!;
    const { cause } = metricVerdict(metrics[index]!, result, false);
    const detail = result.measurements?.at(-1)?.message;
    status.message = `Metric "${result.name}" assessed ${worst} due to ${cause}${detail ? `: "Error Message: ${detail}"` : ''}`;
  } else if (run.spec.terminate) status.message = 'Run Terminated';
  if (isTerminal(phase)) status.completedAt = rfc3339(nowMs);
  return status;
}

function summaryOf(results: readonly MetricResult[]): RunSummary {
  const count = (phase: AnalysisPhase): number => results.filter((result) => result.phase === phase).length;
  const all = {
    count: results.length,
    successful: count('Successful'),
    failed: count('Failed'),
    inconclusive: count('Inconclusive'),
    error: count('Error'),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value > 0));
}
