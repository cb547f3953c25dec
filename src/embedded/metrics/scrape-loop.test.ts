import { afterEach, beforeEach, expect, it } from 'vitest';
import { Activity } from '../../base/activity.ts';
import { hostClock } from '../../base/clock.ts';
import { VirtualClock } from '../../base/virtual-clock.ts';
import { instantQuery } from './promql/query.ts';
import { SCRAPE_DEFAULTS, scrapeConfig } from './scrape-config.ts';
import { ScrapeLoop } from './scrape-loop.ts';
import { scrapeTarget } from './scrape-target.ts';
import { TimeSeriesStore } from './time-series-store.ts';

let clock: VirtualClock;
let loop: ScrapeLoop;
let store: TimeSeriesStore;
let answer: { status: number; text: string } | Error;
let scrapesMs: number[];

beforeEach(() => {
  const activity = new Activity();
  clock = new VirtualClock({ host: hostClock, activity, rate: 0, startMs: 1_700_000_000_000 });
  store = new TimeSeriesStore({ retentionMs: 3_600_000 });
  scrapesMs = [];
  answer = { status: 200, text: 'a 1\nb{x="y"} 2\n' };
  const target = scrapeTarget(scrapeConfig({ jobName: 'job', intervalMs: 15_000 }, SCRAPE_DEFAULTS), { __address__: '10.0.0.1:80' })!;
  loop = new ScrapeLoop(target, {
    clock,
    hostClock,
    activity,
    store,
    async fetch() {
      scrapesMs.push(clock.nowMs());
      if (answer instanceof Error) throw answer;
      const { status, text } = answer;
      return { status, text: () => Promise.resolve(text) };
    },
  });
  loop.start();
});
afterEach(() => {
  loop.stop();
  clock.stop();
});

const advance = (ms: number): Promise<void> => clock.advanceTo(clock.nowMs() + ms);
const values = (query: string): Record<string, string> =>
  Object.fromEntries(
    (instantQuery(store, query, clock.nowMs()).result as { metric: Record<string, string>; value: [number, string] }[]).map(
      ({ metric, value }) => [metric['__name__'] ?? '', value[1]],
    ),
  );

it('scrapes at once and then at its interval of cluster time', async () => {
  await advance(60_000);
  expect(scrapesMs.map((ms) => ms - 1_700_000_000_000)).toEqual([0, 15_000, 30_000, 45_000, 60_000]);
});

it('reports on itself', async () => {
  await advance(0);
  expect(values('{job="job"}')).toEqual({
    a: '1',
    b: '2',
    up: '1',
    scrape_duration_seconds: '0',
    scrape_samples_scraped: '2',
    scrape_samples_post_metric_relabeling: '2',
    scrape_series_added: '2',
  });
  await advance(15_000);
  expect(values('scrape_series_added')).toEqual({ scrape_series_added: '0' });
});

it('lets a series that is no longer exposed go stale', async () => {
  await advance(0);
  answer = { status: 200, text: 'a 3\n' };
  await advance(15_000);
  expect([values('a'), values('b')]).toEqual([{ a: '3' }, {}]);
});

it.each([
  {
    fact: 'a refused connection',
    failure: new Error('connect ECONNREFUSED 10.0.0.1:80'),
    text: 'Get "http://10.0.0.1:80/metrics": connect ECONNREFUSED 10.0.0.1:80',
  },
  { fact: 'a status other than 200', failure: { status: 503, text: '' }, text: 'server returned HTTP status 503' },
  { fact: 'a text that is no metrics', failure: { status: 200, text: '<html>' }, text: 'expected a metric name in "<html>"' },
])('says up 0 and lets everything go stale after $fact', async ({ failure, text }) => {
  await advance(0);
  answer = failure;
  await advance(15_000);
  expect(values('{job="job"}')).toMatchObject({ up: '0', scrape_samples_scraped: '0' });
  expect(values('{__name__=~"a|b"}')).toEqual({});
  expect([loop.health, loop.lastError]).toEqual(['down', text]);
});

it('leaves nothing fresh when its target goes', async () => {
  await advance(20_000);
  loop.stop();
  await advance(1000);
  expect(values('{job="job"}')).toEqual({});
  await advance(60_000);
  expect(scrapesMs).toHaveLength(2);
});
