import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { npmCopy } from '../../src/tools/npm-copy.ts';
import { Workplace } from '../support/workplace.ts';

// The shipped lab on a cluster that it did not make, known only by a kubeconfig.
let place: Workplace;
let kubeconfig: string;
beforeAll(async () => {
  place = await Workplace.create();
  const up = await place.run(['cluster', 'up', '--name', 'mine']);
  kubeconfig = up.stdout.match(/^export KUBECONFIG=(.*)$/m)![1]!;
});
afterAll(async () => {
  await place.run(['cluster', 'down', '--name', 'mine']);
  expect(await place.leftovers()).toEqual([]);
  await place.remove();
});

async function namesOf(...args: string[]): Promise<string[]> {
  const kubectl = (await npmCopy('kubectl', path.join(place.folder, '.canary-lab', 'cache')))!;
  const { stdout } = await execa(kubectl, [
    'get',
    ...args,
    '-o',
    'name',
    '--kubeconfig',
    kubeconfig,
    '--cache-dir',
    path.join(place.folder, '.canary-lab', 'kube-cache'),
  ]);
  return stdout.split('\n').sort();
}

it('walks the whole tutorial and takes back what it installed, whatever was there before', async () => {
  const before = {
    namespaces: await namesOf('namespaces'),
    crds: await namesOf('crds'),
    clusterRoles: await namesOf('clusterroles,clusterrolebindings,ingressclasses,validatingwebhookconfigurations'),
  };
  const result = await place.run(['lab', '--cluster', 'existing', '--context', 'canary-lab'], { env: { KUBECONFIG: kubeconfig } });
  expect(result.stderr).not.toMatch(/✖/);
  expect(result.exitCode, result.stderr.slice(-2000)).toBe(0);
  await expect.poll(() => namesOf('namespaces'), { timeout: 20_000 }).toEqual(before.namespaces);
  expect(await namesOf('crds')).toEqual(before.crds);
  expect(await namesOf('clusterroles,clusterrolebindings,ingressclasses,validatingwebhookconfigurations')).toEqual(before.clusterRoles);
});

it('runs every shipped lab, one after another, and leaves the namespaces as they were', async () => {
  const before = await namesOf('namespaces');
  const result = await place.run(['lab', 'all', '--cluster', 'existing', '--context', 'canary-lab'], {
    env: { KUBECONFIG: kubeconfig },
    timeoutMs: 170_000,
  });
  expect(result.stderr).not.toMatch(/^✖/m);
  expect(result.stdout.match(/^All is well: /gm)).toHaveLength(5);
  expect(result.exitCode, result.stderr.slice(-2000)).toBe(0);
  expect(await namesOf('namespaces')).toEqual(before);
}, 180_000);
