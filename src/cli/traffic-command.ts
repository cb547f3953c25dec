import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { parseDuration } from '../base/duration.ts';
import { LabError } from '../base/errors.ts';
import { generateLoad } from '../traffic/generate-load.ts';
import { reportOfK6 } from '../traffic/k6-report.ts';
import { jsonKey, type LoadReport } from '../traffic/load-report.ts';
import { requireLocal } from '../traffic/send-request.ts';
import { type App, EXIT } from './app.ts';
import { oneOf } from './one-of.ts';
import type { Outcome } from './outcome.ts';

interface Options {
  host?: string;
  rate: string;
  duration: string;
  header?: string;
  with?: string;
  allowRemote?: boolean;
  json?: boolean;
}

/** `canary-lab traffic URL`: load at a constant arrival rate, and which version answered how often. */
export function addTrafficCommand(program: Command, app: App, outcome: Outcome): void {
  program
    .command('traffic <url>')
    .description('send requests at a constant rate and count which version answers')
    .option('--host <name>', 'Host header')
    .option('--rate <number>', 'requests per second', '200')
    .option('--duration <duration>', 'for how long', '10s')
    .option('--header <line>', 'one more header, such as "X-Canary: always"')
    .option('--with <program>', 'k6 or built-in (default: k6 where it is on PATH)')
    .option('--allow-remote', 'let the target be another machine')
    .option('--json', 'the report as JSON')
    .action(async (text: string, options: Options) => {
      const report = await measure(text, options, app);
      if (options.json) app.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
      else app.stdout.write(reportText(report));
      if (report.failed > 0 || report.requests === 0) outcome.exitCode = EXIT.checkFailed;
    });
}

async function measure(text: string, options: Options, app: App): Promise<LoadReport> {
  const badOption = (name: string, value: string, what: string): LabError =>
    new LabError('BAD_OPTION', `${name} is "${value}", which is no ${what}.`, { next: 'See "canary-lab traffic --help".' });
  if (!URL.canParse(text)) throw badOption('The target', text, 'URL');
  const url = new URL(text);
  const ratePerSecond = Number(options.rate);
  if (!(ratePerSecond > 0 && ratePerSecond <= 10_000)) throw badOption('--rate', options.rate, 'number between 0 and 10,000');
  const durationMs = parseDuration(options.duration);
  if (durationMs === undefined || durationMs <= 0) throw badOption('--duration', options.duration, 'duration such as 30s');
  const colon = options.header?.indexOf(':') ?? -1;
  if (options.header !== undefined && colon < 1) throw badOption('--header', options.header, 'header line such as "X-Canary: always"');
  requireLocal(url, options.allowRemote ?? false);
  const wanted = options.with === undefined ? undefined : oneOf('--with', options.with, ['k6', 'built-in']);
  if (wanted === 'k6' || (wanted === undefined && (await app.tools.find('k6')) !== undefined))
    return measureWithK6(url, options, durationMs, app);
  const headers = options.header === undefined ? {} : { [options.header.slice(0, colon)]: options.header.slice(colon + 1).trim() };
  return generateLoad(
    url,
    { ratePerSecond, durationMs, host: options.host, headers, keyOf: jsonKey('version'), allowRemote: options.allowRemote ?? false },
    { clock: app.clock, signal: app.signal },
  );
}

async function measureWithK6(url: URL, { host, rate, header }: Options, durationMs: number, app: App): Promise<LoadReport> {
  const folder = await mkdtemp(path.join(tmpdir(), 'canary-lab-k6-'));
  try {
    const points = path.join(folder, 'points.json');
    const settings = {
      URL: url.href,
      HOST: host ?? url.host,
      RATE: rate,
      DURATION: `${durationMs}ms`,
      ...(header === undefined ? {} : { HEADER: header }),
    };
    const variables = Object.entries(settings).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
    const { exitCode, stderr } = await app.tools.run(
      'k6',
      ['run', '--quiet', '--no-usage-report', '--out', `json=${points}`, ...variables, path.join(app.projectRoot, 'labs/k6/split.js')],
      { signal: app.signal },
    );
    if (exitCode !== 0)
      throw new LabError('K6_FAILED', `k6 ended with exit code ${exitCode}: ${stderr.trim().split('\n').at(-1) ?? ''}`, {
        next: 'Use our own load instead: --with built-in',
      });
    return reportOfK6(await readFile(points, 'utf8'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function reportText({ requests, failed, byStatus, byKey, latency, succeeded }: LoadReport): string {
  const versions = Object.entries(byKey)
    .sort(([, a], [, b]) => b - a)
    .map(
      ([version, count]) =>
        `  ${version === '' ? '(no version)' : version}  ${count}  ${((100 * count) / Math.max(1, succeeded)).toFixed(1)} %\n`,
    )
    .join('');
  const statuses = Object.entries(byStatus)
    .map(([status, count]) => `${status}: ${count}`)
    .join(', ');
  return `${requests} requests, ${failed} failed (${statuses})\n${versions}p50 ${latency.p50Ms.toFixed(1)} ms, p95 ${latency.p95Ms.toFixed(1)} ms, p99 ${latency.p99Ms.toFixed(1)} ms, max ${latency.maxMs.toFixed(1)} ms\n`;
}
