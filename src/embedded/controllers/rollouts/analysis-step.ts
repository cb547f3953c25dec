import type { Pass } from './pass.ts';

/** Carries over the references to analysis runs that the status holds. */
export async function reconcileAnalysisRuns(pass: Pass): Promise<void> {
  const { currentStepAnalysisRunStatus, currentBackgroundAnalysisRunStatus } = pass.rollout.status?.canary ?? {};
  pass.analysis = { step: currentStepAnalysisRunStatus, background: currentBackgroundAnalysisRunStatus };
}
