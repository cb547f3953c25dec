import { seededRandom } from '../../src/base/random.ts';
import type { Labels } from '../../src/embedded/metrics/labels.ts';
import { labelsText } from '../../src/embedded/metrics/labels.ts';
import { numberText } from '../../src/embedded/metrics/promql/number-text.ts';
import { TimeSeriesStore } from '../../src/embedded/metrics/time-series-store.ts';

/** The first sample's time, in seconds; samples follow every 15 s for 40 minutes. */
export const PROMQL_START_SECONDS = 1_700_000_000;
const STEP_SECONDS = 15;
const STEPS = 160;

export interface FixtureSeries {
  labels: Labels;
  samples: [seconds: number, value: number][];
}

/** The series that the PromQL fixtures are about: counters with resets, gauges with odd values, histograms, gaps. The same in every run. */
export function promQlSamples(): FixtureSeries[] {
  const random = seededRandom(20_240_101);
  const timeOf = (step: number): number => PROMQL_START_SECONDS + step * STEP_SECONDS;
  const series = (name: string, labels: Record<string, string>, at: (step: number) => number | undefined): FixtureSeries => {
    const samples: [number, number][] = [];
    for (let step = 0; step < STEPS; step++) {
      const value = at(step);
      if (value !== undefined) samples.push([timeOf(step), value]);
    }
    return { labels: { __name__: name, ...labels }, samples };
  };
  const counter = (rate: number, resetAt = -1): ((step: number) => number) => {
    let value = random.below(50);
    return (step) => {
      value = step === resetAt ? 0 : value + random.below(rate + 1);
      return value;
    };
  };
  const all: FixtureSeries[] = [];
  for (const job of ['api', 'web']) {
    for (const instance of ['10.0.0.1:80', '10.0.0.2:80']) {
      for (const status of ['200', '404', '500'])
        all.push(
          series(
            'http_requests_total',
            { job, instance, status },
            counter(status === '200' ? 40 : 5, instance.startsWith('10.0.0.2') ? 70 : -1),
          ),
        );
      all.push(series('up', { job, instance }, (step) => (instance.startsWith('10.0.0.2') && step > 60 && step < 75 ? 0 : 1)));
    }
  }
  for (const [service, errorShare] of [
    ['shop', 0.01],
    ['shop-canary', 0.3],
  ] as const) {
    for (const success of ['true', 'false'])
      all.push(
        series(
          'sample_app_requests_count',
          { namespace: 'default', service, pod: `${service}-1`, success },
          counter(success === 'true' ? 30 : Math.round(30 * errorShare)),
        ),
      );
  }
  for (const [canary, share] of [
    ['', 75],
    ['default-shop-canary-80', 25],
  ] as const) {
    for (const status of ['200', '503'])
      all.push(
        series(
          'nginx_ingress_controller_requests',
          { exported_namespace: 'default', ingress: 'shop', status, host: 'shop.test', ...(canary === '' ? {} : { canary }) },
          counter(status === '200' ? share : 2),
        ),
      );
  }
  for (const job of ['api', 'web']) {
    const bounds = ['0.005', '0.05', '0.1', '0.5', '1', '+Inf'];
    const totals = bounds.map(() => 0);
    const grown: number[][] = [];
    for (let step = 0; step < STEPS; step++) {
      bounds.forEach((_, index) => {
        totals[index] = totals[index]! + random.below(6);
      });
      grown.push(totals.map((_, index) => totals.slice(0, index + 1).reduce((sum, value) => sum + value, 0)));
    }
    for (const [index, le] of bounds.entries())
      all.push(series('request_duration_seconds_bucket', { job, le }, (step) => grown[step]![index]!));
    all.push(
      series('request_duration_seconds_count', { job }, (step) => grown[step]!.at(-1)!),
      series('request_duration_seconds_sum', { job }, (step) => grown[step]!.at(-1)! * 0.2),
    );
  }
  for (const [room, base] of [
    ['kitchen', 21.5],
    ['hall', -3.25],
    ['attic', 0],
  ] as const) {
    all.push(series('temperature', { room, floor: room === 'attic' ? '2' : '1' }, (step) => base + Math.sin(step / 7) * 4 + random.next()));
  }
  all.push(
    series('odd', { kind: 'nan' }, (step) => (step % 5 === 0 ? Number.NaN : step)),
    series('odd', { kind: 'inf' }, (step) => (step % 9 === 0 ? Number.POSITIVE_INFINITY : step - 80)),
    series('odd', { kind: 'minus' }, (step) => (step === 150 ? Number.NEGATIVE_INFINITY : -step)),
    series('odd', { kind: 'zero' }, () => 0),
    series('tiny', { size: 'small' }, (step) => (step + 1) * 1e-12),
    series('tiny', { size: 'huge' }, (step) => (step + 1) * 1e15),
    series('sparse', { every: '10m' }, (step) => (step % 40 === 3 ? step : undefined)),
    series('sparse', { every: '4m' }, (step) => (step % 16 === 5 ? step * 2 : undefined)),
    series('ended', { why: 'gone' }, (step) => (step < 100 ? step : undefined)),
    series('single', {}, (step) => (step === 140 ? 7 : undefined)),
    series('limits', { job: 'api' }, () => 100),
    series('limits', { job: 'web' }, () => 250),
    series('limits', { job: 'batch' }, () => 10),
    series('owners', { job: 'api', team: 'red' }, () => 1),
    series('owners', { job: 'web', team: 'blue' }, () => 1),
    series('dates', { which: 'leap' }, () => 1_709_164_800 + 3661),
    series('dates', { which: 'newyear' }, () => 1_704_067_199),
    series('dates', { which: 'old' }, () => -86_400 * 400.5),
  );
  return all;
}

// The format allows no blank between labels.
const metric = (labels: Labels): string => labelsText(labels).replaceAll('", ', '",');

/** The same samples in the OpenMetrics text format. */
export function promQlOpenMetrics(): string {
  const lines = promQlSamples().flatMap(({ labels, samples }) =>
    samples.map(([seconds, value]) => `${metric(labels)} ${numberText(value)} ${seconds}.000`),
  );
  return `${lines.join('\n')}\n# EOF\n`;
}

export function promQlStore(): TimeSeriesStore {
  const store = new TimeSeriesStore({ retentionMs: Number.POSITIVE_INFINITY });
  for (const { labels, samples } of promQlSamples()) for (const [seconds, value] of samples) store.append(labels, seconds * 1000, value);
  return store;
}
