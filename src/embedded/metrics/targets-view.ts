import { rfc3339Micro } from '../../base/clock.ts';
import { compareLabels, type Labels } from './labels.ts';
import type { ScrapeLoop } from './scrape-loop.ts';

const durationText = (ms: number): string => (ms % 60_000 === 0 ? `${ms / 60_000}m` : `${ms / 1000}s`);

/** `activeTargets` of `/api/v1/targets`. */
export function activeTargets(loops: readonly ScrapeLoop[]): unknown[] {
  return [...loops]
    .sort((a, b) => compareLabels(a.target.labels, b.target.labels))
    .map(({ target, health, lastError, lastScrapeMs, lastDurationMs }) => ({
      discoveredLabels: target.discovered,
      labels: target.labels,
      scrapePool: target.config.jobName,
      scrapeUrl: target.url,
      globalUrl: target.url,
      lastError,
      lastScrape: lastScrapeMs === 0 ? '0001-01-01T00:00:00Z' : rfc3339Micro(lastScrapeMs),
      lastScrapeDuration: lastDurationMs / 1000,
      health,
      scrapeInterval: durationText(target.config.intervalMs),
      scrapeTimeout: durationText(target.config.timeoutMs),
    }));
}

export function droppedTargets(dropped: readonly { discovered: Labels }[]): unknown[] {
  return dropped.map(({ discovered }) => ({ discoveredLabels: discovered }));
}
