import { createServer } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFakeKubeApi } from '../../../test/support/fake-kube-api.ts';
import { hostClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { seededRandom } from '../../base/random.ts';
import { InformerFactory } from '../../kube/informer.ts';
import { clusterNodes } from './cluster-nodes.ts';
import { createClusterNetwork, type EmbeddedNetwork } from './embedded-network.ts';
import { httpOverDial } from './http-over-dial.ts';

let network: EmbeddedNetwork;
let end: AbortController;
beforeEach(async () => {
  const random = seededRandom(3);
  const informers = new InformerFactory(createFakeKubeApi({ clock: hostClock, random }), { clock: hostClock, log: silentLog });
  network = createClusterNetwork({
    informers,
    random,
    clock: hostClock,
    nodes: clusterNodes(3),
    apiServerAddress: () => ({ host: '127.0.0.1', port: 9 }),
    firstHostPorts: { 80: 18_180 },
  });
  end = new AbortController();
  await informers.start(end.signal);
});
afterEach(async () => {
  end.abort();
  await network.close();
});

const [control, worker, worker2] = clusterNodes(3) as [ReturnType<typeof clusterNodes>[0], ...ReturnType<typeof clusterNodes>];
const read = async (url: string): Promise<string> => (await httpOverDial(url, (host, port) => network.dial(host, port, {}))).text();
const onHostPort = (node: typeof worker, text: string) =>
  network.listen(
    network.allocatePodIp(node!.name),
    8080,
    createServer((_request, response) => response.end(text)),
    {
      hostPort: 80,
      nodeIp: node!.ip,
    },
  );

it.each([0, 21, 1.5, Number.NaN])('refuses %s nodes', (count) => {
  expect(() => clusterNodes(count)).toThrow(`A cluster has 1 to 20 nodes, not ${count}.`);
});

it('gives a node that is alone all Pod addresses and no taint', () => {
  expect(clusterNodes(1)).toMatchObject([{ podCidr: '10.244.0.0/16', isControlPlane: true, isDedicated: false, maxPods: 10_000 }]);
});

it('gives twenty nodes names, addresses and ranges of their own', () => {
  const all = clusterNodes(20);
  for (const key of ['name', 'ip', 'podCidr'] as const) expect(new Set(all.map((node) => node[key])).size).toBe(20);
  expect(all.at(-1)).toMatchObject({ name: 'canary-lab-worker19', ip: '172.18.0.21', podCidr: '10.244.19.0/24' });
});

it("takes Pod addresses from the node's own range and gives them back there", () => {
  expect([control, worker, worker2].map((node) => network.allocatePodIp(node!.name))).toEqual(['10.244.0.2', '10.244.1.2', '10.244.2.2']);
  network.releasePodIp('10.244.1.2');
  expect(network.allocatePodIp(worker!.name, '10.244.1.2')).toBe('10.244.1.2');
});

it('finds the Pod behind a host port on the node that was asked, and nobody on a node without one', async () => {
  await onHostPort(worker, 'first');
  const second = await onHostPort(worker2, 'second');
  expect(await read(`http://${worker!.ip}:80/`)).toBe('first');
  expect(await read(`http://${worker2!.ip}:80/`)).toBe('second');
  await expect(read(`http://${control.ip}:80/`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  second.close();
  await expect(read(`http://${worker2!.ip}:80/`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect(await read(`http://${worker!.ip}:80/`)).toBe('first');
});
