import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { npmCopy } from '../../src/tools/npm-copy.ts';
import { projectRoot, Workplace } from '../support/workplace.ts';

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

async function kubectl(...args: string[]): Promise<string> {
  const program = (await npmCopy('kubectl', path.join(place.folder, '.canary-lab', 'cache')))!;
  const { stdout } = await execa(program, [
    ...args,
    '--kubeconfig',
    kubeconfig,
    '--cache-dir',
    path.join(place.folder, '.canary-lab', 'kube-cache'),
  ]);
  return stdout;
}
const namesOf = async (...args: string[]): Promise<string[]> => (await kubectl('get', ...args, '-o', 'name')).split('\n').sort();
/** CRDs by name, with the identity that a CRD made again would not have. */
const definitions = async (): Promise<string[]> =>
  (await kubectl('get', 'crds', '-o', 'jsonpath={range .items[*]}{.metadata.name} {.metadata.uid}{"\\n"}{end}')).trim().split('\n').sort();

it('walks the whole tutorial and takes back what it installed, whatever was there before', async () => {
  const before = {
    namespaces: await namesOf('namespaces'),
    crds: await namesOf('crds'),
    clusterRoles: await namesOf('clusterroles,clusterrolebindings,ingressclasses,validatingwebhookconfigurations'),
  };
  const result = await place.run(['lab', '--cluster', 'existing', '--context', 'canary-lab'], { env: { KUBECONFIG: kubeconfig } });
  expect(result.stderr).not.toMatch(/✖/);
  expect(result.exitCode, result.stderr.slice(-2000)).toBe(0);
  await expect.poll(() => namesOf('namespaces'), { timeout: 60_000 }).toEqual(before.namespaces);
  expect(await namesOf('crds')).toEqual(before.crds);
  expect(await namesOf('clusterroles,clusterrolebindings,ingressclasses,validatingwebhookconfigurations')).toEqual(before.clusterRoles);
}, 240_000);

it('runs every shipped lab, one after another, and leaves namespaces and CRDs as they were, also one that a chart brings too', async () => {
  await kubectl('apply', '-f', path.join(projectRoot, 'charts/embedded/kube-prometheus-stack/crds/crd-podmonitors.yaml'));
  const before = { namespaces: await namesOf('namespaces'), definitions: await definitions() };
  expect(before.definitions.join()).toContain('podmonitors.monitoring.coreos.com');
  const result = await place.run(['lab', 'all', '--cluster', 'existing', '--context', 'canary-lab'], {
    env: { KUBECONFIG: kubeconfig },
    timeoutMs: 290_000,
  });
  expect(result.stderr).not.toMatch(/^✖/m);
  expect(result.stdout.match(/^All is well: /gm)).toHaveLength(5);
  expect(result.exitCode, result.stderr.slice(-2000)).toBe(0);
  await expect
    .poll(async () => ({ namespaces: await namesOf('namespaces'), definitions: await definitions() }), { timeout: 60_000 })
    .toEqual(before);
}, 400_000);
