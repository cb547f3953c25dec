import { quantile } from './quantile.ts';
import { compensatedSum, runningMean, variance } from './running-mean.ts';
import type { Points, Window } from './value.ts';

type RangeFunction = (points: Points, window: Window, nowMs: number, parameter: number) => number | undefined;

/** Functions of the samples in a window; `undefined` leaves the series out of the result. */
export const RANGE_FUNCTIONS: Readonly<Record<string, RangeFunction>> = {
  rate: (points, window) => extrapolated(points, window, { isCounter: true, isRate: true }),
  increase: (points, window) => extrapolated(points, window, { isCounter: true, isRate: false }),
  delta: (points, window) => extrapolated(points, window, { isCounter: false, isRate: false }),
  irate: (points) => lastDifference(points, true),
  idelta: (points) => lastDifference(points, false),
  changes: ({ values }) =>
    values.filter((value, index) => index > 0 && value !== values[index - 1] && !(Number.isNaN(value) && Number.isNaN(values[index - 1]!)))
      .length,
  resets: ({ values }) => values.filter((value, index) => index > 0 && value < values[index - 1]!).length,
  deriv: (points) => (points.values.length < 2 ? undefined : regression(points, points.timesMs[0]!).slope),
  predict_linear: (points, _, nowMs, seconds) => {
    if (points.values.length < 2) return undefined;
    const { slope, intercept } = regression(points, nowMs);
    return slope * seconds + intercept;
  },
  avg_over_time: ({ values }) => runningMean(values),
  sum_over_time: ({ values }) => compensatedSum(values),
  count_over_time: ({ values }) => values.length,
  min_over_time: ({ values }) => values.reduce((least, value) => (value < least || Number.isNaN(least) ? value : least)),
  max_over_time: ({ values }) => values.reduce((most, value) => (value > most || Number.isNaN(most) ? value : most)),
  last_over_time: ({ values }) => values.at(-1),
  present_over_time: () => 1,
  stddev_over_time: ({ values }) => Math.sqrt(variance(values)),
  stdvar_over_time: ({ values }) => variance(values),
  quantile_over_time: ({ values }, _, _now, q) => quantile(q, values),
};

/**
 * Change over the window, stretched to its ends where the samples come near them, as prometheus/promql/functions.go extrapolatedRate
 * does: no further than 1.1 average gaps, and a counter never below zero.
 */
function extrapolated(
  { timesMs, values }: Points,
  window: Window,
  { isCounter, isRate }: { isCounter: boolean; isRate: boolean },
): number | undefined {
  if (values.length < 2) return undefined;
  const [first, last] = [values[0]!, values.at(-1)!];
  let change = last - first;
  if (isCounter) for (let i = 1; i < values.length; i++) if (values[i]! < values[i - 1]!) change += values[i - 1]!;
  let toStart = (timesMs[0]! - window.fromMs) / 1000;
  const toEnd = (window.toMs - timesMs.at(-1)!) / 1000;
  const sampled = (timesMs.at(-1)! - timesMs[0]!) / 1000;
  const gap = sampled / (values.length - 1);
  if (isCounter && change > 0 && first >= 0) toStart = Math.min(toStart, sampled * (first / change));
  const threshold = gap * 1.1;
  const stretched = sampled + (toStart < threshold ? toStart : gap / 2) + (toEnd < threshold ? toEnd : gap / 2);
  const factor = stretched / sampled / (isRate ? (window.toMs - window.fromMs) / 1000 : 1);
  return change * factor;
}

function lastDifference({ timesMs, values }: Points, isRate: boolean): number | undefined {
  if (values.length < 2) return undefined;
  const [before, last] = [values.at(-2)!, values.at(-1)!];
  const seconds = (timesMs.at(-1)! - timesMs.at(-2)!) / 1000;
  if (seconds === 0) return undefined;
  if (!isRate) return last - before;
  return (last < before ? last : last - before) / seconds;
}

/** Least squares; the intercept is the value at `interceptMs`. */
function regression({ timesMs, values }: Points, interceptMs: number): { slope: number; intercept: number } {
  if (values.every((value) => value === values[0])) {
    return Number.isFinite(values[0]!) ? { slope: 0, intercept: values[0]! } : { slope: Number.NaN, intercept: Number.NaN };
  }
  const seconds = timesMs.map((timeMs) => (timeMs - interceptMs) / 1000);
  const count = values.length;
  const sumX = compensatedSum(seconds);
  const sumY = compensatedSum(values);
  const sumXY = compensatedSum(seconds.map((x, index) => x * values[index]!));
  const sumXX = compensatedSum(seconds.map((x) => x * x));
  const slope = (sumXY - (sumX * sumY) / count) / (sumXX - (sumX * sumX) / count);
  return { slope, intercept: sumY / count - (slope * sumX) / count };
}
