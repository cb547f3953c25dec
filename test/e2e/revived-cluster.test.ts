import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hostClock } from '../../src/base/clock.ts';
import { connect } from '../../src/client/connect.ts';
import { configMaps, deployments } from '../../src/kube/resource-type.ts';
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

it('keeps every acknowledged write when its process is killed, and runs the same Pods again at the same address', async () => {
  expect((await place.run(['cluster', 'up'])).exitCode).toBe(0);
  const { pid, server } = JSON.parse(await readFile(path.join(folder(), 'cluster.json'), 'utf8')) as { pid: number; server: string };
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
  process.kill(pid, 'SIGKILL');
  first.close();

  const again = await place.run(['cluster', 'up']);
  expect(again.stderr).toContain(`up again, with all it held: ${server}`);
  const second = await connect({ kubeconfig: path.join(folder(), 'kubeconfig'), env: {}, clock: hostClock });
  const writes = (await second.api.list(configMaps, { namespace: 'default' })).items.filter((item) =>
    item.metadata.name.startsWith('write-'),
  );
  expect(writes).toHaveLength(200);
  await expect
    .poll(async () => (await second.api.get(deployments, { namespace: 'default', name: 'web' }))?.status?.availableReplicas, {
      timeout: 10_000,
    })
    .toBe(2);
  second.close();
});
