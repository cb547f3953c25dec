import { afterAll, beforeAll, expect, it } from 'vitest';
import { KeptCluster } from '../support/kept-cluster.ts';

let cluster: KeptCluster;
beforeAll(async () => {
  cluster = await KeptCluster.up('first-state');
});
afterAll(async () => {
  expect(await cluster.down()).toEqual([]);
});

const kubectl = async (...args: string[]): Promise<string> => (await cluster.type('kubectl', args)).output;

it('lets the rollouts controller do only what its ClusterRole allows, from the moment it changes', async () => {
  expect(
    await kubectl(
      'auth',
      'can-i',
      'update',
      'rollouts.argoproj.io',
      '--as',
      'system:serviceaccount:argo-rollouts:argo-rollouts',
      '-n',
      'sample-app',
    ),
  ).toBe('yes');
  await kubectl('delete', 'clusterrole', 'argo-rollouts');
  expect(
    await kubectl(
      'auth',
      'can-i',
      'update',
      'rollouts.argoproj.io',
      '--as',
      'system:serviceaccount:argo-rollouts:argo-rollouts',
      '-n',
      'sample-app',
    ),
  ).toBe('no');
  await kubectl('argo', 'rollouts', 'set', 'image', 'sample-app', 'sample-app=ghcr.io/canary-lab/sample-app:2.0.0', '-n', 'sample-app');
  await expect
    .poll(() => kubectl('logs', 'deployment/argo-rollouts', '-n', 'argo-rollouts'), { timeout: 30_000 })
    .toMatch(/is forbidden: User "system:serviceaccount:argo-rollouts:argo-rollouts" cannot \w+ resource/);
  expect(await kubectl('get', 'replicasets', '-n', 'sample-app', '-o', 'name')).toMatch(/^replicaset\.apps\/sample-app-\w+$/);
});
