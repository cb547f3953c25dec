import { type Labels, labelsKey, METRIC_NAME } from './labels.ts';
import { type Matcher, matchesAll } from './matcher.ts';

/** Samples of one label set in order of time; `undefined` marks where the series went stale. Times in milliseconds. */
export interface Series {
  readonly labels: Labels;
  readonly timesMs: number[];
  readonly values: (number | undefined)[];
}

/** Samples that arrive pass the time of the oldest kept ones only this often, in appended samples. */
const PRUNE_EVERY = 50_000;

/** Time series in memory, kept for `retentionMs`. Samples of a series must come in order; older and equal times are refused. */
export class TimeSeriesStore {
  readonly #retentionMs: number;
  readonly #series = new Map<string, Series>();
  readonly #byName = new Map<string, Set<Series>>();
  #sinceLastPrune = 0;
  #newestMs = Number.NEGATIVE_INFINITY;

  constructor(options: { retentionMs: number }) {
    this.#retentionMs = options.retentionMs;
  }

  get seriesCount(): number {
    return this.#series.size;
  }

  get newestMs(): number {
    return this.#newestMs;
  }

  /** Adds one sample, `undefined` for a staleness marker; false when it is not newer than the last one of its series. */
  append(labels: Labels, timeMs: number, value: number | undefined): boolean {
    const key = labelsKey(labels);
    let series = this.#series.get(key);
    if (series === undefined) {
      series = { labels: Object.freeze({ ...labels }), timesMs: [], values: [] };
      this.#series.set(key, series);
      const name = labels[METRIC_NAME] ?? '';
      const named = this.#byName.get(name);
      if (named === undefined) this.#byName.set(name, new Set([series]));
      else named.add(series);
    }
    if (series.timesMs.length > 0 && series.timesMs.at(-1)! >= timeMs) return false;
    series.timesMs.push(timeMs);
    series.values.push(value);
    if (timeMs > this.#newestMs) this.#newestMs = timeMs;
    this.#sinceLastPrune += 1;
    if (this.#sinceLastPrune >= PRUNE_EVERY) this.prune(this.#newestMs);
    return true;
  }

  /** Every series that fulfils the matchers and, when a window is given, has a sample in it. */
  select(matchers: readonly Matcher[], window?: { fromMs: number; toMs: number }): Series[] {
    const name = matchers.find((matcher) => matcher.name === METRIC_NAME && matcher.operator === '=');
    const candidates = name === undefined ? this.#series.values() : (this.#byName.get(name.value) ?? []);
    const found: Series[] = [];
    for (const series of candidates) {
      if (!matchesAll(series.labels, matchers)) continue;
      if (window !== undefined && !(firstAtOrAfter(series.timesMs, window.fromMs) < firstAfter(series.timesMs, window.toMs))) continue;
      found.push(series);
    }
    return found;
  }

  /** Drops what is older than the retention. */
  prune(nowMs: number): void {
    this.#sinceLastPrune = 0;
    const oldestMs = nowMs - this.#retentionMs;
    for (const [key, series] of this.#series) {
      const kept = firstAtOrAfter(series.timesMs, oldestMs);
      if (kept > 0) {
        series.timesMs.splice(0, kept);
        series.values.splice(0, kept);
      }
      if (series.timesMs.length > 0) continue;
      this.#series.delete(key);
      const name = series.labels[METRIC_NAME] ?? '';
      const named = this.#byName.get(name);
      named?.delete(series);
      if (named?.size === 0) this.#byName.delete(name);
    }
  }
}

/** Index of the first time that is later than `timeMs`; the length when there is none. */
export function firstAfter(timesMs: readonly number[], timeMs: number): number {
  let [low, high] = [0, timesMs.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timesMs[middle]! <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the first time that is `timeMs` or later; the length when there is none. Times are whole milliseconds or not: no rounding. */
export function firstAtOrAfter(timesMs: readonly number[], timeMs: number): number {
  let [low, high] = [0, timesMs.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timesMs[middle]! < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
