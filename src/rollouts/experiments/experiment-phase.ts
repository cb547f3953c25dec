import { durationSeconds } from '../pause-duration.ts';
import type { Experiment, ExperimentPhase, TemplateStatus } from '../tree/experiment.ts';

const TERMINAL = new Set<string | undefined>(['Successful', 'Failed', 'Error', 'Inconclusive']);
export function isExperimentOver(phase: string | undefined): boolean {
  return TERMINAL.has(phase);
}

/** What is known of an Experiment when its phase is decided. */
export interface ExperimentFacts {
  templates: readonly TemplateStatus[];
  analyses: readonly { name: string; phase: string; message?: string | undefined }[];
  availableAtMs: number | undefined;
  nowMs: number;
}

/** Milliseconds until the duration is over; `undefined` without a duration, or before all templates were available. */
export function durationRemainingMs(experiment: Experiment, { availableAtMs, nowMs }: ExperimentFacts): number | undefined {
  const { duration } = experiment.spec ?? {};
  if (duration === undefined || availableAtMs === undefined) return undefined;
  return Math.max(0, availableAtMs + durationSeconds(duration) * 1000 - nowMs);
}

/**
 * The phase of an Experiment: a template that does not get its Pods or an analysis that goes wrong ends it badly; time and
 * the required analyses end it well. Models argo-rollouts/experiments/experiment.go assessing templates and analysis runs.
 */
export function experimentPhase(experiment: Experiment, facts: ExperimentFacts): { phase: ExperimentPhase; message?: string } {
  const spec = experiment.spec ?? {};
  const lost = facts.templates.find(({ status }) => status === 'Failed' || status === 'Error');
  if (lost !== undefined)
    return { phase: lost.status as ExperimentPhase, ...(lost.message === undefined ? {} : { message: lost.message }) };
  for (const phase of ['Failed', 'Error', 'Inconclusive'] as const) {
    const bad = facts.analyses.find((analysis) => analysis.phase === phase);
    if (bad !== undefined) return { phase, ...(bad.message ? { message: bad.message } : {}) };
  }
  if (spec.terminate) return { phase: 'Successful' };
  if (facts.availableAtMs === undefined) return { phase: 'Pending' };
  const required = (spec.analyses ?? []).filter(({ requiredForCompletion }) => requiredForCompletion);
  const isSuccessful = (name: string): boolean => facts.analyses.find((analysis) => analysis.name === name)?.phase === 'Successful';
  const remainingMs = durationRemainingMs(experiment, facts);
  const timeIsUp = spec.duration === undefined ? required.length > 0 : remainingMs === 0;
  return { phase: timeIsUp && required.every(({ name }) => isSuccessful(name)) ? 'Successful' : 'Running' };
}
