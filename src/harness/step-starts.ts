import type { Lab, Step, Variables } from './lab.ts';
import type { LabRun } from './lab-run.ts';
import type { RunLabOptions } from './run-lab-options.ts';
import { stepHash } from './step-hash.ts';
import { StepSnapshots } from './step-snapshots.ts';

/** The starts of the lab's steps as the cluster keeps them; `undefined` where it cannot. */
export function openStepStarts(
  lab: Lab,
  variables: Variables,
  { api, cluster, ctx }: Pick<RunLabOptions, 'api' | 'cluster' | 'ctx'>,
): StepSnapshots | undefined {
  if (!cluster.capabilities.snapshots) return undefined;
  const shown = { variables, check: { ingressUrl: cluster.ingressUrl }, workingDirectory: ctx.workingDirectory };
  const indexOf = (id: string): number => lab.steps.findIndex((step) => step.id === id);
  return new StepSnapshots({ api, lab: lab.id, hashOf: (id) => stepHash(lab, indexOf(id), shown), ctx });
}

/** Brings the cluster back to the start of the step, which it has kept; `back`: because the learner asked for it. */
export async function restoreStart(step: Step, how: 'back' | 'from', run: LabRun): Promise<void> {
  await run.walk.startOver();
  await run.starts?.restore(step.id);
  run.options.onEvent({ type: 'went-back', step: step.id, title: step.title, how });
}
