import type { Activity } from '../../base/activity.ts';
import type { Clock, Timer } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { parseExposition } from './exposition.ts';
import { type Labels, labelsKey, METRIC_NAME } from './labels.ts';
import { relabel } from './relabel.ts';
import { type ScrapeTarget, sampleLabels } from './scrape-target.ts';
import type { TimeSeriesStore } from './time-series-store.ts';

export interface ScrapeDeps {
  /** The cluster's time: when to scrape, and the time of the samples. */
  clock: Clock;
  /** Real time, for the timeout of a scrape. */
  hostClock: Clock;
  activity: Activity;
  store: TimeSeriesStore;
  fetch(url: string, init: { headers: Record<string, string>; signal: AbortSignal }): Promise<{ status: number; text(): Promise<string> }>;
}

/** Scrapes one target at once and then at its interval, until it is stopped. */
export class ScrapeLoop {
  readonly target: ScrapeTarget;
  health: 'unknown' | 'up' | 'down' = 'unknown';
  lastError = '';
  lastScrapeMs = 0;
  lastDurationMs = 0;
  readonly #deps: ScrapeDeps;
  #timer: Timer | undefined;
  #isStopped = false;
  #present = new Map<string, Labels>();

  constructor(target: ScrapeTarget, deps: ScrapeDeps) {
    this.target = target;
    this.#deps = deps;
  }

  start(): void {
    this.#schedule(0);
  }

  /** Ends the loop; every series of the target goes stale now. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#timer?.cancel();
    const nowMs = Math.max(this.#deps.clock.nowMs(), this.lastScrapeMs + 1);
    for (const labels of this.#present.values()) this.#deps.store.append(labels, nowMs, undefined);
  }

  #schedule(delayMs: number): void {
    this.#timer = this.#deps.clock.after(delayMs, () => {
      const dueMs = this.#deps.clock.nowMs();
      void this.#deps.activity
        .during(`scrape ${this.target.url}`, () => this.scrape())
        .finally(() => {
          if (!this.#isStopped) this.#schedule(Math.max(0, dueMs + this.target.config.intervalMs - this.#deps.clock.nowMs()));
        });
    });
  }

  /** One scrape. Never rejects: a failure is `up` 0 and stale series. */
  async scrape(): Promise<void> {
    const { clock, hostClock, store } = this.#deps;
    const atMs = clock.nowMs();
    const ending = new AbortController();
    const timeout = hostClock.after(this.target.config.timeoutMs, () => ending.abort(new Error('context deadline exceeded')));
    let text = '';
    let failure = '';
    try {
      const response = await this.#deps.fetch(this.target.url, {
        headers: { accept: 'text/plain;version=0.0.4;q=1,*/*;q=0.1', 'user-agent': 'Prometheus/2.48.0' },
        signal: ending.signal,
      });
      if (response.status !== 200) failure = `server returned HTTP status ${response.status}`;
      else text = await response.text();
    } catch (error) {
      failure = ending.signal.aborted ? 'context deadline exceeded' : `Get ${JSON.stringify(this.target.url)}: ${messageOf(error)}`;
    } finally {
      timeout.cancel();
    }
    if (this.#isStopped) return;
    const seen = new Map<string, Labels>();
    let [scraped, added] = [0, 0];
    const { config, labels: targetLabels } = this.target;
    if (failure === '') {
      try {
        for (const sample of parseExposition(text)) {
          scraped += 1;
          const labels = relabel(sampleLabels(sample.labels, targetLabels, config.honorLabels), config.metricRelabel);
          if (labels === undefined) continue;
          const key = labelsKey(labels);
          const hasOwnTime = config.honorTimestamps && sample.timeMs !== undefined;
          store.append(labels, hasOwnTime ? sample.timeMs! : atMs, sample.value);
          if (!this.#present.has(key)) added += 1;
          seen.set(key, labels);
        }
      } catch (error) {
        failure = messageOf(error);
        scraped = 0;
      }
    }
    if (failure !== '') seen.clear();
    const samples = seen.size;
    const durationMs = clock.nowMs() - atMs;
    const report = {
      up: failure === '' ? 1 : 0,
      scrape_duration_seconds: durationMs / 1000,
      scrape_samples_scraped: scraped,
      scrape_samples_post_metric_relabeling: samples,
      scrape_series_added: added,
    };
    for (const [name, value] of Object.entries(report)) {
      const labels = { ...targetLabels, [METRIC_NAME]: name };
      store.append(labels, atMs, value);
      seen.set(labelsKey(labels), labels);
    }
    // The target's own series stay through a failure, so that `up` can say 0.
    for (const [key, labels] of this.#present) if (!seen.has(key)) store.append(labels, atMs, undefined);
    this.#present = seen;
    this.health = failure === '' ? 'up' : 'down';
    this.lastError = failure;
    this.lastScrapeMs = atMs;
    this.lastDurationMs = durationMs;
  }
}
