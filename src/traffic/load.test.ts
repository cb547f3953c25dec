import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hostClock, nextTurn } from '../base/clock.ts';
import { startBackgroundProbe } from './background-probe.ts';
import { generateLoad } from './generate-load.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import { jsonKey } from './load-report.ts';

let server: http.Server;
let target: URL;
let connections: number;
let hosts: Set<string>;
let statusFor: (count: number) => number;
let end: AbortController;

beforeEach(async () => {
  connections = 0;
  hosts = new Set();
  statusFor = () => 200;
  end = new AbortController();
  let count = 0;
  server = http.createServer((request, response) => {
    count += 1;
    hosts.add(`${request.headers.host}${request.url}`);
    response.statusCode = statusFor(count);
    if (response.statusCode === 0 || statusFor(count) === 444) {
      request.socket.destroy();
      return;
    }
    response.end(JSON.stringify({ podTemplateHash: count % 4 === 0 ? 'new' : 'old' }));
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  target = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});
afterEach(async () => {
  end.abort();
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
});
const ctx = () => ({ clock: hostClock, signal: end.signal });
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await nextTurn();
}

it('counts answers by a field of their JSON, over as many connections as there are clients', async () => {
  const report = await generateLoad(
    target,
    { concurrency: 4, requests: 200, host: 'sample.app', path: '/api?x=1', keyOf: jsonKey('podTemplateHash') },
    ctx(),
  );
  expect(report).toMatchObject({
    requests: 200,
    succeeded: 200,
    failed: 0,
    byStatus: { 200: 200 },
    byKey: { old: 150, new: 50 },
    failures: [],
  });
  expect(connections).toBe(4);
  expect([...hosts]).toEqual(['sample.app/api?x=1']);
  expect(report.latency.p50Ms).toBeLessThanOrEqual(report.latency.p99Ms);
});

it('sends at the rate that was asked for', async () => {
  const report = await generateLoad(target, { ratePerSecond: 400, durationMs: 250 }, ctx());
  expect(report.requests).toBe(100);
  expect(report.durationMs).toBeGreaterThanOrEqual(240);
});

it('records every status outside 200-299 and every broken connection with its time', async () => {
  statusFor = (count) => (count === 3 ? 503 : count === 5 ? 444 : 200);
  const report = await generateLoad(target, { concurrency: 1, requests: 10 }, ctx());
  expect(report).toMatchObject({ requests: 10, succeeded: 8, failed: 2, byStatus: { 200: 8, 503: 1, ECONNRESET: 1 } });
  expect(report.failures.map(({ status, error }) => [status, error])).toEqual([
    [503, undefined],
    [undefined, 'ECONNRESET'],
  ]);
  expect(report.failures[0]!.atMs).toBeGreaterThanOrEqual(report.startedAtMs);
});

it('says so when nothing listens', async () => {
  const { port } = target;
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  await expect(generateLoad(new URL(`http://127.0.0.1:${port}`), { concurrency: 2, requests: 50 }, ctx())).rejects.toMatchObject({
    code: 'TARGET_UNREACHABLE',
  });
  server = http.createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
});

it('refuses a target that is not this machine', async () => {
  await expect(generateLoad(new URL('http://192.0.2.1/'), { concurrency: 1, requests: 1 }, ctx())).rejects.toMatchObject({
    code: 'TARGET_NOT_LOCAL',
  });
  expect(() => startBackgroundProbe(new URL('http://localhost.example/'), { ratePerSecond: 1 }, ctx())).toThrow('is not this machine');
});

it('probes at a constant rate until it is stopped, and reports each failure', async () => {
  statusFor = (count) => (count === 2 ? 502 : 200);
  const seen: number[] = [];
  const probe = startBackgroundProbe(
    target,
    { ratePerSecond: 200, host: 'sample.app', onResult: ({ status }) => seen.push(status ?? 0) },
    ctx(),
  );
  await until(() => seen.length >= 10);
  expect(probe.peek().requests).toBeGreaterThanOrEqual(10);
  const report = await probe.stop();
  expect(report.requests).toBe(seen.length);
  expect(report.failures.map(({ status }) => status)).toEqual([502]);
  const after = seen.length;
  await nextTurn();
  expect([seen.length, await probe.stop()]).toEqual([after, report]);
});

it('catches up: one more request is sent, and all that were under way have been answered', async () => {
  const probe = startBackgroundProbe(target, { ratePerSecond: 0.001, host: 'sample.app' }, ctx());
  await probe.catchUp();
  expect(probe.peek().requests).toBe(2);
  await probe.stop();
  await probe.catchUp();
  expect(probe.peek().requests).toBe(2);
});

it('keeps percentiles within 5 % of the truth', () => {
  const histogram = new LatencyHistogram();
  for (let ms = 1; ms <= 1000; ms++) histogram.record(ms);
  for (const q of [0.5, 0.95, 0.99]) {
    expect(histogram.percentile(q)).toBeGreaterThanOrEqual(q * 1000);
    expect(histogram.percentile(q)).toBeLessThan(q * 1000 * 1.06);
  }
  expect(histogram.maxMs).toBe(1000);
  expect(new LatencyHistogram().percentile(0.5)).toBe(0);
});

it('counts the time that a request waits to be sent when the sender falls behind', async () => {
  hostClock.after(50, () => {
    const until = performance.now() + 120;
    while (performance.now() < until);
  });
  const report = await generateLoad(target, { ratePerSecond: 500, durationMs: 200 }, ctx());
  expect(report.requests).toBe(100);
  // About 60 of the 100 were due while nothing could be sent.
  expect(report.latency.p95Ms).toBeGreaterThan(60);
});
