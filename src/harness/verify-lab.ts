import type { ObjectKey } from '../kube/object.ts';
import type { Check, CheckContext } from './check.ts';
import type { Lab, Step } from './lab.ts';
import { type Proof, proveChecks } from './prove-checks.ts';
import type { LabReport } from './report.ts';
import { runLab } from './run-lab.ts';
import type { RunLabOptions } from './run-lab-options.ts';
import { shortLook } from './short-look.ts';

/** What is known of one step: which checks failed before its commands, and what made each check fail afterwards. */
export interface StepProof {
  id: string;
  kind: Step['kind'];
  failedBefore: readonly string[];
  proofs: readonly Proof[];
}

export interface LabProof {
  lab: string;
  /** The walk itself: a proof is worth nothing when a check did not hold after its step. */
  outcome: LabReport['outcome'];
  steps: StepProof[];
  /** Checks that a real change made fail, of all checks. */
  proven: number;
  checks: number;
}

/** Rollouts controllers stand still while the cluster is wrong on purpose. */
const CONTROLLERS: readonly Required<ObjectKey>[] = [{ namespace: 'argo-rollouts', name: 'argo-rollouts' }];
/** Long enough for one look at the cluster, too short to wait for anything. */
const GLANCE_MS = 80;

/**
 * Walks through a lab and proves it: before the commands of a step that changes something at least one of its checks must
 * fail, afterwards all must hold, and each must fail again after a change to what it observes. Rejects as `runLab` does.
 */
export async function verifyLab(
  lab: Lab,
  options: Omit<RunLabOptions, 'beforeRun' | 'afterChecks'>,
  controllers: readonly Required<ObjectKey>[] = CONTROLLERS,
): Promise<LabProof> {
  const steps: StepProof[] = [];
  let failedBefore: string[] = [];
  const report = await runLab(lab, {
    ...options,
    beforeRun: async (step, ctx) => {
      failedBefore = step.kind === 'changes' ? await failing(step.checks, ctx) : [];
    },
    afterChecks: async (step, checks, ctx) => {
      steps.push({ id: step.id, kind: step.kind, failedBefore, proofs: await proveChecks(checks, ctx, controllers) });
    },
  });
  const proofs = steps.flatMap((step) => step.proofs);
  const checks = report.steps.reduce((sum, step) => sum + step.checks.length, 0);
  return { lab: lab.id, outcome: report.outcome, steps, proven: proofs.filter(({ proven }) => proven).length, checks };
}

/** The checks that do not hold now. Those that judge what happened during a step have nothing to judge yet and are left out. */
async function failing(checks: readonly Check[], ctx: CheckContext): Promise<string[]> {
  const failed: string[] = [];
  for (const check of checks.filter(({ historic }) => historic !== true)) {
    const { holds } = await shortLook(check, ctx, GLANCE_MS);
    if (!holds) failed.push(check.id);
  }
  return failed;
}

/** What a proof lacks, in words; nothing when the lab is proven. */
export function proofProblems(proof: LabProof): string[] {
  const problems: string[] = proof.outcome === 'pass' ? [] : [`the walk ended with "${proof.outcome}": not every check held`];
  for (const step of proof.steps) {
    if (step.kind === 'changes' && step.failedBefore.length === 0)
      problems.push(`step "${step.id}": every check holds before its commands; mark it "invariant" or check what it changes`);
    for (const found of step.proofs) if (!found.proven) problems.push(`check "${found.check}": no change made it fail (${found.why})`);
  }
  return problems;
}
