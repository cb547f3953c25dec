import http from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectGolden } from '../support/golden.ts';
import { KeptCluster } from '../support/kept-cluster.ts';

// A cluster that stays up, used from another shell with what `cluster up` printed. The cases build on one another, in order.
let cluster: KeptCluster;
const ns = ['-n', 'sample-app'];
beforeAll(async () => {
  cluster = await KeptCluster.up('first-state');
});
afterAll(async () => {
  expect(await cluster.down()).toEqual([]);
});

const type = (program: 'kubectl' | 'helm', args: string[]): Promise<{ output: string; exitCode: number | undefined }> =>
  cluster.type(program, args);

const chart = 'charts/sample-app/argo-rollouts';
const cases: [name: string, program: 'kubectl' | 'helm', args: string[], exitCode?: number][] = [
  ['get-pods', 'kubectl', ['get', 'pods', '-A']],
  ['get-workload', 'kubectl', ['get', 'rollout,rs,svc,ing', ...ns, '-o', 'wide']],
  ['describe-rollout', 'kubectl', ['describe', 'rollout', 'sample-app', ...ns]],
  [
    'get-events',
    'kubectl',
    [
      'get',
      'events',
      ...ns,
      '--field-selector',
      'involvedObject.kind=Rollout',
      '-o',
      'custom-columns=TYPE:.type,REASON:.reason,MESSAGE:.message',
    ],
  ],
  ['logs', 'kubectl', ['logs', '-l', 'app=sample-app', ...ns, '--tail', '1']],
  ['logs-of-nothing', 'kubectl', ['logs', 'nothing', ...ns], 1],
  ['get-nothing', 'kubectl', ['get', 'rollout', 'nothing', ...ns], 1],
  ['helm-list', 'helm', ['list', '-A']],
  ['scale', 'kubectl', ['scale', 'rollout/sample-app', '--replicas', '2', ...ns]],
  ['wait-scaled', 'kubectl', ['wait', 'rollout/sample-app', '--for=jsonpath={.status.availableReplicas}=2', '--timeout', '60s', ...ns]],
  ['get-rollout-scaled', 'kubectl', ['get', 'rollout', ...ns]],
  ['helm-upgrade', 'helm', ['upgrade', 'sample-app', chart, ...ns, '--reuse-values', '--set', 'replicas=3']],
  ['wait-upgraded', 'kubectl', ['wait', 'rollout/sample-app', '--for=jsonpath={.status.availableReplicas}=3', '--timeout', '60s', ...ns]],
  ['helm-history', 'helm', ['history', 'sample-app', ...ns]],
  ['helm-rollback', 'helm', ['rollback', 'sample-app', '1', ...ns]],
  ['wait-rolled-back', 'kubectl', ['wait', 'rollout/sample-app', '--for=jsonpath={.spec.replicas}=1', '--timeout', '60s', ...ns]],
];

it.each(cases)('answers "%s" as a real cluster does', async (name, program, args, exitCode = 0) => {
  const result = await type(program, args);
  expect(result.exitCode, result.output).toBe(exitCode);
  await expectGolden(name, result.output);
});

it('brings a deleted Pod back under another name', async () => {
  const names = async (): Promise<string[]> =>
    (await type('kubectl', ['get', 'pods', ...ns, '-o', 'name', '--field-selector', 'status.phase=Running'])).output
      .split('\n')
      .filter((name) => name !== '');
  // The Pods that the rollback took away may still be ending.
  await expect.poll(names).toHaveLength(1);
  const before = await names();
  const deletion = await type('kubectl', ['delete', before[0]!, ...ns]);
  expect(deletion.output).toMatch(/^pod "sample-app-\S+" deleted/);
  const back = await type('kubectl', [
    'wait',
    'rollout/sample-app',
    '--for=jsonpath={.status.availableReplicas}=1',
    '--timeout',
    '60s',
    ...ns,
  ]);
  expect(back.exitCode).toBe(0);
  // The count may be from before the deletion.
  await expect.poll(names).toEqual([expect.stringMatching(new RegExp(`^(?!${before[0]}$)pod/sample-app-`))]);
});

it('answers through the ingress at the port that the cluster tells', async () => {
  const { output } = await type('kubectl', ['get', 'configmap', 'canary-lab', '-n', 'kube-public', '-o', 'jsonpath={.data.ingressUrl}']);
  const answer = await new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    http
      .get(`${output}/success`, { headers: { host: 'sample.app' } }, (response) => {
        let body = '';
        response.on('data', (chunk) => {
          body += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode, body }));
      })
      .on('error', reject);
  });
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.body)).toMatchObject({
    namespace: 'sample-app',
    deployment: 'stable',
    node: 'canary-lab-control-plane',
    version: '1.0.0',
    pod: expect.stringMatching(/^sample-app-/),
  });
});

it('runs the plugin that is on the PATH', async () => {
  const { output, exitCode } = await type('kubectl', ['argo', 'rollouts', 'get', 'rollout', 'sample-app', '--no-color', ...ns]);
  expect(exitCode).toBe(0);
  expect(output).toMatch(/^Status: +✔ Healthy$/m);
});

it('takes away with "helm uninstall" what helm installed', async () => {
  const result = await type('helm', ['uninstall', 'sample-app', ...ns, '--wait']);
  expect(result.output).toBe('release "sample-app" uninstalled');
  // helm waits for what it has installed, not for what that owns.
  await expect
    .poll(async () => (await type('kubectl', ['get', 'rollout,rs,pods,svc,ing', ...ns])).output)
    .toBe('No resources found in sample-app namespace.');
});

it('says that it is up already, shows it in the list and tells its state', async () => {
  const again = await cluster.place.run(['cluster', 'up']);
  expect(again.stderr).toContain('is already up');
  expect(again.stdout).toContain(`export KUBECONFIG=${cluster.shell['KUBECONFIG']}`);
  expect((await cluster.place.run(['cluster', 'list'])).stdout).toMatch(/^canary-lab\trunning\thttps:/);
  expect((await cluster.place.run(['cluster', 'status'])).exitCode).toBe(0);
  expect((await cluster.place.run(['cluster', 'status', '--name', 'other'])).exitCode).toBe(1);
});
