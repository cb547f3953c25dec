import { once } from 'node:events';
import { Agent, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { readFaults } from './faults.ts';
import { hashOfPodName, imageTag } from './identity.ts';
import { createSampleApp, type SampleApp, type SampleAppOptions } from './sample-app.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

class ManualClock {
  now = 0;
  #sleepers: { atMs: number; wake: () => void }[] = [];
  nowMs(): number {
    return this.now;
  }
  sleep(delayMs: number): Promise<void> {
    return new Promise((wake) => {
      this.#sleepers.push({ atMs: this.now + delayMs, wake });
    });
  }
  advance(ms: number): void {
    this.now += ms;
    for (const { wake } of this.#sleepers.filter(({ atMs }) => atMs <= this.now)) wake();
    this.#sleepers = this.#sleepers.filter(({ atMs }) => atMs > this.now);
  }
}

function anApp(options: { env?: Record<string, string>; tag?: string; draws?: number[]; use?: SampleAppOptions['use'] } = {}): {
  app: SampleApp;
  clock: ManualClock;
} {
  const clock = new ManualClock();
  const draws = [...(options.draws ?? [])];
  return {
    clock,
    app: createSampleApp({
      env: options.env ?? {},
      tag: options.tag ?? '1.0.0',
      clock,
      random: { next: () => draws.shift() ?? 0.99 },
      use: options.use ?? { memory() {}, cpu() {} },
      log: () => {},
    }),
  };
}

async function serve(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function ask(port: number, path: string, agent?: Agent): Promise<{ status: number; body: string; response: IncomingMessage }> {
  const sent = request({ host: '127.0.0.1', port, path, ...(agent ? { agent } : {}) });
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of response) body += String(chunk);
  return { status: response.statusCode ?? 0, body, response };
}

const identity = {
  KUBERNETES_NODE: 'n1',
  KUBERNETES_NAMESPACE: 'shop',
  KUBERNETES_POD: 'sample-app-7d4b9c6f5-x2z4q',
  KUBERNETES_DEPLOYMENT: 'canary',
};

it('answers /success and /error with who it is', async () => {
  const { app } = anApp({ env: identity });
  const port = await serve(app.server);
  const { status, body } = await ask(port, '/success');
  expect(status).toBe(200);
  expect(JSON.parse(body)).toEqual({
    node: 'n1',
    namespace: 'shop',
    pod: 'sample-app-7d4b9c6f5-x2z4q',
    deployment: 'canary',
    version: '1.0.0',
    podTemplateHash: '7d4b9c6f5',
  });
  expect((await ask(port, '/error')).status).toBe(500);
  expect((await ask(port, '/nowhere')).status).toBe(404);
  expect((await ask(port, '/healthz')).status).toBe(200);
});

it('counts requests by success, from zero for both values', async () => {
  const { app } = anApp({ env: { METRICS_PORT: '9090' } });
  const port = await serve(app.server);
  const metricsPort = await serve(app.metrics!.server);
  await ask(port, '/success');
  await ask(port, '/success');
  const before = await ask(metricsPort, '/monitoring/metrics');
  expect(before.body).toContain('sample_app_requests_count{success="true"} 2\n');
  expect(before.body).toContain('sample_app_requests_count{success="false"} 0\n');
  await ask(port, '/error');
  expect((await ask(metricsPort, '/monitoring/metrics')).body).toContain('sample_app_requests_count{success="false"} 1\n');
});

it('has no metrics server without METRICS_PORT', () => {
  expect(anApp().app.metrics).toBeUndefined();
});

it('shows a page that escapes what the environment says', async () => {
  const { app } = anApp({ env: { KUBERNETES_POD: '<b>' } });
  const { body, response } = await ask(await serve(app.server), '/');
  expect(response.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(body).toContain('&#60;b&#62;');
});

it.each([
  ['1.1.0', {}, { errorShare: 0, latencyMs: 0, slowStartMs: 0, neverReady: false, crashAfterMs: undefined }],
  ['1.1.0-bad', {}, { errorShare: 0.5 }],
  ['slow', {}, { latencyMs: 500, slowStartMs: 0 }],
  ['2.0.0-slow-start', {}, { latencyMs: 0, slowStartMs: 10_000 }],
  ['never-ready', {}, { neverReady: true }],
  ['crash', {}, { crashAfterMs: 1000 }],
  ['leak', {}, { leakMibPerSecond: 16, cpuMsPerRequest: 0 }],
  ['1.1.0-busy', {}, { cpuMsPerRequest: 20, leakMibPerSecond: 0 }],
  ['busy', { FAULT_CPU_MS_PER_REQUEST: '5', FAULT_LEAK_MIB_PER_SECOND: '2' }, { cpuMsPerRequest: 5, leakMibPerSecond: 2 }],
  ['bad', { FAULT_ERROR_SHARE: '25%' }, { errorShare: 0.25 }],
  [
    '1.0.0',
    { FAULT_ERROR_SHARE: '0.1', FAULT_LATENCY_MS: '30', FAULT_SLOW_START_MS: '5', FAULT_NEVER_READY: 'true', FAULT_CRASH_AFTER_MS: '7' },
    { errorShare: 0.1, latencyMs: 30, slowStartMs: 5, neverReady: true, crashAfterMs: 7 },
  ],
])('reads the faults of tag %s with %o', (tag, env, faults) => {
  expect(readFaults(tag, env)).toMatchObject(faults);
});

it('refuses a fault that is no number', () => {
  expect(() => readFaults('1.0.0', { FAULT_LATENCY_MS: 'long' })).toThrow(
    'FAULT_LATENCY_MS must be a number that is not negative, not "long".',
  );
});

it('fails the asked share of successes, by the draw', async () => {
  const { app } = anApp({ env: { FAULT_ERROR_SHARE: '0.5' }, draws: [0.49, 0.5] });
  const port = await serve(app.server);
  expect([(await ask(port, '/success')).status, (await ask(port, '/success')).status]).toEqual([500, 200]);
});

it('spends CPU time for each answer, but for those to probes', async () => {
  let spentMs = 0;
  const { app } = anApp({
    tag: 'busy',
    use: {
      memory() {},
      cpu(ms) {
        spentMs += ms;
      },
    },
  });
  const port = await serve(app.server);
  await ask(port, '/healthz');
  expect(spentMs).toBe(0);
  await ask(port, '/success');
  await ask(port, '/error');
  expect(spentMs).toBe(40);
});

it('keeps more memory with each second until it drains', async () => {
  let held = 0;
  const { app, clock } = anApp({
    tag: 'leak',
    use: {
      memory(mib) {
        held += mib;
      },
      cpu() {},
    },
  });
  for (let second = 0; second < 3; second++) {
    clock.advance(1000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(held).toBe(48);
  await app.drain(0);
  clock.advance(1000);
  await new Promise((resolve) => setImmediate(resolve));
  expect(held).toBeLessThanOrEqual(64);
  clock.advance(1000);
  await new Promise((resolve) => setImmediate(resolve));
  expect(held).toBeLessThanOrEqual(64);
});

it('is not ready while it starts slowly, and never when told so', async () => {
  const { app, clock } = anApp({ tag: 'slow-start' });
  const port = await serve(app.server);
  expect((await ask(port, '/readyz')).status).toBe(503);
  clock.advance(10_000);
  expect((await ask(port, '/readyz')).status).toBe(200);
  const never = await serve(anApp({ tag: 'never-ready' }).app.server);
  expect((await ask(never, '/readyz')).status).toBe(503);
  expect((await ask(never, '/healthz')).status).toBe(200);
});

it('crashes with exit code 1 when its time has come', async () => {
  const { app, clock } = anApp({ tag: 'crash' });
  clock.advance(1000);
  expect(await app.crashed).toBe(1);
});

it('answers what is in flight while it drains, and closes kept-alive connections with their next answer', async () => {
  const { app, clock } = anApp({ env: { FAULT_LATENCY_MS: '100' } });
  const port = await serve(app.server);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const arrived = once(app.server, 'request');
  const slow = ask(port, '/success', agent);
  await arrived;
  let isDrained = false;
  const drained = app.drain(1000).then(() => {
    isDrained = true;
  });
  clock.advance(100);
  const answer = await slow;
  expect(answer.status).toBe(200);
  expect(answer.response.headers.connection).toBe('close');
  expect(isDrained).toBe(false);
  expect((await ask(port, '/readyz')).status).toBe(503);
  await expect
    .poll(() => {
      clock.advance(1000);
      return isDrained;
    })
    .toBe(true);
  await drained;
  agent.destroy();
});

it.each([
  ['sample-app-7d4b9c6f5-x2z4q', '7d4b9c6f5'],
  ['sample-app', ''],
  ['', ''],
])('takes the template hash of Pod name "%s" as "%s"', (pod, hash) => {
  expect(hashOfPodName(pod)).toBe(hash);
});

it.each([
  ['ghcr.io/canary-lab/sample-app:1.2.3', '1.2.3'],
  ['localhost:5000/app', 'latest'],
  ['app:2@sha256:abc', '2'],
])('takes the tag of %s as %s', (reference, tag) => {
  expect(imageTag(reference)).toBe(tag);
});
