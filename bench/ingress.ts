// Throughput of the ingress data plane on this machine: the proxy in this process, upstream and load in two others. Bounded: 64
// connections, 127.0.0.1 only. With nginx, wrk and taskset on PATH the comparison of design §8 can be added beside it.
import { fork } from 'node:child_process';
import net, { type AddressInfo, type Socket } from 'node:net';
import { hostClock } from '../src/base/clock.ts';
import { seededRandom } from '../src/base/random.ts';
import { buildConfiguration } from '../src/ingress/build-configuration.ts';
import { accessLineFormatter } from '../src/ingress/proxy/access-record.ts';
import { RequestMetrics } from '../src/ingress/controller/request-metrics.ts';
import { IngressProxy } from '../src/ingress/proxy/ingress-proxy.ts';

const CONNECTIONS = 64;
const SECONDS = Number(process.argv[3] ?? 4);
const BODY = JSON.stringify({ pod: 'bench', padding: 'x'.repeat(1000) });
const ANSWER = Buffer.from(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`);

function runUpstream(): void {
  const server = net.createServer((socket) => {
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('data', () => socket.write(ANSWER));
  });
  server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as AddressInfo).port }));
}

function runLoad(): void {
  process.on('message', ({ port }: { port: number }) => {
    const latencies: number[] = [];
    const sockets: Socket[] = [];
    let stopped = false;
    const request = 'GET /api/items HTTP/1.1\r\nHost: a.test\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n';
    for (let i = 0; i < CONNECTIONS; i++) {
      const socket = net.connect(port, '127.0.0.1', () => { sentAt = performance.now(); socket.write(request); });
      let sentAt = 0;
      let received = 0;
      let expected = 0;
      socket.setNoDelay(true);
      socket.on('data', (chunk: Buffer) => {
        if (received === 0) expected = chunk.indexOf('\r\n\r\n') + 4 + BODY.length;
        received += chunk.length;
        if (received < expected || stopped) return;
        received = 0;
        const now = performance.now();
        latencies.push(now - sentAt);
        sentAt = now;
        socket.write(request);
      });
      sockets.push(socket);
    }
    setTimeout(() => {
      stopped = true;
      for (const socket of sockets) socket.destroy();
      latencies.sort((a, b) => a - b);
      process.send!({ requests: latencies.length, p50: latencies[Math.floor(latencies.length * 0.5)], p99: latencies[Math.floor(latencies.length * 0.99)] });
    }, SECONDS * 1000);
  });
}

const child = (role: string): ReturnType<typeof fork> => fork(import.meta.filename, [role, String(SECONDS)]);
const message = <T>(from: ReturnType<typeof fork>): Promise<T> => new Promise((resolve) => { from.once('message', (value) => resolve(value as T)); });

async function measure(what: string, port: number, load: ReturnType<typeof fork>): Promise<void> {
  const before = process.cpuUsage();
  load.send({ port });
  const { requests, p50, p99 } = await message<{ requests: number; p50: number; p99: number }>(load);
  const { user, system } = process.cpuUsage(before);
  console.log(`${what.padEnd(28)} ${Math.round(requests / SECONDS)} req/s  p50 ${p50.toFixed(1)} ms  p99 ${p99.toFixed(1)} ms  ${((user + system) / requests).toFixed(1)} us CPU a request`);
}

async function main(): Promise<void> {
  const upstream = child('upstream');
  const { port } = await message<{ port: number }>(upstream);
  const meta = { namespace: 'default', uid: '', resourceVersion: '' };
  const backend = (name: string) => ({ path: '/', pathType: 'Prefix', backend: { service: { name, port: { number: 80 } } } });
  const configuration = buildConfiguration({
    ingresses: [
      { metadata: { ...meta, name: 'main', creationTimestamp: '2025-01-01T00:00:00Z' }, spec: { rules: [{ host: 'a.test', http: { paths: [backend('stable')] } }] } },
      { metadata: { ...meta, name: 'can', creationTimestamp: '2025-01-01T00:00:01Z', annotations: { 'nginx.ingress.kubernetes.io/canary': 'true', 'nginx.ingress.kubernetes.io/canary-weight': '20', 'nginx.ingress.kubernetes.io/canary-by-header': 'X-Canary', 'nginx.ingress.kubernetes.io/canary-by-cookie': 'c' } }, spec: { rules: [{ host: 'a.test', http: { paths: [backend('canary')] } }] } },
    ] as Parameters<typeof buildConfiguration>[0]['ingresses'],
    findService: (_, name) => ({ metadata: { ...meta, name }, spec: { ports: [{ name: 'http', port: 80 }] } }) as never,
    endpointSlices: (_, name) => [{ addressType: 'IPv4', metadata: { ...meta, name }, endpoints: [{ addresses: [name === 'stable' ? '10.0.0.1' : '10.0.0.2'] }], ports: [{ name: 'http', port: 8080 }] }] as never,
    findCertificate: () => undefined,
  });
  const metrics = new RequestMetrics({ class: 'c', namespace: 'n', pod: 'p' }, { perHost: true, statusClasses: false });
  const formatAccessLine = accessLineFormatter();
  let logged = 0;
  const proxy = new IngressProxy({
    clock: hostClock, hostClock, random: seededRandom(1), onAccess: (record) => { metrics.observe(record); logged += formatAccessLine(record).length; },
    connect: () => new Promise((resolve, reject) => { const socket = net.connect(port, '127.0.0.1', () => resolve(socket)).once('error', reject); }),
  });
  proxy.apply(configuration);
  const front = net.createServer((socket) => proxy.accept(socket, { isHttps: false, listenPort: 80 }));
  await new Promise<void>((resolve) => { front.listen(0, '127.0.0.1', resolve); });
  const splice = net.createServer((socket) => { const to = net.connect(port, '127.0.0.1'); to.setNoDelay(true); socket.setNoDelay(true); socket.pipe(to).pipe(socket); for (const one of [socket, to]) one.on('error', () => {}); });
  await new Promise<void>((resolve) => { splice.listen(0, '127.0.0.1', resolve); });
  const warm = child('load');
  await measure('warm-up', (front.address() as AddressInfo).port, warm);
  warm.kill();
  for (const [what, server] of [['ingress, all rules on', front], ['bare TCP splice (calibration)', splice]] as const) {
    const load = child('load');
    await measure(what, (server.address() as AddressInfo).port, load);
    load.kill();
  }
  console.log(`${logged} bytes of access log formatted`);
  upstream.kill();
  proxy.close();
  front.close();
  splice.close();
}

if (process.argv[2] === 'upstream') runUpstream(); else if (process.argv[2] === 'load') runLoad(); else await main();
