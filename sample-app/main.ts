// The container's entry point. In the embedded cluster src/embedded/images/sample-app.ts takes this place.
import { once } from 'node:events';
import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSampleApp } from './sample-app.ts';

/** Endpoints are withdrawn while the stop signal is already here: keep answering for this long. */
const LINGER_MS = 5000;

const held: Buffer[] = [];

const app = createSampleApp({
  env: process.env,
  tag: process.env.APP_VERSION ?? 'latest',
  clock: { nowMs: () => Date.now(), sleep: (delayMs, signal) => sleep(delayMs, undefined, signal ? { signal } : {}) },
  random: { next: () => Math.random() },
  use: {
    // Filled, for a page that was never written to costs nothing.
    memory: (mib) => void held.push(Buffer.alloc(mib * 1024 ** 2, 1)),
    cpu(ms) {
      const endMs = performance.now() + ms;
      while (performance.now() < endMs);
    },
  },
  log: (line) => process.stdout.write(`${line}\n`),
});

async function listen(server: Server, port: number): Promise<void> {
  // All interfaces unless HTTP_HOST narrows it: a Pod is reached from outside its container.
  server.listen(port, process.env.HTTP_HOST);
  await once(server, 'listening');
  process.stdout.write(`listening on ${port}\n`);
}

await listen(app.server, app.port);
if (app.metrics !== undefined) await listen(app.metrics.server, app.metrics.port);
const stop = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
  .then(() => app.drain(LINGER_MS))
  .then(() => 0);
process.exit(await Promise.race([stop, app.crashed]));
