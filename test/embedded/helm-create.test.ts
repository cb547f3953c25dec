import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hostClock } from '../../src/base/clock.ts';
import { RequestSender } from '../../src/traffic/send-request.ts';
import { type LabRoom, openLabRoom } from '../support/lab-room.ts';

// The chart that helm itself makes, as it makes it: what a learner plays with first.
let room: LabRoom;
let folder: string;
let chart: string;
beforeAll(async () => {
  room = await openLabRoom(31);
  folder = await mkdtemp(path.join(tmpdir(), 'helm-create-'));
  await run('helm', 'create', path.join(folder, 'demo'));
  chart = path.join(folder, 'demo');
});
afterAll(async () => {
  await room.close();
  await rm(folder, { recursive: true, force: true });
});

async function run(program: 'helm' | 'kubectl', ...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await room.options.tools.run(program, args, { timeoutMs: 60_000 });
  expect(exitCode, `${program} ${args.join(' ')}\n${stdout}${stderr}`).toBe(0);
  return stdout;
}

it('installs, upgrades, rolls back, passes its own test and is uninstalled', async () => {
  const ns = ['-n', 'plain', '--wait', '--timeout', '60s'];
  // helm waits for the new Pods only: some of the old ones may still be counted when it returns.
  const state = (): Promise<string> =>
    run(
      'kubectl',
      'get',
      'deployment',
      'shop-demo',
      '-n',
      'plain',
      '-o',
      'jsonpath={.status.availableReplicas} {.spec.template.spec.containers[0].image}',
    );
  expect(await run('helm', 'install', 'shop', chart, ...ns, '--create-namespace')).toContain('STATUS: deployed');
  expect(await run('helm', 'test', 'shop', '-n', 'plain', '--logs')).toMatch(/Phase: +Succeeded/);
  await run('helm', 'upgrade', 'shop', chart, ...ns, '--set', 'replicaCount=3,image.tag=1.27.0');
  await expect.poll(state).toBe('3 nginx:1.27.0');
  await run('helm', 'rollback', 'shop', '1', ...ns);
  await expect.poll(state).toBe('1 nginx:1.16.0');
  expect(
    await run('helm', 'history', 'shop', '-n', 'plain', '-o', 'json').then((text) =>
      (JSON.parse(text) as { status: string }[]).map(({ status }) => status),
    ),
  ).toEqual(['superseded', 'superseded', 'deployed']);
  await run('helm', 'uninstall', 'shop', ...ns);
  await run('kubectl', 'delete', 'pod', 'shop-demo-test-connection', '-n', 'plain');
  await expect.poll(() => run('kubectl', 'get', 'all', '-n', 'plain', '-o', 'name')).toBe('');
});

it('keeps the replicas between the bounds of its autoscaler and says that metrics are missing', async () => {
  await run(
    'helm',
    'install',
    'auto',
    chart,
    '-n',
    'auto',
    '--create-namespace',
    '--set',
    'autoscaling.enabled=true,autoscaling.minReplicas=2,autoscaling.maxReplicas=4,autoscaling.targetMemoryUtilizationPercentage=70',
  );
  await run('kubectl', 'wait', 'deployment/auto-demo', '-n', 'auto', '--for=jsonpath={.status.availableReplicas}=2', '--timeout=60s');
  await run('kubectl', 'scale', 'deployment/auto-demo', '-n', 'auto', '--replicas=6');
  await advance(16_000);
  await run('kubectl', 'wait', 'deployment/auto-demo', '-n', 'auto', '--for=jsonpath={.spec.replicas}=4', '--timeout=60s');
  await advance(16_000);
  await expect
    .poll(() => run('kubectl', 'get', 'hpa', '-n', 'auto', '--no-headers'))
    .toMatch(/^auto-demo +Deployment\/auto-demo +cpu: <unknown>\/80%, memory: <unknown>\/70% +2 +4 +4 /);
  const described = await run('kubectl', 'describe', 'hpa', 'auto-demo', '-n', 'auto');
  expect(described).toMatch(/AbleToScale +True +SucceededGetScale/);
  expect(described).toMatch(/ScalingActive +False +FailedGetResourceMetric/);
  expect(described).toMatch(/SuccessfulRescale .*New size: 4; reason: Current number of replicas above Spec.MaxReplicas/);
  await run('helm', 'test', 'auto', '-n', 'auto');
});

it('is reached through its Ingress, and goes on being reached while it is upgraded', async () => {
  await run(
    'helm',
    'install',
    'ingress-nginx',
    'ingress-nginx',
    '--repo',
    room.options.cluster.chartRepositories['ingress-nginx']!,
    '-n',
    'ingress-nginx',
    '--create-namespace',
    '--wait',
    '--timeout',
    '60s',
    '--set',
    'controller.hostPort.enabled=true,controller.service.type=NodePort',
  );
  const values = [
    '--set',
    'ingress.enabled=true,ingress.className=nginx,ingress.hosts[0].host=demo.test,ingress.hosts[0].paths[0].path=/,ingress.hosts[0].paths[0].pathType=Prefix',
  ];
  await run('helm', 'install', 'web', chart, '-n', 'web', '--create-namespace', '--wait', '--timeout', '60s', ...values);
  const sender = new RequestSender(new URL(room.options.cluster.ingressUrl), { clock: hostClock });
  const image = async (): Promise<string> => {
    const { status, body } = await sender.send({ host: 'demo.test', path: '/' });
    return status === 200 ? (JSON.parse(body) as { image: string }).image : `${status} ${body}`;
  };
  await expect.poll(image).toBe('nginx:1.16.0');
  await run('helm', 'upgrade', 'web', chart, '-n', 'web', '--wait', '--timeout', '60s', ...values, '--set', 'image.tag=1.27.0');
  await expect.poll(image).toBe('nginx:1.27.0');
  await run('helm', 'test', 'web', '-n', 'web');
  sender.close();
});

async function advance(ms: number): Promise<void> {
  const { clock } = room.embedded;
  await clock.advanceTo(clock.nowMs() + ms);
}
