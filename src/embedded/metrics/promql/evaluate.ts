import { setOwnValue } from '../../../base/own-value.ts';
import { type AnchoredPattern, anchoredPattern } from '../anchored-pattern.ts';
import { type Labels, labelsKey, METRIC_NAME, withoutName } from '../labels.ts';
import { executionError } from '../query-error.ts';
import { firstAfter, firstAtOrAfter, type Series, type TimeSeriesStore } from '../time-series-store.ts';
import { aggregate } from './aggregate.ts';
import { scalarOperation, setOperation, vectorOperation, vectorScalarOperation } from './binary-operation.ts';
import {
  type AggregateExpression,
  type BinaryExpression,
  type CallExpression,
  type Expression,
  type RangeExpression,
  SET_OPERATORS,
  type SelectorExpression,
  type SubqueryExpression,
  type TimeShift,
  unwrapped,
} from './expression.ts';
import { histogramQuantile } from './histogram-quantile.ts';
import { DATE_FUNCTIONS, INSTANT_FUNCTIONS } from './instant-functions.ts';
import { labelJoin, labelReplace } from './label-functions.ts';
import { RANGE_FUNCTIONS } from './range-functions.ts';
import type { RangeSeries, Value, VectorSample, Window } from './value.ts';

/** How far back an instant selector looks for the newest sample, as upstream's default. */
export const LOOKBACK_MS = 300_000;
/** The step of a subquery that names none: upstream's default evaluation interval. */
const DEFAULT_SUBQUERY_STEP_MS = 60_000;

export interface Evaluation {
  store: Pick<TimeSeriesStore, 'select'>;
  startMs: number;
  endMs: number;
  subqueryStepMs?: number | undefined;
}

/** Evaluates one expression at one instant after the other, remembering the series that its selectors find. */
export class Evaluator {
  readonly #evaluation: Evaluation;
  readonly #found = new Map<SelectorExpression, Series[]>();
  readonly #patterns = new Map<string, AnchoredPattern>();

  constructor(evaluation: Evaluation) {
    this.#evaluation = evaluation;
  }

  /** The value at `nowMs`. Throws an `execution` QueryError where upstream does. */
  at(expression: Expression, nowMs: number): Value {
    switch (expression.kind) {
      case 'number':
        return { type: 'scalar', value: expression.value };
      case 'string':
        return { type: 'string', value: expression.value };
      case 'paren':
        return this.at(expression.expression, nowMs);
      case 'selector':
        return vector(this.#instant(expression, nowMs).map(({ labels, value }) => ({ labels, value })));
      case 'range':
        return this.#range(expression, nowMs);
      case 'subquery':
        return this.#subquery(expression, nowMs);
      case 'unary':
        return this.#unary(expression.operator, this.at(expression.operand, nowMs));
      case 'binary':
        return this.#binary(expression, nowMs);
      case 'aggregate':
        return this.#aggregate(expression, nowMs);
      case 'call':
        return this.#call(expression, nowMs);
    }
  }

  #series(selector: SelectorExpression): Series[] {
    let series = this.#found.get(selector);
    if (series === undefined) {
      series = this.#evaluation.store.select(selector.matchers);
      this.#found.set(selector, series);
    }
    return series;
  }

  #shiftedMs({ offsetMs, at }: TimeShift, nowMs: number): number {
    const { startMs, endMs } = this.#evaluation;
    return (at === undefined ? nowMs : at === 'start' ? startMs : at === 'end' ? endMs : at) - offsetMs;
  }

  #instant(selector: SelectorExpression, nowMs: number): (VectorSample & { timeMs: number })[] {
    const atMs = this.#shiftedMs(selector, nowMs);
    return this.#series(selector).flatMap(({ labels, timesMs, values }) => {
      const index = firstAfter(timesMs, atMs) - 1;
      const value = values[index];
      if (index < 0 || value === undefined || timesMs[index]! < atMs - LOOKBACK_MS) return [];
      return [{ labels, value, timeMs: timesMs[index]! }];
    });
  }

  #range({ selector, rangeMs }: RangeExpression, nowMs: number): Value {
    const toMs = this.#shiftedMs(selector, nowMs);
    const fromMs = toMs - rangeMs;
    const series = this.#series(selector).flatMap(({ labels, timesMs, values }): RangeSeries[] => {
      const points: { timesMs: number[]; values: number[] } = { timesMs: [], values: [] };
      for (let index = firstAtOrAfter(timesMs, fromMs); index < timesMs.length && timesMs[index]! <= toMs; index++) {
        const value = values[index];
        if (value === undefined) continue;
        points.timesMs.push(timesMs[index]!);
        points.values.push(value);
      }
      return points.values.length === 0 ? [] : [{ labels, ...points }];
    });
    return { type: 'matrix', series, window: { fromMs, toMs } };
  }

  /** Steps of a subquery lie on multiples of the step, whatever the evaluation's time. */
  #subquery(subquery: SubqueryExpression, nowMs: number): Value {
    const stepMs = subquery.stepMs ?? this.#evaluation.subqueryStepMs ?? DEFAULT_SUBQUERY_STEP_MS;
    const toMs = this.#shiftedMs(subquery, nowMs);
    const fromMs = toMs - subquery.rangeMs;
    const found = new Map<string, { labels: Labels; timesMs: number[]; values: number[] }>();
    for (let stepAtMs = Math.ceil(fromMs / stepMs) * stepMs; stepAtMs <= toMs; stepAtMs += stepMs) {
      const value = this.at(subquery.expression, stepAtMs);
      for (const sample of value.type === 'vector' ? value.samples : []) {
        const key = labelsKey(sample.labels);
        let series = found.get(key);
        if (series === undefined) found.set(key, (series = { labels: sample.labels, timesMs: [], values: [] }));
        series.timesMs.push(stepAtMs);
        series.values.push(sample.value);
      }
    }
    return { type: 'matrix', series: [...found.values()], window: { fromMs, toMs } };
  }

  #unary(operator: '+' | '-', value: Value): Value {
    if (operator === '+') return value;
    if (value.type === 'scalar') return { type: 'scalar', value: -value.value };
    return unique(
      (value as { samples: VectorSample[] }).samples.map((sample) => ({ labels: withoutName(sample.labels), value: -sample.value })),
    );
  }

  #binary({ operator, left, right, bool, matching }: BinaryExpression, nowMs: number): Value {
    const [a, b] = [this.at(left, nowMs), this.at(right, nowMs)];
    if (a.type === 'scalar' && b.type === 'scalar') return { type: 'scalar', value: scalarOperation(operator, a.value, b.value) };
    if (a.type === 'vector' && b.type === 'scalar') return unique(vectorScalarOperation(operator, a.samples, b.value, false, bool));
    if (a.type === 'scalar' && b.type === 'vector') return unique(vectorScalarOperation(operator, b.samples, a.value, true, bool));
    const [x, y] = [(a as { samples: VectorSample[] }).samples, (b as { samples: VectorSample[] }).samples];
    return unique(SET_OPERATORS.has(operator) ? setOperation(operator, x, y, matching) : vectorOperation(operator, x, y, matching, bool));
  }

  #aggregate({ name, expression, parameter, grouping }: AggregateExpression, nowMs: number): Value {
    const value = parameter === undefined ? undefined : (this.at(parameter, nowMs) as { value: number | string }).value;
    return vector(aggregate(name, this.#vector(expression, nowMs), grouping, value));
  }

  #vector(expression: Expression, nowMs: number): VectorSample[] {
    return (this.at(expression, nowMs) as { samples: VectorSample[] }).samples;
  }

  #pattern(source: string): AnchoredPattern {
    let pattern = this.#patterns.get(source);
    if (pattern === undefined) this.#patterns.set(source, (pattern = anchoredPattern(source)));
    return pattern;
  }

  #scalar(expression: Expression, nowMs: number): number {
    return (this.at(expression, nowMs) as { value: number }).value;
  }

  #call({ name, args }: CallExpression, nowMs: number): Value {
    const [first, second, third] = args;
    const strings = (from: number): string[] => args.slice(from).map((arg) => (this.at(arg, nowMs) as { value: string }).value);
    switch (name) {
      case 'time':
        return { type: 'scalar', value: nowMs / 1000 };
      case 'pi':
        return { type: 'scalar', value: Math.PI };
      case 'vector':
        return vector([{ labels: {}, value: this.#scalar(first!, nowMs) }]);
      case 'scalar': {
        const samples = this.#vector(first!, nowMs);
        return { type: 'scalar', value: samples.length === 1 ? samples[0]!.value : Number.NaN };
      }
      case 'sort':
      case 'sort_desc':
        return vector(
          [...this.#vector(first!, nowMs)].sort((a, b) => {
            if (Number.isNaN(a.value) || Number.isNaN(b.value)) return Number(Number.isNaN(a.value)) - Number(Number.isNaN(b.value));
            return name === 'sort' ? a.value - b.value : b.value - a.value;
          }),
        );
      case 'timestamp': {
        const inner = unwrapped(first!);
        const samples =
          inner.kind === 'selector'
            ? this.#instant(inner, nowMs)
            : this.#vector(first!, nowMs).map((sample) => ({ ...sample, timeMs: nowMs }));
        return unique(samples.map(({ labels, timeMs }) => ({ labels: withoutName(labels), value: timeMs / 1000 })));
      }
      case 'absent':
        return vector(this.#vector(first!, nowMs).length > 0 ? [] : [{ labels: absentLabels(first!), value: 1 }]);
      case 'absent_over_time':
        return vector(
          (this.at(first!, nowMs) as { series: RangeSeries[] }).series.length > 0 ? [] : [{ labels: absentLabels(first!), value: 1 }],
        );
      case 'histogram_quantile':
        return vector(histogramQuantile(this.#scalar(first!, nowMs), this.#vector(second!, nowMs)));
      case 'label_replace':
        return unique(labelReplace(this.#vector(first!, nowMs), strings(1), (source) => this.#pattern(source)));
      case 'label_join':
        return unique(labelJoin(this.#vector(first!, nowMs), strings(1)));
      case 'quantile_over_time':
        return this.#overTime(name, second!, nowMs, this.#scalar(first!, nowMs));
      case 'predict_linear':
        return this.#overTime(name, first!, nowMs, this.#scalar(second!, nowMs));
      default:
        break;
    }
    if (name in RANGE_FUNCTIONS) return this.#overTime(name, first!, nowMs, 0);
    const samples = first === undefined && DATE_FUNCTIONS.has(name) ? [{ labels: {}, value: nowMs / 1000 }] : this.#vector(first!, nowMs);
    const [x, y] = [second === undefined ? 1 : this.#scalar(second, nowMs), third === undefined ? 0 : this.#scalar(third, nowMs)];
    const compute = INSTANT_FUNCTIONS[name]!;
    return unique(
      samples.flatMap(({ labels, value }) => {
        const result = compute(value, x, y);
        return result === undefined ? [] : [{ labels: withoutName(labels), value: result }];
      }),
    );
  }

  #overTime(name: string, argument: Expression, nowMs: number, parameter: number): Value {
    const { series, window } = this.at(argument, nowMs) as { series: RangeSeries[]; window: Window };
    const compute = RANGE_FUNCTIONS[name]!;
    return unique(
      series.flatMap((one) => {
        const value = compute(one, window, nowMs, parameter);
        return value === undefined ? [] : [{ labels: name === 'last_over_time' ? one.labels : withoutName(one.labels), value }];
      }),
    );
  }
}

function vector(samples: VectorSample[]): Value {
  return { type: 'vector', samples };
}

/** Upstream refuses results in which two elements have the same labels. */
function unique(samples: VectorSample[]): Value {
  if (samples.length > 1) {
    const keys = new Set(samples.map(({ labels }) => labelsKey(labels)));
    if (keys.size < samples.length) throw executionError('vector cannot contain metrics with the same labelset');
  }
  return vector(samples);
}

/** The labels that a selector asks to be equal, each at most once; none for other expressions. */
function absentLabels(argument: Expression): Labels {
  const inner = unwrapped(argument);
  const selector = inner.kind === 'selector' ? inner : inner.kind === 'range' ? inner.selector : undefined;
  const labels: Record<string, string> = {};
  const ambiguous = new Set<string>();
  for (const { name, operator, value } of selector?.matchers ?? []) {
    if (name === METRIC_NAME) continue;
    if (operator === '=' && !Object.hasOwn(labels, name)) setOwnValue(labels, name, value);
    else ambiguous.add(name);
  }
  return Object.fromEntries(Object.entries(labels).filter(([name, value]) => !ambiguous.has(name) && value !== ''));
}
