import { afterAll, beforeAll, expect, it } from 'vitest';
import { hostClock } from '../../src/base/clock.ts';
import { poll } from '../../src/base/poll.ts';
import { KeptCluster } from '../support/kept-cluster.ts';

// A cluster whose time has been moved an hour ahead of the clock that its clients look at.
let cluster: KeptCluster;
const type = async (program: string, args: string[]): Promise<string> => (await cluster.type(program, args)).output;

beforeAll(async () => {
  cluster = await KeptCluster.up('first-state');
  const ahead = new Date(Date.now() + 3_600_000).toISOString();
  await type('kubectl', ['patch', 'clock', 'cluster', '--type', 'merge', '-p', JSON.stringify({ spec: { advanceTo: ahead } })]);
  await poll(
    async () => Date.parse(await type('kubectl', ['get', 'clock', 'cluster', '-o', 'jsonpath={.status.now}'])),
    { until: (now) => now >= Date.parse(ahead), everyMs: 50, timeoutMs: 60_000, what: 'the cluster to be an hour ahead' },
    { clock: hostClock },
  );
  // What happens now is younger than the clients' now.
  await type('kubectl', [
    'argo',
    'rollouts',
    'set',
    'image',
    'sample-app',
    'sample-app=ghcr.io/canary-lab/sample-app:2.0.0',
    '-n',
    'sample-app',
  ]);
  await type('kubectl', ['wait', 'rollout/sample-app', '--for=condition=Paused', '--timeout=60s', '-n', 'sample-app']);
});
afterAll(async () => {
  expect(await cluster.down()).toEqual([]);
});

it.each([
  ['kubectl', 'get', 'all', '-A'],
  ['kubectl', 'get', 'ingress,rollout,cm,secret,sa,endpoints,endpointslices,nodes,leases,crd', '-A'],
  ['kubectl', 'get', 'events', '-A'],
  ['kubectl', 'events', '-n', 'sample-app'],
  ['kubectl', 'describe', 'rollout', 'sample-app', '-n', 'sample-app'],
  ['kubectl', 'describe', 'pods', '-n', 'sample-app'],
  ['kubectl', 'describe', 'replicasets,services,ingresses', '-n', 'sample-app'],
  ['kubectl', 'describe', 'deployments', '-n', 'argo-rollouts'],
  ['kubectl', 'describe', 'nodes'],
  ['kubectl', 'argo', 'rollouts', 'get', 'rollout', 'sample-app', '-n', 'sample-app'],
  ['kubectl', 'argo', 'rollouts', 'list', 'rollouts', '-n', 'sample-app'],
  ['helm', 'list', '-A'],
  ['helm', 'history', 'sample-app', '-n', 'sample-app'],
])('prints no <invalid> age in "%s %s %s"', async (...words) => {
  const [program, ...args] = words as [string, ...string[]];
  const output = await type(program, args);
  expect(output).not.toBe('');
  expect(output).not.toContain('<invalid>');
});

it('shows the ages of Pods in cluster time', async () => {
  const lines = (
    await type('kubectl', ['get', 'pods', '-n', 'sample-app', '--sort-by', '.metadata.creationTimestamp', '--no-headers'])
  ).split('\n');
  expect(lines[0]).toMatch(/ 6\dm$/);
  expect(lines.at(-1)).toMatch(/ \d+s$/);
});
