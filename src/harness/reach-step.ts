import { LabError } from '../base/errors.ts';
import type { Step } from './lab.ts';
import { actionContextOf, checkContextOf, type LabRun } from './lab-run.ts';
import { runAction } from './run-action.ts';
import { restoreStart } from './step-starts.ts';

/**
 * Brings the cluster to the start of `first`: back to the nearest start that it has kept, and from there by doing the steps between.
 * Rejects with `STEP_UNSOLVED` when one of them does not work.
 */
export async function reachStep(first: Step, run: LabRun): Promise<void> {
  const { steps } = run.lab;
  const goal = steps.indexOf(first);
  const kept = run.options.from === undefined ? undefined : await nearestKept(steps.slice(0, goal + 1), run);
  if (kept !== undefined) await restoreStart(kept, 'from', run);
  for (const step of steps.slice(kept === undefined ? 0 : steps.indexOf(kept), goal)) await solve(step, run);
}

/** The last of the steps whose start the cluster has kept. */
async function nearestKept(steps: readonly Step[], { starts }: LabRun): Promise<Step | undefined> {
  if (starts === undefined) return undefined;
  for (const step of steps.toReversed()) if (await starts.has(step.id)) return step;
  return undefined;
}

/** Does a step that comes before the first one asked for, and waits until it has worked. */
async function solve(step: Step, run: LabRun): Promise<void> {
  const next = `Run "canary-lab lab ${run.lab.id} --until ${step.id}" to see why.`;
  await run.walk.beginStep(step);
  const check = checkContextOf(run);
  const action = actionContextOf(step, run, check, () => {});
  for (const todo of step.solve ?? step.run) {
    const { failure } = await runAction(todo, action);
    if (failure !== undefined)
      throw new LabError('STEP_UNSOLVED', `Step "${step.id}" could not be done on the way: ${failure.observed}.\n${failure.detail}`, {
        next,
      });
  }
  for (const todo of step.checks.filter(({ historic }) => historic !== true)) {
    const verdict = await todo.evaluate(check);
    if (!verdict.holds)
      throw new LabError(
        'STEP_UNSOLVED',
        `Step "${step.id}" was done on the way, but "${todo.id}" does not hold: expected ${verdict.expected}, observed ${verdict.observed}.`,
        { next },
      );
  }
  run.options.onEvent({ type: 'step-solved', step: step.id, title: step.title });
}
