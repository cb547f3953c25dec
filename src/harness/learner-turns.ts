import type { ActionContext } from './action-context.ts';
import { type Learner, takeTurn } from './hands-on.ts';
import type { Step } from './lab.ts';
import type { LabRun } from './lab-run.ts';
import { shownAction } from './run-action.ts';
import { restoreStart } from './step-starts.ts';

/**
 * The learner's turns at a step, which has begun: one more each time they want to begin it again. Resolves with `done` when they have
 * done it, `solve` when the lab shall, `quit` when they stop; what belongs to the last turn is what `action` gives.
 */
export async function learnerTurns(
  learner: Learner,
  step: Step,
  run: LabRun,
  newAction: () => ActionContext,
): Promise<{ choice: 'done' | 'solve' | 'quit'; action: ActionContext }> {
  for (;;) {
    const action = newAction();
    const commands = step.run.map((todo) => shownAction(todo, action));
    const choice = await takeTurn(step, { learner, check: action.check, emit: action.emit, commands });
    if (choice !== 'back') return { choice, action };
    await goBack(step, run);
  }
}

async function goBack(step: Step, run: LabRun): Promise<void> {
  if (await run.starts?.has(step.id)) await restoreStart(step, 'back', run);
  else run.options.onEvent({ type: 'back-impossible', step: step.id });
  await run.walk.beginStep(step);
}
