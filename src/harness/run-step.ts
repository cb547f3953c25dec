import { mkdir } from 'node:fs/promises';
import type { ActionContext } from './action-context.ts';
import { failCommand, judgeCheck, skipCheck } from './check-results.ts';
import { writeDiagnostics } from './diagnostics.ts';
import type { Action, Step } from './lab.ts';
import { actionContextOf, checkContextOf, type LabRun } from './lab-run.ts';
import { learnerTurns } from './learner-turns.ts';
import type { StepReport } from './report.ts';
import { runAction, shownAction } from './run-action.ts';

/** How long a check of a learner's own way may take that counts only when it holds. */
const OPTIONAL_CHECK_MS = 1000;

/**
 * Runs a step: its introduction, its commands (by the lab or by the learner), its checks and what is to be said of them. A failure
 * makes the outcome of the run `fail`. Resolves with `quit` when the learner stopped. Rejects when the run is interrupted; the checks
 * that were not judged are reported as skipped then.
 */
export async function runStep(step: Step, place: { index: number; of: number }, run: LabRun): Promise<'finished' | 'quit'> {
  const { options } = run;
  const { clock } = options.ctx;
  const startMs = clock.nowMs();
  const report = openReport(step, run);
  options.onEvent({ type: 'step-started', step: step.id, ...place, title: step.title, say: step.say, kind: step.kind });
  let failed = false;
  try {
    await options.confirmStep?.(step);
    await options.pause?.({ at: 'step' });
    if (options.keepStarts !== undefined)
      await run.starts?.take(step.id, { unlessThere: place.index === 0 && options.resumeAt !== undefined });
    await run.walk.beginStep(step);
    await options.beforeRun?.(step, checkContextOf(run));
    const { choice, action } = await whoseWork(step, run);
    if (choice === 'quit') {
      options.onEvent({ type: 'learner-quit', step: step.id });
      return 'quit';
    }
    if (choice !== 'done') failed = !(await runCommands(choice === 'solve' ? (step.solve ?? step.run) : step.run, action, report, run));
    for (const check of step.checks) {
      // What happened on a learner's own way cannot be done again: it counts when it is as planned, and is left out when not.
      const isOptional = choice !== 'run' && check.historic === true;
      if (failed || (isOptional && !(await check.evaluate({ ...action.check, timeoutMs: OPTIONAL_CHECK_MS })).holds))
        skipCheck(check, report, run);
      else failed = !(await judgeCheck(check, action.check, report, run));
    }
    await options.pause?.({ at: 'checks' });
    if (!failed) await explain(step, run);
    if (!failed) await options.afterChecks?.(step, step.checks, checkContextOf(run));
  } catch (error) {
    for (const check of step.checks.filter(({ id }) => !report.checks.some((done) => done.id === id))) skipCheck(check, report, run);
    throw error;
  } finally {
    report.durationMs = Math.round(clock.nowMs() - startMs);
  }
  if (failed) await fail(run);
  options.onEvent({ type: 'step-finished', step: step.id, outcome: failed ? 'fail' : 'pass', durationMs: report.durationMs });
  return 'finished';
}

/** Reports a step that comes after the end of the run. */
export function skipStep(step: Step, run: LabRun): void {
  const report = openReport(step, run);
  for (const check of step.checks) skipCheck(check, report, run);
  run.options.onEvent({ type: 'step-finished', step: step.id, outcome: 'skip', durationMs: 0 });
}

function openReport(step: Step, { options, report }: LabRun): StepReport {
  const opened: StepReport = { id: step.id, title: step.title[options.lang], commands: [], checks: [], durationMs: 0 };
  report.steps.push(opened);
  return opened;
}

/** Whose work the step's commands are: the lab's own, done by the learner, or handed back by them. */
async function whoseWork(step: Step, run: LabRun): Promise<{ choice: 'run' | 'done' | 'solve' | 'quit'; action: ActionContext }> {
  const { learner } = run.options;
  const newAction = (): ActionContext => actionContextOf(step, run, checkContextOf(run), (event) => run.options.onEvent(event));
  return learner === undefined ? { choice: 'run', action: newAction() } : learnerTurns(learner, step, run, newAction);
}

/** Runs one command after the other, and resolves with whether all did what they should; after one that did not, none is run. */
async function runCommands(commands: readonly Action[], action: ActionContext, report: StepReport, run: LabRun): Promise<boolean> {
  const { options } = run;
  for (const [index, todo] of commands.entries()) {
    await options.pause?.({ at: 'command', command: shownAction(todo, action) });
    const { command, failure } = await runAction(todo, action);
    if (command !== undefined) report.commands.push(command);
    await options.pause?.({ at: 'output' });
    if (failure === undefined) continue;
    failCommand(index + 1, command?.argv ?? ['kubectl', 'get', 'events', '-A'], failure, report, run);
    return false;
  }
  return true;
}

/** Not after a failure: that would bury what the failure says. */
async function explain(step: Step, { options }: LabRun): Promise<void> {
  if (step.why !== undefined) {
    options.onEvent({ type: 'why', step: step.id, text: step.why });
    await options.pause?.({ at: 'text' });
  }
  for (const note of step.notes) {
    options.onEvent({ type: 'note', step: step.id, id: note.id, text: note.text });
    await options.pause?.({ at: 'text' });
  }
}

async function fail({ report, options }: LabRun): Promise<void> {
  report.outcome = 'fail';
  const { reportDirectory, api, tools, ctx } = options;
  if (reportDirectory === undefined) return;
  await mkdir(reportDirectory, { recursive: true });
  await writeDiagnostics(reportDirectory, { api, tools, signal: ctx.signal });
}
