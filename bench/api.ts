// Rates of the embedded API server over HTTPS, each beside those of a bare node:https server that echoes answers of the same size
// in the same run: the ratio says what the server costs, whatever else this machine does. Bounded: 16 connections, 127.0.0.1 only.
// Run: npm run bench -- api [SECONDS-PER-PHASE]
import { type ChildProcess, fork } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { silentLog } from '../src/base/log.ts';
import { CertificateAuthority } from '../src/embedded/apiserver/authentication/certificate-authority.ts';
import { startEmbeddedCluster } from '../src/embedded/cluster.ts';

const CONNECTIONS = 16;
const WATCHERS = 50;
/** What a kube-apiserver 1.34 with etcd did on two such cores, per second. */
const REAL = { create: 504, get: 1446, patch: 461, list: 43 };
const PAD = 'x'.repeat(3600);

type Message = Record<string, unknown>;
const next = (child: ChildProcess): Promise<Message> =>
  new Promise((resolve) => {
    child.once('message', (message) => resolve(message as Message));
  });

/** The server's process: the cluster, or the echo. Tells its event-loop delay when asked. */
async function serve(kind: string): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  process.on('message', (message) => {
    if (message === 'delay') {
      process.send!({ p99: delay.percentile(99) / 1e6 });
      delay.reset();
    } else process.exit(0);
  });
  if (kind === 'cluster') {
    const cluster = await startEmbeddedCluster({ seed: 1, ingressPort: 0, log: silentLog });
    const { users } = JSON.parse(cluster.kubeconfig) as { users: { user: { token: string } }[] };
    process.send!({ server: cluster.server, token: users[0]!.user.token, version: cluster.kubernetesVersion });
    return;
  }
  const authority = await CertificateAuthority.create(Date.now());
  const identity = await authority.issueServer({ dns: ['localhost'], ips: ['127.0.0.1'] }, Date.now());
  const watchers = new Set<ServerResponse>();
  const server = https.createServer({ key: identity.privateKeyPem, cert: identity.certificatePem }, (request, response) => {
    if (request.url!.includes('watch=')) {
      response.writeHead(200);
      response.flushHeaders();
      watchers.add(response);
      response.on('close', () => watchers.delete(response));
      return;
    }
    const size = request.url!.includes('limit=') ? 500 * 4000 : 4000;
    request.resume();
    request.on('end', () => {
      response.writeHead(request.method === 'POST' ? 201 : 200, { 'Content-Type': 'application/json', 'Content-Length': size });
      response.end(Buffer.alloc(size, 120));
      if (request.method === 'PATCH') for (const watcher of watchers) watcher.write(Buffer.alloc(4000, 120));
    });
  });
  server.listen(0, '127.0.0.1', () =>
    process.send!({ server: `https://127.0.0.1:${(server.address() as { port: number }).port}`, token: 'none' }),
  );
}

class Client {
  readonly #url: URL;
  readonly #token: string;
  readonly #agent = new https.Agent({ keepAlive: true, maxSockets: 256, rejectUnauthorized: false });

  constructor(server: string, token: string) {
    this.#url = new URL(server);
    this.#token = token;
  }

  open(method: string, path: string, body?: unknown, type = 'application/json'): Promise<IncomingMessage> {
    const data = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${this.#token}`,
        accept: 'application/json',
        ...(data === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(data) }),
      };
      const request = https.request({ host: this.#url.hostname, port: this.#url.port, method, path, agent: this.#agent, headers }, resolve);
      request.on('error', reject);
      request.end(data);
    });
  }

  async call(method: string, path: string, body?: unknown, type?: string): Promise<void> {
    const response = await this.open(method, path, body, type);
    for await (const _ of response);
    if (response.statusCode! >= 300) throw new Error(`${method} ${path}: ${response.statusCode}`);
  }
}

const SECONDS = Number(process.argv[3] ?? 3);
const quantile = (values: number[], part: number): number => [...values].sort((a, b) => a - b)[Math.floor(values.length * part)] ?? 0;

async function phase(work: () => Promise<void>): Promise<{ rate: number; p50: number; p99: number }> {
  const latencies: number[] = [];
  const begin = performance.now();
  const end = begin + SECONDS * 1000;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (performance.now() < end) {
        const at = performance.now();
        await work();
        latencies.push(performance.now() - at);
      }
    }),
  );
  return { rate: latencies.length / ((performance.now() - begin) / 1000), p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) };
}

async function measure(): Promise<void> {
  const start = async (kind: string): Promise<{ child: ChildProcess; client: Client }> => {
    const child = fork(import.meta.filename, ['serve', kind], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const { server, token } = (await next(child)) as { server: string; token: string };
    return { child, client: new Client(server, token) };
  };
  const cluster = await start('cluster');
  const echo = await start('echo');
  const base = '/api/v1/namespaces/bench/configmaps';
  await cluster.client.call('POST', '/api/v1/namespaces', { metadata: { name: 'bench' } });
  const made = new Map<Client, number>();
  const any = (client: Client): string => `${base}/c-${Math.floor(Math.random() * (made.get(client) ?? 1))}`;
  const works: [keyof typeof REAL, (client: Client) => Promise<void>][] = [
    [
      'create',
      (client) => {
        const n = made.get(client) ?? 0;
        made.set(client, n + 1);
        return client.call('POST', base, { metadata: { name: `c-${n}` }, data: { pad: PAD } });
      },
    ],
    ['get', (client) => client.call('GET', any(client))],
    ['patch', (client) => client.call('PATCH', any(client), { data: { k: String(Math.random()) } }, 'application/merge-patch+json')],
    ['list', (client) => client.call('GET', `${base}?limit=500`)],
  ];
  console.log('phase    rate/s   echo/s  of echo  x real   p50 ms  p99 ms');
  for (const [name, work] of works) {
    const bare = await phase(() => work(echo.client));
    const own = await phase(() => work(cluster.client));
    console.log(
      `${name.padEnd(8)} ${own.rate.toFixed(0).padStart(6)} ${bare.rate.toFixed(0).padStart(8)} ${(own.rate / bare.rate).toFixed(2).padStart(8)} ${(own.rate / REAL[name]).toFixed(1).padStart(7)} ${own.p50.toFixed(1).padStart(8)} ${own.p99.toFixed(1).padStart(7)}`,
    );
  }
  // In turns: what one machine takes for fifty encrypted answers varies more than what is measured.
  const rounds: { own: Latencies; bare: Latencies }[] = [];
  for (let round = 0; round < 3; round++)
    rounds.push({ bare: await watchLatency(echo.client, base), own: await watchLatency(cluster.client, base) });
  const median = (of: (round: (typeof rounds)[number]) => number): string => quantile(rounds.map(of), 0.5).toFixed(1);
  console.log(
    `watch    ${WATCHERS} watchers: p50 ${median(({ own }) => own.p50)} ms, p99 ${median(({ own }) => own.p99)} ms; echo: p50 ${median(({ bare }) => bare.p50)} ms, p99 ${median(({ bare }) => bare.p99)} ms`,
  );
  cluster.child.send('delay');
  console.log(`event-loop delay p99 ${((await next(cluster.child))['p99'] as number).toFixed(1)} ms under the bench`);
  for (let i = 0; i < 10; i++)
    await Promise.allSettled([
      cluster.client.call('POST', base, { metadata: { name: 'big' }, data: { pad: 'x'.repeat(10 * 1024 * 1024) } }),
    ]);
  cluster.child.send('delay');
  console.log(`event-loop delay p99 ${((await next(cluster.child))['p99'] as number).toFixed(1)} ms under bodies of 10 MB`);
  cluster.child.send('end');
  echo.child.send('end');
}

interface Latencies {
  p50: number;
  p99: number;
}

/** Milliseconds from the sending of a patch to its arrival at each watcher. */
async function watchLatency(client: Client, base: string): Promise<Latencies> {
  const latencies: number[] = [];
  const watches: IncomingMessage[] = [];
  let sentAt = 0;
  const name = `w-${performance.now().toFixed(0)}`;
  await client.call('POST', base, { metadata: { name }, data: { pad: PAD } });
  for (let i = 0; i < WATCHERS; i++) {
    const response = await client.open('GET', `${base}?watch=true&resourceVersion=0&fieldSelector=metadata.name%3D${name}`);
    response.on('data', () => {
      if (sentAt > 0) latencies.push(performance.now() - sentAt);
    });
    response.on('error', () => {});
    watches.push(response);
  }
  for (let i = 0; i < 50; i++) {
    await new Promise((resolve) => {
      setTimeout(resolve, 40);
    });
    sentAt = performance.now();
    await client.call('PATCH', `${base}/${name}`, { data: { k: String(i) } }, 'application/merge-patch+json');
  }
  for (const watch of watches) watch.destroy();
  return { p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) };
}

if (process.argv[2] === 'serve') await serve(process.argv[3]!);
else {
  await measure();
  process.exit(0);
}
