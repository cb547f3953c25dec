import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hostClock } from '../../src/base/clock.ts';
import { connect } from '../../src/client/connect.ts';
import type { ServeAnnouncement } from '../../src/cluster/serve-announcement.ts';
import { isConditionTrue } from '../../src/kube/conditions.ts';
import { nodes } from '../../src/kube/resource-type.ts';
import { killOutright } from '../support/kill-outright.ts';
import { Workplace } from '../support/workplace.ts';

const THREE = ['canary-lab-control-plane', 'canary-lab-worker', 'canary-lab-worker2'];
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
async function readyNodes(): Promise<string[]> {
  const connection = await connect({ kubeconfig: path.join(folder(), 'kubeconfig'), env: {}, clock: hostClock });
  try {
    const all = (await connection.api.list(nodes)).items;
    return all.filter(({ status }) => isConditionTrue(status?.conditions, 'Ready')).map(({ metadata }) => metadata.name);
  } finally {
    connection.close();
  }
}

it.each(['0', '21', '2.5', '-1', 'many', ''])('refuses a cluster of "%s" nodes, and leaves nothing behind', async (count) => {
  const { exitCode, stderr } = await place.run(['cluster', 'up', `--nodes=${count}`]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(`Error: --nodes is "${count}", which is not a number of nodes.`);
  expect(stderr).toContain('Next: Give a whole number from 1 to 20.');
  expect(await place.leftovers()).toEqual([]);
});

it('starts a cluster of three nodes, and has them again after its process was killed', async () => {
  expect((await place.run(['cluster', 'up', '--nodes', '3'])).exitCode).toBe(0);
  expect(await readyNodes()).toEqual(THREE);
  const { pid } = JSON.parse(await readFile(path.join(folder(), 'cluster.json'), 'utf8')) as ServeAnnouncement;
  await killOutright(pid);
  expect((await place.run(['cluster', 'up'])).exitCode).toBe(0);
  expect(await readyNodes()).toEqual(THREE);
});

it('does not change the nodes of a cluster that is up', async () => {
  const { exitCode, stderr } = await place.run(['cluster', 'up', '--nodes', '2']);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('Cluster "canary-lab" has 3 nodes, which "--nodes 2" cannot change.');
  expect((await place.run(['cluster', 'up', '--nodes', '3'])).exitCode).toBe(0);
  expect(await readyNodes()).toEqual(THREE);
});
