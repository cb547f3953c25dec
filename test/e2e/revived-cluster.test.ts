import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hostClock } from '../../src/base/clock.ts';
import { connect } from '../../src/client/connect.ts';
import type { ServeAnnouncement } from '../../src/cluster/serve-announcement.ts';
import { configMaps, deployments } from '../../src/kube/resource-type.ts';
import { killOutright } from '../support/kill-outright.ts';
import { Workplace } from '../support/workplace.ts';

let place: Workplace;
beforeAll(async () => {
  place = await Workplace.create();
});
afterAll(async () => {
  await place.run(['cluster', 'down']);
  expect(await place.leftovers()).toEqual([]);
  await place.remove();
});

const folder = (): string => path.join(place.folder, '.canary-lab', 'clusters', 'canary-lab');

const announced = async (): Promise<ServeAnnouncement> =>
  JSON.parse(await readFile(path.join(folder(), 'cluster.json'), 'utf8')) as ServeAnnouncement;

it('keeps every acknowledged write when its process is killed, and runs the same Pods again at the same addresses', async () => {
  expect((await place.run(['cluster', 'up'])).exitCode).toBe(0);
  const { pid, server, ...before } = await announced();
  const first = await connect({ kubeconfig: path.join(folder(), 'kubeconfig'), env: {}, clock: hostClock });
  const labels = { app: 'web' };
  await first.api.create(deployments, {
    metadata: { namespace: 'default', name: 'web' },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx:1.25' }] } },
    },
  });
  for (let i = 0; i < 200; i++)
    await first.api.create(configMaps, { metadata: { namespace: 'default', name: `write-${i}` }, data: { i: String(i) } });
  await killOutright(pid);
  first.close();

  const again = await place.run(['cluster', 'up']);
  expect(again.stderr).toContain(`up again, with all it held: ${server}`);
  expect(again.stderr).not.toContain('The chart repositories have moved');
  expect((await announced()).chartRepositories).toEqual(before.chartRepositories);
  const second = await connect({ kubeconfig: path.join(folder(), 'kubeconfig'), env: {}, clock: hostClock });
  const writes = (await second.api.list(configMaps, { namespace: 'default' })).items.filter((item) =>
    item.metadata.name.startsWith('write-'),
  );
  expect(writes).toHaveLength(200);
  await expect
    .poll(async () => (await second.api.get(deployments, { namespace: 'default', name: 'web' }))?.status?.availableReplicas, {
      timeout: 30_000,
    })
    .toBe(2);
  second.close();
});

it('says what has moved when the ports are taken meanwhile, and what to tell helm', async () => {
  const before = await announced();
  await killOutright(before.pid);
  const ports = [before.server, before.chartRepositories['argo']!].map((url) => Number(new URL(url).port));
  const blocked = await Promise.all(ports.map(block));
  try {
    const again = await place.run(['cluster', 'up']);
    expect(again.exitCode, again.stderr).toBe(0);
    const now = await announced();
    expect(again.stderr).toContain(`The API server has moved from ${before.server} to ${now.server}, as port ${ports[0]} is taken.`);
    expect(again.stderr).toContain(`as port ${ports[1]} is taken. Tell helm: `);
    expect(again.stderr).toContain(`helm repo add argo ${now.chartRepositories['argo']} --force-update`);
    expect((await fetch(`${now.chartRepositories['argo']}/index.yaml`)).status).toBe(200);
  } finally {
    for (const server of blocked) server.close();
  }
});

/** Holds the port as soon as the process that is going has given it back. */
async function block(port: number): Promise<Server> {
  const server = createServer();
  await expect
    .poll(
      () =>
        new Promise((resolve) => {
          server.once('error', () => resolve(false));
          server.listen(port, '127.0.0.1', () => resolve(true));
        }),
      { interval: 20, timeout: 30_000 },
    )
    .toBe(true);
  return server;
}
