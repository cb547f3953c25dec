import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Cleanup } from '../../src/base/cleanup.ts';
import { hostClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { seededRandom } from '../../src/base/random.ts';
import { ExistingProvider } from '../../src/cluster/providers/existing.ts';
import { Toolbox } from '../../src/tools/toolbox.ts';
import { KeptCluster } from '../support/kept-cluster.ts';

// A cluster that says nothing about itself: how its ingress is reached must be found out.
let kept: KeptCluster;
let folder: string;
beforeAll(async () => {
  kept = await KeptCluster.up();
  folder = await mkdtemp(path.join(tmpdir(), 'gateway-'));
});
afterAll(async () => {
  await kept.down();
  await rm(folder, { recursive: true, force: true });
});

it('reaches the controller by port-forward when the cluster has neither a load balancer nor a port, before and after it is installed', async () => {
  expect((await kept.type('kubectl', ['delete', 'configmap', 'canary-lab', '-n', 'kube-public'])).exitCode).toBe(0);
  const tools = new Toolbox({
    clock: hostClock,
    env: kept.shell,
    cacheDirectory: path.join(kept.place.folder, '.canary-lab', 'cache'),
    workingDirectory: kept.place.folder,
    sources: 'npm',
  });
  const ctx = {
    clock: hostClock,
    random: seededRandom(1),
    log: silentLog,
    signal: new AbortController().signal,
    cleanup: new Cleanup(),
    env: kept.shell,
    workingDirectory: kept.place.folder,
  };
  const cluster = await new ExistingProvider({ tools, confirm: async () => false }).create(
    { name: 'x', directory: folder, seed: 1, keep: false },
    ctx,
  );
  expect(await get(cluster.ingressUrl, '/')).toEqual([503, 'no ingress controller in this cluster can be reached yet\n']);

  const charts = path.resolve(import.meta.dirname, '../../charts/embedded/ingress-nginx');
  const install = [
    'install',
    'ingress-nginx',
    charts,
    '-n',
    'ingress-nginx',
    '--create-namespace',
    '--set',
    'controller.service.type=ClusterIP',
  ];
  cluster.observe?.(['helm', ...install]);
  const installed = await kept.type('helm', install);
  expect(installed.output).toContain('STATUS: deployed');
  await kept.type('kubectl', ['rollout', 'status', 'deployment/ingress-nginx-controller', '-n', 'ingress-nginx', '--timeout', '30s']);
  await expect.poll(() => get(cluster.ingressUrl, '/'), { timeout: 30_000 }).toEqual([404, expect.stringContaining('nginx')]);

  // A release that somebody else makes meanwhile is not the run's to remove.
  await kept.type('helm', [
    'install',
    'theirs',
    charts,
    '-n',
    'theirs',
    '--create-namespace',
    '--set',
    'controller.ingressClassResource.enabled=false',
    '--set',
    'controller.admissionWebhooks.enabled=false',
  ]);
  await ctx.cleanup.run();
  const left = await kept.type('helm', ['list', '-A', '--short']);
  expect(left.output.trim()).toBe('theirs');
  await expect
    .poll(async () => (await kept.type('kubectl', ['get', 'namespaces', '-o', 'name'])).output.split('\n'))
    .not.toContain('namespace/ingress-nginx');
  await expect(get(cluster.ingressUrl, '/')).rejects.toThrow();
}, 120_000);

it('asks before it uses a cluster that is not on this machine, and goes on with --yes', async () => {
  const kubeconfig = path.join(folder, 'far');
  // An address of this machine that does not look like one.
  const own = await kept.type('kubectl', ['config', 'view', '--flatten', '--raw']);
  await writeFile(
    kubeconfig,
    own.output
      .replace(/(server: https:\/\/)127\.0\.0\.1/, '$10.0.0.0')
      .replace(/certificate-authority-data: \S+/, 'insecure-skip-tls-verify: true'),
    { mode: 0o600 },
  );
  const run = (...more: string[]) =>
    kept.place.run(['lab', '--cluster', 'existing', '--until', 'cluster', ...more], { env: { KUBECONFIG: kubeconfig } });
  const refused = await run();
  expect(refused.exitCode, refused.stderr).toBe(2);
  expect(refused.stderr).toMatch(/is not on this machine, and nobody said that it may be used\.\nNext: Add --yes/);
  const allowed = await run('--yes');
  expect(allowed.exitCode, allowed.stderr).toBe(0);
});

function get(url: string, target: string): Promise<[status: number, body: string]> {
  return new Promise((resolve, reject) => {
    request(`${url}${target}`, { agent: false }, (response) => {
      let body = '';
      response
        .setEncoding('utf8')
        .on('data', (chunk: string) => {
          body += chunk;
        })
        .on('end', () => resolve([response.statusCode ?? 0, body]));
    })
      .on('error', reject)
      .end();
  });
}
