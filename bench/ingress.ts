/**
 * `npm run bench -- ingress [ROUNDS] [SECONDS]`: our data plane with all rules, metrics and access log on, against nginx as a reverse proxy
 * and http-proxy-3, in turns in one run. All have the same upstream and the same 64 connections; each proxy is alone on core 0 where
 * `taskset` exists, load and upstream share core 1. Ratios are medians over the rounds.
 *
 * nginx and wrk are used when they are on PATH (Debian: `apt-get install nginx-light wrk`); without wrk a load generator of this folder
 * takes its place, without nginx its column is left out. Everything listens on 127.0.0.1.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hostClock } from '../src/base/clock.ts';
import { CLUSTER_MEMORY_FLAGS } from '../src/embedded/memory-flags.ts';
import { generateLoad } from '../src/traffic/generate-load.ts';
import { jsonKey } from '../src/traffic/load-report.ts';

const ROUNDS = Number(process.argv[3] ?? 5);
const SECONDS = Number(process.argv[4] ?? 2);
const CONNECTIONS = 64;
const parts = path.join(import.meta.dirname, 'ingress-parts');

async function onPath(name: string): Promise<boolean> {
  for (const folder of [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin'])
    if (
      await access(path.join(folder, name), constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return true;
  return false;
}
const [hasNginx, hasWrk, hasTaskset] = [await onPath('nginx'), await onPath('wrk'), await onPath('taskset')];
const folder = await mkdtemp(path.join(tmpdir(), 'bench-ingress-'));
const children: ChildProcess[] = [];

function start(core: number, command: string, args: readonly string[]): ChildProcess {
  const [program, argv] = hasTaskset ? ['taskset', ['-c', String(core), command, ...args]] : [command, [...args]];
  const child = spawn(program, argv, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` },
  });
  children.push(child);
  return child;
}

/** Starts a part of this folder; it prints its port. */
async function part(core: number, name: string, ...args: string[]): Promise<{ port: number; pid: number }> {
  // Under the options that a cluster's process has.
  const flags = name === 'ingress' ? CLUSTER_MEMORY_FLAGS : [];
  const child = start(core, process.execPath, [...flags, path.join(parts, `${name}.ts`), ...args]);
  const port = await new Promise<number>((resolve) => {
    child.stdout!.once('data', (chunk: Buffer) => resolve(Number(String(chunk).trim())));
  });
  return { port, pid: child.pid! };
}

/** Starts nginx with one worker and this `http` block; the worker's id is what is measured. */
async function nginx(name: string, core: number, port: number, http: string): Promise<{ port: number; pid: number }> {
  const home = path.join(folder, name);
  await mkdir(home);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${home};`).join(' ');
  await writeFile(
    path.join(home, 'nginx.conf'),
    `daemon off; worker_processes 1; pid ${home}/nginx.pid; error_log ${home}/error.log; events { worker_connections 4096; } http { ${temporary} keepalive_requests 1000000; ${http} }`,
  );
  start(core, 'nginx', ['-p', home, '-c', path.join(home, 'nginx.conf')]);
  for (let attempt = 0; attempt < 200; attempt++) {
    const master = Number(await readFile(path.join(home, 'nginx.pid'), 'utf8').catch(() => '0'));
    const worker = master === 0 ? '' : await readFile(`/proc/${master}/task/${master}/children`, 'utf8').catch(() => '');
    if (worker.trim() !== '') return { port, pid: Number(worker.trim().split(' ')[0]) };
    await hostClock.sleep(20);
  }
  throw new Error(`nginx did not start: ${await readFile(path.join(home, 'error.log'), 'utf8')}`);
}

/** nginx as upstream where it exists: one that is slower than a proxy would flatter the proxy that makes it wait the least. */
const nginxUpstream = (): Promise<{ port: number; pid: number }> =>
  nginx(
    'upstream',
    1,
    18_730,
    `access_log off; server { listen 127.0.0.1:18730; default_type application/json; location / { return 200 '${JSON.stringify({ pod: 'bench', padding: 'x'.repeat(1000) })}'; } }`,
  );

const nginxProxy = (upstream: number): Promise<{ port: number; pid: number }> =>
  nginx(
    'proxy',
    0,
    18_731,
    `
  access_log ${folder}/access.log combined;
  upstream pods { server 127.0.0.1:${upstream}; keepalive 320; keepalive_requests 1000000; }
  server { listen 127.0.0.1:18731; location / {
    proxy_pass http://pods; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host; proxy_buffering off;
    proxy_set_header X-Request-ID $request_id; proxy_set_header X-Real-IP $remote_addr; proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Host $http_host;
    proxy_set_header X-Forwarded-Port $server_port; proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-Scheme $scheme; proxy_set_header X-Scheme $scheme;
  } }`,
  );

const TICK_MS = process.platform === 'linux' ? 1000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })) : 0;
/** CPU time of a process so far and its resident memory, from /proc. */
async function usage(pid: number): Promise<{ cpuMs: number; rssMb: number }> {
  const stat = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]!.split(' ');
  const rss = /VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))![1];
  return { cpuMs: (Number(stat[11]) + Number(stat[12])) * TICK_MS, rssMb: Number(rss) / 1024 };
}

interface Load {
  requests: number;
  p50Ms: number;
  p99Ms: number;
}
const milliseconds = (text: string): number => Number.parseFloat(text) * (text.endsWith('us') ? 0.001 : text.endsWith('ms') ? 1 : 1000);

async function load(port: number): Promise<Load> {
  const [command, args] = hasWrk
    ? ([
        'wrk',
        ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, '--latency', '-H', 'Host: a.test', `http://127.0.0.1:${port}/api/items`],
      ] as const)
    : ([process.execPath, [path.join(parts, 'load.ts'), String(port), String(SECONDS), String(CONNECTIONS)]] as const);
  const child = start(1, command, args);
  let text = '';
  child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await new Promise((resolve) => {
    child.once('close', resolve);
  });
  if (!hasWrk) return JSON.parse(text) as Load;
  if (/Non-2xx|Socket errors/.test(text)) throw new Error(text);
  return {
    requests: Number(/(\d+) requests in/.exec(text)![1]),
    p50Ms: milliseconds(/50%\s+(\S+)/.exec(text)![1]!),
    p99Ms: milliseconds(/99%\s+(\S+)/.exec(text)![1]!),
  };
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

try {
  const upstream = hasNginx ? await nginxUpstream() : await part(1, 'upstream');
  const proxies = new Map([
    ['canary-lab', await part(0, 'ingress', String(upstream.port))],
    ...(hasNginx ? [['nginx', await nginxProxy(upstream.port)] as const] : []),
    ['http-proxy-3', await part(0, 'http-proxy-3', String(upstream.port))],
  ]);
  if (!hasNginx) console.log('nginx is not on PATH; install it (Debian: apt-get install nginx-light) to compare with it.');
  const rows = new Map(
    [...proxies.keys()].map((name) => [name, [] as { perSecond: number; cpuUs: number; p50Ms: number; p99Ms: number }[]]),
  );
  const memory = new Map<string, number>();
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, { port, pid }] of proxies) {
      const before = await usage(pid);
      const { requests, p50Ms, p99Ms } = await load(port);
      const after = await usage(pid);
      memory.set(name, after.rssMb);
      // The first round warms up.
      if (round > 0)
        rows.get(name)!.push({ perSecond: requests / SECONDS, cpuUs: ((after.cpuMs - before.cpuMs) * 1000) / requests, p50Ms, p99Ms });
    }
  }
  console.log(
    `${ROUNDS} rounds of ${SECONDS} s, ${CONNECTIONS} connections, load by ${hasWrk ? 'wrk' : 'this folder'}${hasTaskset ? ', proxy pinned to core 0' : ', nothing pinned'}; medians`,
  );
  const of = (name: string, field: 'perSecond' | 'cpuUs' | 'p50Ms' | 'p99Ms'): number => median(rows.get(name)!.map((row) => row[field]));
  for (const name of proxies.keys())
    console.log(
      `${name.padEnd(14)} ${of(name, 'perSecond').toFixed(0).padStart(7)} req/s  ${(1e6 / of(name, 'cpuUs')).toFixed(0).padStart(6)} req/s per core of CPU  ${of(name, 'cpuUs').toFixed(1).padStart(6)} us CPU a request  p50 ${of(name, 'p50Ms').toFixed(2)} ms  p99 ${of(name, 'p99Ms').toFixed(2)} ms  RSS ${memory.get(name)!.toFixed(0)} MB`,
    );
  /** The median of the quotients of each round: what slows the machine slows both. */
  const ratio = (other: string, field: 'perSecond' | 'cpuUs' | 'p99Ms'): string =>
    median(rows.get('canary-lab')!.map((row, round) => row[field] / rows.get(other)![round]![field])).toFixed(2);
  /** The quotient of the rounds with the least CPU a request: other work on the machine can only add to it. */
  const best = (name: string): number => Math.min(...rows.get(name)!.map(({ cpuUs }) => cpuUs));
  if (hasNginx)
    console.log(
      `against nginx         CPU a request, best rounds ${(best('canary-lab') / best('nginx')).toFixed(2)} x (${best('canary-lab').toFixed(1)} us to ${best('nginx').toFixed(1)} us)`,
    );
  if (hasNginx)
    console.log(
      `against nginx         CPU a request ${ratio('nginx', 'cpuUs')} x (target 1.5, goal 1.2)   throughput ${ratio('nginx', 'perSecond')} x (target 0.8)   p99 ${ratio('nginx', 'p99Ms')} x (target 2)`,
    );
  console.log(
    `against http-proxy-3  throughput ${ratio('http-proxy-3', 'perSecond')} x (target 3)   CPU a request ${ratio('http-proxy-3', 'cpuUs')} x   p99 ${ratio('http-proxy-3', 'p99Ms')} x`,
  );
  const beganMs = performance.now();
  const report = await generateLoad(
    new URL(`http://127.0.0.1:${proxies.get('canary-lab')!.port}`),
    { concurrency: 32, requests: 10_000, host: 'a.test', path: '/api/items', keyOf: jsonKey('pod') },
    { clock: hostClock, signal: new AbortController().signal },
  );
  console.log(
    `10,000 requests checked in ${((performance.now() - beganMs) / 1000).toFixed(2)} s (target 2), ${report.failed} failed, answered by ${Object.keys(report.byKey).join(', ')}`,
  );
} finally {
  // nginx' worker ends with its master.
  for (const child of children) child.kill();
  await rm(folder, { recursive: true, force: true });
}
