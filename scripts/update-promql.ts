/**
 * Records the answers of a real Prometheus to the queries of test/support/promql-cases.ts in test/fixtures/promql/answers.json. Needs
 * `prometheus` and `promtool` on PATH (Debian: the package prometheus). Listens on 127.0.0.1 only.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { PROMQL_CASES } from '../test/support/promql-cases.ts';
import { promQlOpenMetrics } from '../test/support/promql-samples.ts';

const ADDRESS = '127.0.0.1:19790';
const folder = await mkdtemp(path.join(tmpdir(), 'promql-'));
const file = (name: string): string => path.join(folder, name);
await writeFile(file('samples.om'), promQlOpenMetrics());
await writeFile(file('prometheus.yml'), 'global:\n  evaluation_interval: 1m\n');
await execa('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', file('samples.om'), file('data')]);
const server = execa(
  'prometheus',
  [
    `--config.file=${file('prometheus.yml')}`,
    `--storage.tsdb.path=${file('data')}`,
    '--storage.tsdb.retention.time=100y',
    `--web.listen-address=${ADDRESS}`,
  ],
  { reject: false },
);
try {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (
      await fetch(`http://${ADDRESS}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const {
    data: { version },
  } = (await (await fetch(`http://${ADDRESS}/api/v1/status/buildinfo`)).json()) as { data: { version: string } };
  const answers: unknown[] = [];
  for (const { query, time, range } of PROMQL_CASES) {
    const parameters = new URLSearchParams({
      query,
      ...(range === undefined ? { time: String(time) } : { start: String(range.start), end: String(range.end), step: String(range.step) }),
    });
    const answer = (await (
      await fetch(`http://${ADDRESS}/api/v1/${range === undefined ? 'query' : 'query_range'}?${parameters}`)
    ).json()) as { status: string; data?: unknown; errorType?: string; error?: string };
    answers.push(
      answer.status === 'success'
        ? { query, time, range, data: answer.data }
        : { query, time, range, errorType: answer.errorType, error: answer.error },
    );
  }
  const rows = answers.map((answer) => JSON.stringify(answer)).join(',\n');
  await writeFile(path.resolve('test/fixtures/promql/answers.json'), `{"prometheus":${JSON.stringify(version)},"answers":[\n${rows}\n]}\n`);
  console.log(`${answers.length} answers of Prometheus ${version}`);
} finally {
  server.kill();
  await server;
  await rm(folder, { recursive: true });
}
