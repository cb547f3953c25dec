import path from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { hostClock } from '../../src/base/clock.ts';
import { npmCopy } from '../../src/tools/npm-copy.ts';
import { projectRoot, Workplace } from '../support/workplace.ts';

it('the controller command takes over a cluster whose own controller was scaled to 0, and ends on an interrupt', async () => {
  const place = await Workplace.create();
  try {
    const up = await place.run(['cluster', 'up']);
    expect(up.exitCode, up.stderr).toBe(0);
    const kubeconfig = up.stdout.match(/^export KUBECONFIG=(.*)$/m)![1]!;
    const lab = await place.run(['lab', '--cluster', 'existing', '--context', 'canary-lab', '--until', 'first-state', '--keep'], {
      env: { KUBECONFIG: kubeconfig },
    });
    expect(lab.exitCode, lab.stderr).toBe(0);
    const kubectl = (await npmCopy('kubectl', path.join(place.folder, '.canary-lab', 'cache')))!;
    const type = async (...args: string[]): Promise<string> =>
      (
        await execa(kubectl, ['-n', 'sample-app', ...args], {
          env: { ...place.environment, KUBECONFIG: kubeconfig },
          extendEnv: false,
          stdin: 'ignore',
        })
      ).stdout;
    await type('scale', 'deployment/argo-rollouts', '-n', 'argo-rollouts', '--replicas=0');
    await type(
      'wait',
      '--for=delete',
      'pod',
      '-l',
      'app.kubernetes.io/name=argo-rollouts,app.kubernetes.io/component=rollouts-controller',
      '-n',
      'argo-rollouts',
      '--timeout=60s',
    );
    const before = await type('get', 'rollout', 'sample-app', '-o', 'jsonpath={.status.currentPodHash}');
    const container = await type('get', 'rollout', 'sample-app', '-o', 'jsonpath={.spec.template.spec.containers[0].name}');
    await type(
      'patch',
      'rollout',
      'sample-app',
      '--type',
      'json',
      '-p',
      JSON.stringify([{ op: 'add', path: '/spec/template/metadata/annotations', value: { poke: container } }]),
    );
    await hostClock.sleep(1000);
    expect(await type('get', 'rollout', 'sample-app', '-o', 'jsonpath={.status.currentPodHash}')).toBe(before);

    const end = new AbortController();
    const running = place.run(['controller', '--context', 'canary-lab', '--lease', 'none'], {
      env: { KUBECONFIG: kubeconfig },
      cancelSignal: end.signal,
    });
    await type('wait', '--for=jsonpath={.status.phase}=Paused', 'rollout/sample-app', '--timeout=60s');
    expect(await type('get', 'rollout', 'sample-app', '-o', 'jsonpath={.status.currentPodHash}')).not.toBe(before);
    end.abort();
    const ended = await running;
    expect(ended.stderr).toContain('Controlling Rollouts of every namespace');
    expect(ended.exitCode === 130 || ended.signal === 'SIGTERM').toBe(true);
  } finally {
    await place.run(['cluster', 'down']);
    await place.remove();
  }
}, 180_000);

it('the controller command says what a cluster without Rollouts lacks', async () => {
  const place = await Workplace.create();
  try {
    const up = await place.run(['cluster', 'up']);
    const kubeconfig = up.stdout.match(/^export KUBECONFIG=(.*)$/m)![1]!;
    const { exitCode, stderr } = await place.run(['controller'], { env: { KUBECONFIG: kubeconfig } });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('does not know Rollouts')]);
  } finally {
    await place.run(['cluster', 'down']);
    await place.remove();
  }
}, 120_000);

it('the lint command finds what will surprise, in the files it is given', async () => {
  const place = await Workplace.create();
  try {
    const sound = await place.run(['lint', path.join(projectRoot, 'labs/02-automated-canary/manifests/none.yaml')]);
    expect([sound.exitCode, sound.stderr]).toEqual([2, expect.stringContaining('Cannot read')]);
    const input =
      'apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: demo}\nspec: {strategy: {canary: {stableservice: x, canaryService: a, stableService: a, steps: [{setWeight: 120}]}}}\n';
    const { exitCode, stdout } = await place.run(['lint', '-', '--json'], { input });
    expect([exitCode, (JSON.parse(stdout) as { rule: string }[]).map(({ rule }) => rule)]).toEqual([
      1,
      ['unknown-field', 'equal-services', 'weight-range'],
    ]);
  } finally {
    await place.remove();
  }
});
