import type { AnalysisPhase, Metric, MetricResult } from './analysis-run.ts';

const CONSECUTIVE_ERROR_LIMIT = 4;

/** A limit that may be written as text once arguments are filled in. */
export function limitOf(value: number | string | undefined, fallback: number): number {
  return value === undefined || value === '' ? fallback : Number(value);
}

/** How often a metric is measured; 0 is for ever. Neither count nor interval means once. */
export function countOf(metric: Metric): number {
  const count = limitOf(metric.count, 0);
  return count === 0 && metric.interval === undefined ? 1 : count;
}

/** The result with one more finished measurement counted. An error does not use up the count. */
export function counted(result: MetricResult, phase: AnalysisPhase): MetricResult {
  const next = { ...result };
  const add = (field: 'successful' | 'failed' | 'inconclusive' | 'error' | 'count' | 'consecutiveError' | 'consecutiveSuccess'): void => {
    next[field] = (next[field] ?? 0) + 1;
  };
  if (phase !== 'Error') {
    delete next.consecutiveError;
    add('count');
  }
  if (phase !== 'Successful') delete next.consecutiveSuccess;
  switch (phase) {
    case 'Successful':
      add('successful');
      add('consecutiveSuccess');
      break;
    case 'Failed':
      add('failed');
      break;
    case 'Inconclusive':
      add('inconclusive');
      break;
    case 'Error':
      add('error');
      add('consecutiveError');
      break;
  }
  return next;
}

/** What the counters of a metric say about it, and why when it is not good. Later rules win, as upstream has them. */
export function metricVerdict(metric: Metric, result: MetricResult, terminating: boolean): { phase: AnalysisPhase; cause?: string } {
  const { failed = 0, inconclusive = 0, consecutiveError = 0, consecutiveSuccess = 0, count = 0, measurements = [] } = result;
  const last = measurements.at(-1);
  if (last === undefined) return terminating ? { phase: 'Successful' } : { phase: 'Pending' };
  if (last.finishedAt === undefined) return { phase: 'Running' };
  const failureLimit = limitOf(metric.failureLimit, 0);
  const inconclusiveLimit = limitOf(metric.inconclusiveLimit, 0);
  const errorLimit = limitOf(metric.consecutiveErrorLimit, CONSECUTIVE_ERROR_LIMIT);
  const successLimit = limitOf(metric.consecutiveSuccessLimit, 0);
  if (consecutiveError > errorLimit)
    return { phase: 'Error', cause: `consecutiveErrors (${consecutiveError}) > consecutiveErrorLimit (${errorLimit})` };
  if (inconclusive > inconclusiveLimit)
    return { phase: 'Inconclusive', cause: `inconclusive (${inconclusive}) > inconclusiveLimit (${inconclusiveLimit})` };
  if (failureLimit >= 0 && failed > failureLimit) return { phase: 'Failed', cause: `failed (${failed}) > failureLimit (${failureLimit})` };
  if (successLimit > 0 && consecutiveSuccess >= successLimit) return { phase: 'Successful' };
  const wanted = countOf(metric);
  if (wanted > 0 && count >= wanted) {
    if (successLimit > 0)
      return {
        phase: failureLimit >= 0 ? 'Inconclusive' : 'Failed',
        cause: `consecutiveSuccesses (${consecutiveSuccess}) < consecutiveSuccessLimit (${successLimit})`,
      };
    return { phase: 'Successful' };
  }
  return { phase: terminating ? 'Successful' : 'Running' };
}

const ORDER: readonly AnalysisPhase[] = ['Successful', 'Running', 'Pending', 'Inconclusive', 'Error', 'Failed'];

/** The worse of two phases. */
export function worse(a: AnalysisPhase, b: AnalysisPhase): AnalysisPhase {
  return ORDER.indexOf(a) >= ORDER.indexOf(b) ? a : b;
}
