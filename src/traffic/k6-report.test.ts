import { expect, it } from 'vitest';
import { reportOfK6 } from './k6-report.ts';

const point = (second: number, value: number, tags: Record<string, string>): string =>
  JSON.stringify({ type: 'Point', metric: 'answer_time', data: { time: `2024-01-01T00:00:0${second}.000000Z`, value, tags } });

it('counts answers by version and failures by status from the points of k6', () => {
  const report = reportOfK6(
    [
      JSON.stringify({ type: 'Metric', metric: 'answer_time', data: { name: 'answer_time', type: 'trend' } }),
      point(0, 2, { status: '200', version: '1.0.0', error: '' }),
      point(1, 3, { status: '200', version: '2.0.0', error: '' }),
      point(2, 4, { status: '503', version: '', error: '1503' }),
      point(3, 1, { status: '0', version: '', error: '1212' }),
      JSON.stringify({ type: 'Point', metric: 'http_reqs', data: { time: '2024-01-01T00:00:00Z', value: 1, tags: {} } }),
      '',
    ].join('\n'),
  );
  expect(report).toMatchObject({
    requests: 4,
    succeeded: 2,
    failed: 2,
    byStatus: { 200: 2, 503: 1, 'k6 error 1212': 1 },
    byKey: { '1.0.0': 1, '2.0.0': 1 },
    durationMs: 3000,
  });
});

it('is empty when k6 wrote nothing', () => {
  expect(reportOfK6('')).toMatchObject({ requests: 0, failed: 0 });
});
