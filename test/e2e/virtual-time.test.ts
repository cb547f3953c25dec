import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hostClock } from '../../src/base/clock.ts';
import { poll } from '../../src/base/poll.ts';
import { npmCopy } from '../../src/tools/npm-copy.ts';
import { projectRoot, Workplace } from '../support/workplace.ts';

// A cluster whose time has been moved an hour ahead of the clock that its clients look at.
let place: Workplace;
let shell: Record<string, string>;

beforeAll(async () => {
  place = await Workplace.create();
  const up = await place.run(['cluster', 'up']);
  const exported = Object.fromEntries([...up.stdout.matchAll(/^export (\w+)=(.*)$/gm)].map((match) => [match[1]!, match[2]!.replace(/:"\$PATH"$/, '')]));
  const clients = await Promise.all(['kubectl', 'helm'].map((name) => npmCopy(name, path.join(place.folder, '.canary-lab', 'cache'))));
  shell = { ...place.environment, ...exported, PATH: [exported['PATH'], ...clients.map((client) => path.dirname(client!)), process.env['PATH']].join(path.delimiter) };
  const lab = await place.run(['lab', '--cluster', 'existing', '--until', 'first-state', '--keep'], { env: { KUBECONFIG: exported['KUBECONFIG']! } });
  expect(lab.exitCode, lab.stderr).toBe(0);
  const ahead = new Date(Date.now() + 3_600_000).toISOString();
  await type('kubectl', ['patch', 'clock', 'cluster', '--type', 'merge', '-p', JSON.stringify({ spec: { advanceTo: ahead } })]);
  await poll(async () => Date.parse(await type('kubectl', ['get', 'clock', 'cluster', '-o', 'jsonpath={.status.now}'])), { until: (now) => now >= Date.parse(ahead), everyMs: 50, timeoutMs: 30_000, what: 'the cluster to be an hour ahead' }, { clock: hostClock });
  // What happens now is younger than the clients' now.
  await type('kubectl', ['argo', 'rollouts', 'set', 'image', 'sample-app', 'sample-app=ghcr.io/canary-lab/sample-app:2.0.0', '-n', 'sample-app']);
  await type('kubectl', ['wait', 'rollout/sample-app', '--for=condition=Paused', '--timeout=20s', '-n', 'sample-app']);
}, 90_000);

afterAll(async () => {
  await place.run(['cluster', 'down']);
  await place.remove();
});

async function type(program: string, args: string[]): Promise<string> {
  return (await execa(program, args, { env: shell, extendEnv: false, cwd: projectRoot, stdin: 'ignore', all: true })).all;
}

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
  const lines = (await type('kubectl', ['get', 'pods', '-n', 'sample-app', '--sort-by', '.metadata.creationTimestamp', '--no-headers'])).split('\n');
  expect(lines[0]).toMatch(/ 6\dm$/);
  expect(lines.at(-1)).toMatch(/ \d+s$/);
});
