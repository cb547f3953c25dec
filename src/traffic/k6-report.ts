import { type LoadReport, ReportBuilder } from './load-report.ts';

interface Point {
  type: string;
  metric: string;
  data: { time: string; value: number; tags: Record<string, string> };
}

/** Reads the points that k6 writes under `--out json` while it runs labs/k6/split.js: the same figures as our own load gives. */
export function reportOfK6(jsonLines: string): LoadReport {
  const points = jsonLines
    .split('\n')
    .filter((line) => line.includes('"answer_time"'))
    .map((line) => JSON.parse(line) as Point)
    .filter(({ type, metric }) => type === 'Point' && metric === 'answer_time');
  const times = points.map(({ data }) => Date.parse(data.time));
  const builder = new ReportBuilder(times.length === 0 ? 0 : Math.min(...times), ({ body }) => body);
  for (const { data } of points) {
    const status = Number(data.tags['status']);
    const durationMs = data.value;
    builder.add({
      atMs: Date.parse(data.time) - durationMs,
      durationMs,
      status: status === 0 ? undefined : status,
      headers: {},
      body: data.tags['version'] ?? '',
      error: status === 0 ? `k6 error ${data.tags['error'] ?? ''}`.trim() : undefined,
    });
  }
  return builder.report(times.length === 0 ? 0 : Math.max(...times));
}
