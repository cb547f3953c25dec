import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFakeKubeApi, type FakeKubeApi } from '../../../test/support/fake-kube-api.ts';
import { hostClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { seededRandom } from '../../base/random.ts';
import { InformerFactory } from '../../kube/informer.ts';
import { endpointSlices, services } from '../../kube/resource-type.ts';
import { clusterNodes } from './cluster-nodes.ts';
import { createClusterNetwork, type EmbeddedNetwork } from './embedded-network.ts';
import { httpOverDial } from './http-over-dial.ts';

let api: FakeKubeApi;
let apiPort = 9;
let network: EmbeddedNetwork;
let end: AbortController;

beforeEach(async () => {
  const random = seededRandom(3);
  api = createFakeKubeApi({ clock: hostClock, random });
  const informers = new InformerFactory(api, { clock: hostClock, log: silentLog });
  network = createClusterNetwork({
    informers,
    random,
    clock: hostClock,
    apiServerAddress: () => ({ host: '127.0.0.1', port: apiPort }),
    firstHostPorts: { 80: 18_080 },
  });
  end = new AbortController();
  await informers.start(end.signal);
});
afterEach(async () => {
  end.abort();
  await network.close();
});

const serves = (text: string): ReturnType<typeof createServer> =>
  createServer(((_request, response) => response.end(text)) satisfies RequestListener);
const dial = (host: string, port: number, signal?: AbortSignal): Promise<Socket> =>
  network.dial(host, port, { fromNamespace: 'shop', ...(signal ? { signal } : {}) });
const read = async (url: string): Promise<string> => (await httpOverDial(url, dial)).text();

async function aPod(text: string, port = 8080): Promise<string> {
  const ip = network.allocatePodIp();
  await network.listen(ip, port, serves(text));
  return ip;
}

function aService(
  name: string,
  pods: { ip: string; ready?: boolean; terminating?: boolean; hostname?: string }[],
  spec: object = {},
): string {
  const clusterIP = network.allocateServiceIp();
  api.seed(services, {
    metadata: { namespace: 'shop', name },
    spec: { type: 'ClusterIP', clusterIP, clusterIPs: [clusterIP], ports: [{ name: 'http', port: 80, targetPort: 'web' }], ...spec },
  });
  api.seed(endpointSlices, {
    metadata: { namespace: 'shop', name: `${name}-1`, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080 }],
    endpoints: pods.map(({ ip, ready = true, terminating = false, hostname }) => ({
      addresses: [ip],
      conditions: { ready, serving: ready || terminating, terminating },
      ...(hostname ? { hostname } : {}),
    })),
  });
  return clusterIP;
}

it('reaches a Pod port by its address, and nothing else', async () => {
  const ip = await aPod('one');
  expect(await read(`http://${ip}:8080/`)).toBe('one');
  await expect(dial(ip, 8081)).rejects.toMatchObject({ code: 'ECONNREFUSED', message: `connect ECONNREFUSED ${ip}:8081` });
  await expect(dial('example.com', 80)).rejects.toMatchObject({ code: 'ENOTFOUND' });
  await expect(network.listen(ip, 8080, serves('two'))).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

it('refuses connections to a Pod port that was closed', async () => {
  const ip = network.allocatePodIp();
  const listener = await network.listen(ip, 8080, serves('one'));
  listener.close();
  await expect(dial(ip, 8080)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await network.listen(ip, 8080, serves('again'));
  expect(await read(`http://${ip}:8080/`)).toBe('again');
});

it("finds the API server behind its Service, and behind the address in that Service's endpoints", async () => {
  const server = serves('the API');
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  apiPort = (server.address() as AddressInfo).port;
  const answers = await Promise.all(
    ['kubernetes.default.svc:443', '10.96.0.1:443', '172.18.0.2:6443'].map((authority) => read(`http://${authority}/`)),
  );
  server.close();
  expect(answers).toEqual(['the API', 'the API', 'the API']);
});

it('spreads connections to a Service address over its ready Pods', async () => {
  const [a, b, c] = [await aPod('a'), await aPod('b'), await aPod('c')];
  const vip = aService('web', [{ ip: a }, { ip: b }, { ip: c, ready: false }]);
  await expect.poll(() => read(`http://${vip}/`).catch(() => 'refused')).toMatch(/[ab]/);
  const answers = new Set<string>();
  for (let index = 0; index < 20; index++) answers.add(await read(`http://${vip}/`));
  expect([...answers].sort()).toEqual(['a', 'b']);
  await expect(dial(vip, 81)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

it.each(['web', 'web.shop', 'web.shop.svc', 'web.shop.svc.cluster.local'])('resolves the name %s', async (host) => {
  aService('web', [{ ip: await aPod('named') }]);
  await expect.poll(() => read(`http://${host}/`).catch(() => '')).toBe('named');
});

it('falls back to Pods that still serve while they terminate when none is ready', async () => {
  aService('web', [{ ip: await aPod('leaving'), ready: false, terminating: true }]);
  await expect.poll(() => read('http://web/').catch(() => '')).toBe('leaving');
});

it('resolves the Pods of a headless Service by their host names', async () => {
  aService(
    'db',
    [
      { ip: await aPod('zero'), hostname: 'db-0' },
      { ip: await aPod('one'), hostname: 'db-1' },
    ],
    { clusterIP: 'None', clusterIPs: ['None'] },
  );
  await expect.poll(() => read('http://db-1.db.shop.svc:8080/').catch(() => '')).toBe('one');
  await expect(dial('db-2.db.shop.svc', 8080)).rejects.toMatchObject({ code: 'ENOTFOUND' });
});

it('reaches a NodePort at the node and follows an ExternalName inside the cluster', async () => {
  aService('web', [{ ip: await aPod('web') }], { type: 'NodePort', ports: [{ name: 'http', port: 80, nodePort: 30_080 }] });
  api.seed(services, {
    metadata: { namespace: 'shop', name: 'alias' },
    spec: { type: 'ExternalName', externalName: 'web.shop.svc.cluster.local' },
  });
  await expect.poll(() => read(`http://${clusterNodes(1)[0]!.ip}:30080/`).catch(() => '')).toBe('web');
  await expect.poll(() => read('http://alias/').catch(() => '')).toBe('web');
});

it('keeps a client at its Pod under sessionAffinity ClientIP', async () => {
  const vip = aService('web', [{ ip: await aPod('a') }, { ip: await aPod('b') }], { sessionAffinity: 'ClientIP' });
  const ask = async (): Promise<string> =>
    (await httpOverDial(`http://${vip}/`, (host, port) => network.dial(host, port, { clientIp: '10.244.9.9' }))).text();
  await expect.poll(() => ask().catch(() => '')).toMatch(/[ab]/);
  const first = await ask();
  for (let index = 0; index < 10; index++) expect(await ask()).toBe(first);
});

it('hands connections of a host port to the newest Pod while the old one finishes, and resets them when there is none', async () => {
  await network.start();
  const url = network.hostPortUrl(80);
  const ask = async (): Promise<string> => (await fetch(url, { headers: { connection: 'close' } })).text();
  await expect(ask()).rejects.toThrow();
  let finish = (): void => {};
  let arrived = (): void => {};
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const old = await network.listen(
    network.allocatePodIp(),
    80,
    createServer((_request, response) => {
      finish = () => response.end('old');
      arrived();
    }),
    { hostPort: 80 },
  );
  const slow = ask();
  await arrival;
  const fresh = await network.listen(network.allocatePodIp(), 80, serves('new'), { hostPort: 80 });
  expect(await ask()).toBe('new');
  old.close();
  finish();
  expect(await slow).toBe('old');
  expect(await ask()).toBe('new');
  fresh.close();
  await expect(ask()).rejects.toThrow();
});

it('takes the next free port for a host port that is in use', async () => {
  const other = createClusterNetwork({
    informers: new InformerFactory(api, { clock: hostClock, log: silentLog }),
    random: seededRandom(1),
    clock: hostClock,
    apiServerAddress: () => ({ host: '127.0.0.1', port: apiPort }),
    firstHostPorts: { 80: 18_080 },
  });
  await network.start();
  await other.start();
  expect(other.hostPortUrl(80)).not.toBe(network.hostPortUrl(80));
  await other.close();
});

it('gives addresses out in turn and refuses one that is taken or outside the range', () => {
  const first = network.allocateServiceIp();
  network.releaseServiceIp(first);
  expect(network.allocateServiceIp()).not.toBe(first);
  expect(network.allocateServiceIp('10.96.0.1')).toBe('10.96.0.1');
  expect(() => network.allocateServiceIp('10.96.0.1')).toThrow('provided IP is already allocated');
  expect(() => network.allocateServiceIp('192.168.1.1')).toThrow('the provided IP is not in the valid range');
});
