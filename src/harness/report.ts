import type { CheckResult } from './check.ts';
import type { RanCommand } from './command-runner.ts';
import type { TimelineEntry } from './rollout-timeline.ts';
import type { Language } from './text.ts';

export interface StepReport {
  id: string;
  title: string;
  commands: RanCommand[];
  checks: CheckResult[];
  durationMs: number;
}

/** `report.json`, schema 1. Stable: fields are only ever added under the same number. */
export interface LabReport {
  schema: 1;
  lab: string;
  cluster: { provider: string; kubernetes: string; versions: Record<string, string> };
  lang: Language;
  seed: number;
  /** RFC 3339, host time. */
  startedAt: string;
  durationMs: number;
  outcome: 'pass' | 'fail' | 'interrupted';
  steps: StepReport[];
  timeline: TimelineEntry[];
  traffic: { requests: number; failures: number; byHash: Record<string, number> };
}

/** How many checks passed, failed and were skipped: the same numbers in every form of the report. */
export function countChecks(report: Pick<LabReport, 'steps'>): { pass: number; fail: number; skip: number } {
  const counts = { pass: 0, fail: 0, skip: 0 };
  for (const { checks } of report.steps) for (const { outcome } of checks) counts[outcome] += 1;
  return counts;
}

/** The program's exit code: 0 every check held, 1 a check failed, 130 interrupted. */
export function exitCodeOf(report: Pick<LabReport, 'outcome'>): number {
  return { pass: 0, fail: 1, interrupted: 130 }[report.outcome];
}
