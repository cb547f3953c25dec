import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { freePort } from '../cluster/host-port.ts';
import { movedAddresses, portArguments } from './kept-addresses.ts';

const at = (api: number, ingress: number, charts: number) => ({
  server: `https://127.0.0.1:${api}`,
  ingressUrl: `http://127.0.0.1:${ingress}`,
  chartRepositories: { argo: `http://127.0.0.1:${charts}/argo`, 'ingress-nginx': `http://127.0.0.1:${charts}/ingress-nginx` },
});

it('asks for the ports that the cluster had, but not for one that is taken now', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const free = await freePort([]);
  try {
    expect(await portArguments(at(free, port, free))).toEqual(['--api-port', String(free), '--charts-port', String(free)]);
  } finally {
    taken.close();
  }
});

it('says nothing when every address is the same', () => {
  expect(movedAddresses(at(1, 2, 3), at(1, 2, 3))).toEqual([]);
});

it('says what has moved and what to type', () => {
  expect(movedAddresses(at(1, 2, 3), at(4, 5, 6))).toEqual([
    'The API server has moved from https://127.0.0.1:1 to https://127.0.0.1:4, as port 1 is taken. The kubeconfig names the new address.',
    'The ingress has moved from http://127.0.0.1:2 to http://127.0.0.1:5, as port 2 is taken. Send requests there.',
    'The chart repositories have moved from http://127.0.0.1:3 to http://127.0.0.1:6, as port 3 is taken. Tell helm: helm repo add argo http://127.0.0.1:6/argo --force-update; helm repo add ingress-nginx http://127.0.0.1:6/ingress-nginx --force-update',
  ]);
});
