import { labelsKey, METRIC_NAME, onlyLabels, withoutLabels } from '../labels.ts';
import { executionError } from '../query-error.ts';
import type { AggregateExpression } from './expression.ts';
import { numberText } from './number-text.ts';
import { quantile } from './quantile.ts';
import { runningMean, variance } from './running-mean.ts';
import type { VectorSample } from './value.ts';

type Grouping = AggregateExpression['grouping'];
interface Group {
  labels: Record<string, string>;
  members: VectorSample[];
}

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const REDUCERS: Readonly<Record<string, (values: readonly number[]) => number>> = {
  sum: (values) => values.reduce((sum, value) => sum + value, 0),
  avg: runningMean,
  min: (values) => values.reduce((least, value) => (value < least || Number.isNaN(least) ? value : least)),
  max: (values) => values.reduce((most, value) => (value > most || Number.isNaN(most) ? value : most)),
  count: (values) => values.length,
  group: () => 1,
  stddev: (values) => Math.sqrt(variance(values)),
  stdvar: variance,
};

/** One aggregation over an instant vector; `parameter` is the number of topk, bottomk and quantile or the label of count_values. */
export function aggregate(
  name: AggregateExpression['name'],
  samples: readonly VectorSample[],
  grouping: Grouping,
  parameter: number | string | undefined,
): VectorSample[] {
  if (name === 'count_values') return countValues(samples, grouping, parameter as string);
  const groups = [...grouped(samples, grouping).values()];
  if (name === 'topk' || name === 'bottomk') return ranked(groups, parameter as number, name === 'topk');
  const reduce = name === 'quantile' ? (values: readonly number[]) => quantile(parameter as number, values) : REDUCERS[name]!;
  return groups.map(({ labels, members }) => ({ labels, value: reduce(members.map(({ value }) => value)) }));
}

function grouped(samples: readonly VectorSample[], { without, labels: names }: Grouping): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const sample of samples) {
    const labels = without ? withoutLabels(sample.labels, [...names, METRIC_NAME]) : onlyLabels(sample.labels, names);
    const key = labelsKey(labels);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { labels, members: [sample] });
    else group.members.push(sample);
  }
  return groups;
}

function ranked(groups: readonly Group[], count: number, isTop: boolean): VectorSample[] {
  if (!Number.isFinite(count) || Math.abs(count) > 2 ** 63) throw executionError(`Scalar value ${numberText(count)} overflows int64`);
  const kept = Math.trunc(count);
  if (kept < 1) return [];
  // NaN ranks last in both directions.
  const order = (a: VectorSample, b: VectorSample): number => {
    if (Number.isNaN(a.value) || Number.isNaN(b.value)) return Number(Number.isNaN(a.value)) - Number(Number.isNaN(b.value));
    return isTop ? b.value - a.value : a.value - b.value;
  };
  return groups.flatMap(({ members }) => [...members].sort(order).slice(0, kept));
}

function countValues(samples: readonly VectorSample[], grouping: Grouping, label: string): VectorSample[] {
  if (!LABEL_NAME.test(label)) throw executionError(`invalid label name ${JSON.stringify(label)}`);
  const marked = samples.map(({ labels, value }) => ({ labels: { ...labels, [label]: numberText(value) }, value }));
  const names = grouping.without ? grouping.labels.filter((name) => name !== label) : [...new Set([...grouping.labels, label])];
  return [...grouped(marked, { without: grouping.without, labels: names }).values()].map(({ labels, members }) => ({
    labels,
    value: members.length,
  }));
}
