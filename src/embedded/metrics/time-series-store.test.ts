import { expect, it } from 'vitest';
import { createMatcher } from './matcher.ts';
import { instantQuery } from './promql/query.ts';
import { TimeSeriesStore } from './time-series-store.ts';

const up = { __name__: 'up', pod: 'a' };
const values = (store: TimeSeriesStore, query: string, nowMs: number): unknown[] =>
  (instantQuery(store, query, nowMs).result as { value: [number, string] }[]).map(({ value }) => value[1]);

it('takes the samples of a series in order only', () => {
  const store = new TimeSeriesStore({ retentionMs: 1e9 });
  expect([
    store.append(up, 1000, 1),
    store.append(up, 1000, 2),
    store.append(up, 500, 3),
    store.append({ pod: 'a', __name__: 'up' }, 2000, 4),
  ]).toEqual([true, false, false, true]);
  expect(store.seriesCount).toBe(1);
  expect(values(store, 'up', 2000)).toEqual(['4']);
});

it('shows a series until five minutes after its last sample', () => {
  const store = new TimeSeriesStore({ retentionMs: 1e9 });
  store.append(up, 1000, 1);
  expect([values(store, 'up', 301_000), values(store, 'up', 301_001)]).toEqual([['1'], []]);
});

it('hides a series from its staleness marker on, and shows it again with the next sample', () => {
  const store = new TimeSeriesStore({ retentionMs: 1e9 });
  store.append(up, 1000, 1);
  store.append(up, 2000, undefined);
  store.append(up, 3000, 5);
  expect([1999, 2000, 2999, 3000].map((nowMs) => values(store, 'up', nowMs))).toEqual([['1'], [], [], ['5']]);
  expect(values(store, 'count_over_time(up[10s])', 3000)).toEqual(['2']);
});

it('forgets what is older than its retention, and the series that have nothing left', () => {
  const store = new TimeSeriesStore({ retentionMs: 10_000 });
  store.append({ __name__: 'gone' }, 1000, 1);
  for (let second = 1; second <= 30; second++) store.append(up, second * 1000, second);
  store.prune(30_000);
  expect(store.select([createMatcher('__name__', '=~', '.+')]).map(({ labels, timesMs }) => [labels['__name__'], timesMs[0]])).toEqual([
    ['up', 20_000],
  ]);
});

it('prunes by itself while samples arrive', () => {
  const store = new TimeSeriesStore({ retentionMs: 1000 });
  for (let i = 0; i < 60_000; i++) store.append(up, i, i);
  expect(store.select([createMatcher('__name__', '=', 'up')])[0]!.timesMs.length).toBeLessThan(12_000);
});
