import { LabError, messageOf } from '../base/errors.ts';
import { quoteCommand } from '../base/shell-quote.ts';
import type { Check, CheckContext, CheckResult } from './check.ts';
import type { LabRun } from './lab-run.ts';
import type { StepReport } from './report.ts';
import type { ActionOutcome } from './run-action.ts';

// What becomes of a step's checks is written down in its report and told as it happens; the report and the events say the same.

/** Waits for the check to hold, and resolves with whether it does. Rejects when the run is over, or with the check's own LabError. */
export async function judgeCheck(check: Check, context: CheckContext, report: StepReport, run: LabRun): Promise<boolean> {
  const { ctx, lang } = run.options;
  const { clock, signal } = ctx;
  const { id, title } = check;
  run.options.onEvent({ type: 'check-started', step: report.id, check: id, title });
  const startMs = clock.nowMs();
  const verdict = await check.evaluate(context).catch((error: unknown) => {
    if (signal.aborted || error instanceof LabError) throw error;
    return { holds: false, expected: '', observed: messageOf(error), detail: undefined };
  });
  const result: CheckResult = {
    id,
    title: title[lang],
    outcome: verdict.holds ? 'pass' : 'fail',
    expected: verdict.expected,
    observed: verdict.observed,
    durationMs: Math.round(clock.nowMs() - startMs),
    detail: verdict.detail ?? '',
  };
  report.checks.push(result);
  const about = { step: report.id, check: id, title, result };
  if (verdict.holds) run.options.onEvent({ type: 'check-passed', ...about });
  else run.options.onEvent({ type: 'check-failed', ...about, look: lookLine(check.look, run), next: check.next });
  return verdict.holds;
}

/** A check that nobody will look at. */
export function skipCheck({ id, title }: Check, report: StepReport, run: LabRun): void {
  const result: CheckResult = {
    id,
    title: title[run.options.lang],
    outcome: 'skip',
    expected: '',
    observed: '',
    durationMs: 0,
    detail: '',
  };
  report.checks.push(result);
  run.options.onEvent({ type: 'check-skipped', step: report.id, check: id, title });
}

/**
 * A command that failed is reported as a check of its own, so that every form of the report counts it. `number`: which one of the
 * step's commands, from 1; `look`: what shows more of it, program first.
 */
export function failCommand(
  number: number,
  look: readonly string[],
  failure: NonNullable<ActionOutcome['failure']>,
  report: StepReport,
  run: LabRun,
): void {
  const id = `${report.id}-command-${number}`;
  const title = { en: `command ${number} does what the step needs`, ko: `${number}번째 명령이 이 단계에 필요한 일을 합니다` };
  const result: CheckResult = { id, title: title[run.options.lang], outcome: 'fail', durationMs: 0, ...failure };
  report.checks.push(result);
  run.options.onEvent({
    type: 'check-failed',
    step: report.id,
    check: id,
    title,
    result,
    look: lookLine(look, run),
    next: undefined,
  });
}

function lookLine(argv: readonly string[], { options }: LabRun): string {
  return quoteCommand(argv.map((word) => (word.startsWith('INGRESS') ? word.replace('INGRESS', options.cluster.ingressUrl) : word)));
}
