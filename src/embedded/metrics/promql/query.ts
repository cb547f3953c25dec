import { compareLabels, type Labels, labelsKey } from '../labels.ts';
import { QueryError } from '../query-error.ts';
import type { TimeSeriesStore } from '../time-series-store.ts';
import { checkExpression } from './check-expression.ts';
import { Evaluator } from './evaluate.ts';
import { unwrapped } from './expression.ts';
import { numberText } from './number-text.ts';
import { parsePromQl } from './parse-promql.ts';

/** `[seconds, "value"]` as the query API answers it. */
export type ApiSample = [number, string];
export type QueryResult =
  | { resultType: 'scalar' | 'string'; result: ApiSample }
  | { resultType: 'vector'; result: { metric: Labels; value: ApiSample }[] }
  | { resultType: 'matrix'; result: { metric: Labels; values: ApiSample[] }[] };

/** Upstream's limit of points per series. */
const MAX_POINTS = 11_000;

/** Evaluates a query at one instant. */
export function instantQuery(store: Pick<TimeSeriesStore, 'select'>, source: string, nowMs: number): QueryResult {
  const expression = parsePromQl(source);
  const value = new Evaluator({ store, startMs: nowMs, endMs: nowMs }).at(expression, nowMs);
  const seconds = nowMs / 1000;
  if (value.type === 'scalar') return { resultType: 'scalar', result: [seconds, numberText(value.value)] };
  if (value.type === 'string') return { resultType: 'string', result: [seconds, value.value] };
  if (value.type === 'matrix') {
    const result = value.series.map(({ labels, timesMs, values }) => ({
      metric: labels,
      values: timesMs.map((timeMs, index): ApiSample => [timeMs / 1000, numberText(values[index]!)]),
    }));
    return { resultType: 'matrix', result: result.sort((a, b) => compareLabels(a.metric, b.metric)) };
  }
  const outer = unwrapped(expression);
  const isOrdered =
    (outer.kind === 'call' && outer.name.startsWith('sort')) || (outer.kind === 'aggregate' && ['topk', 'bottomk'].includes(outer.name));
  const samples = isOrdered ? value.samples : [...value.samples].sort((a, b) => compareLabels(a.labels, b.labels));
  return {
    resultType: 'vector',
    result: samples.map(({ labels, value: number }) => ({ metric: labels, value: [seconds, numberText(number)] })),
  };
}

/** Evaluates a query at every step from `startMs` to `endMs`. */
export function rangeQuery(
  store: Pick<TimeSeriesStore, 'select'>,
  source: string,
  { startMs, endMs, stepMs }: { startMs: number; endMs: number; stepMs: number },
): QueryResult {
  if (endMs < startMs) throw new QueryError('bad_data', 'invalid parameter "end": end timestamp must not be before start time');
  if (stepMs <= 0)
    throw new QueryError(
      'bad_data',
      'invalid parameter "step": zero or negative query resolution step widths are not accepted. Try a positive integer',
    );
  if ((endMs - startMs) / stepMs > MAX_POINTS)
    throw new QueryError(
      'bad_data',
      'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
    );
  const expression = parsePromQl(source);
  const type = checkExpression(expression);
  if (type !== 'scalar' && type !== 'instant vector')
    throw new QueryError(
      'bad_data',
      `invalid parameter "query": invalid expression type "${type}" for range query, must be Scalar or instant Vector`,
    );
  const evaluator = new Evaluator({ store, startMs, endMs });
  const found = new Map<string, { metric: Labels; values: ApiSample[] }>();
  for (let nowMs = startMs; nowMs <= endMs; nowMs += stepMs) {
    const value = evaluator.at(expression, nowMs);
    const samples = value.type === 'scalar' ? [{ labels: {}, value: value.value }] : value.type === 'vector' ? value.samples : [];
    for (const sample of samples) {
      const key = labelsKey(sample.labels);
      let series = found.get(key);
      if (series === undefined) found.set(key, (series = { metric: sample.labels, values: [] }));
      series.values.push([nowMs / 1000, numberText(sample.value)]);
    }
  }
  return { resultType: 'matrix', result: [...found.values()].sort((a, b) => compareLabels(a.metric, b.metric)) };
}
