import { labelsKey, METRIC_NAME, withoutLabels } from '../labels.ts';
import { parseNumber } from './number-text.ts';
import type { VectorSample } from './value.ts';

interface Bucket {
  upperBound: number;
  count: number;
}

/** `histogram_quantile` over classic buckets: series that differ in `le` alone form one histogram. */
export function histogramQuantile(q: number, samples: readonly VectorSample[]): VectorSample[] {
  const histograms = new Map<string, { labels: Record<string, string>; buckets: Bucket[] }>();
  for (const { labels, value } of samples) {
    const upperBound = labels['le'] === undefined ? undefined : parseNumber(labels['le']);
    if (upperBound === undefined) continue;
    const rest = withoutLabels(labels, ['le', METRIC_NAME]);
    const key = labelsKey(rest);
    const histogram = histograms.get(key);
    if (histogram === undefined) histograms.set(key, { labels: rest, buckets: [{ upperBound, count: value }] });
    else histogram.buckets.push({ upperBound, count: value });
  }
  return [...histograms.values()].map(({ labels, buckets }) => ({ labels, value: bucketQuantile(q, buckets) }));
}

/** Interpolates linearly inside the bucket that holds the rank; prometheus/promql/quantile.go bucketQuantile. */
export function bucketQuantile(q: number, unordered: readonly Bucket[]): number {
  if (Number.isNaN(q)) return Number.NaN;
  if (q < 0) return Number.NEGATIVE_INFINITY;
  if (q > 1) return Number.POSITIVE_INFINITY;
  const buckets = monotonic(coalesced([...unordered].sort((a, b) => a.upperBound - b.upperBound)));
  if (buckets.at(-1)!.upperBound !== Number.POSITIVE_INFINITY || buckets.length < 2) return Number.NaN;
  const observations = buckets.at(-1)!.count;
  if (observations === 0) return Number.NaN;
  let rank = q * observations;
  let index = buckets.slice(0, -1).findIndex(({ count }) => count >= rank);
  if (index < 0) index = buckets.length - 1;
  if (index === buckets.length - 1) return buckets.at(-2)!.upperBound;
  if (index === 0 && buckets[0]!.upperBound <= 0) return buckets[0]!.upperBound;
  const end = buckets[index]!.upperBound;
  let start = 0;
  let count = buckets[index]!.count;
  if (index > 0) {
    start = buckets[index - 1]!.upperBound;
    count -= buckets[index - 1]!.count;
    rank -= buckets[index - 1]!.count;
  }
  return start + (end - start) * (rank / count);
}

function coalesced(buckets: readonly Bucket[]): Bucket[] {
  const merged: Bucket[] = [];
  for (const bucket of buckets) {
    const last = merged.at(-1);
    if (last !== undefined && last.upperBound === bucket.upperBound) last.count += bucket.count;
    else merged.push({ ...bucket });
  }
  return merged;
}

/** Counts of scrapes that overlap may fall from bucket to bucket; they are lifted to the largest before them. */
function monotonic(buckets: Bucket[]): Bucket[] {
  let most = Number.NEGATIVE_INFINITY;
  for (const bucket of buckets) {
    if (bucket.count > most) most = bucket.count;
    else bucket.count = most;
  }
  return buckets;
}
