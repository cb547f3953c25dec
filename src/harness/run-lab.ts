import { rfc3339 } from '../base/clock.ts';
import { LabError } from '../base/errors.ts';
import type { Cluster } from '../cluster/provider.ts';
import type { TimeMode } from './action-context.ts';
import { setClusterTimeRate } from './cluster-clock.ts';
import type { LabEvent } from './events.ts';
import type { Lab, Step, Variables } from './lab.ts';
import type { LabRun } from './lab-run.ts';
import { SettingsReader } from './lab-settings.ts';
import { reachStep } from './reach-step.ts';
import { countChecks, type LabReport } from './report.ts';
import type { RunLabOptions } from './run-lab-options.ts';
import { runStep, skipStep } from './run-step.ts';
import { selectSteps } from './select-steps.ts';
import { shippedFile } from './shipped-file.ts';
import type { StepSnapshots } from './step-snapshots.ts';
import { openStepStarts } from './step-starts.ts';
import { WatchedWalk } from './watched-walk.ts';

const FORGET_MS = 10_000;

/**
 * Runs a lab step by step and stops at the first check that fails: what follows is reported as skipped. Resolves with the
 * report also when a check failed or the run was interrupted. Rejects with a LabError when the lab cannot be run at all
 * (`STEP_UNKNOWN`, `PROGRAM_MISSING`, an unreachable cluster).
 */
export async function runLab(lab: Lab, options: RunLabOptions): Promise<LabReport> {
  const { api, cluster, ctx } = options;
  const startMs = ctx.clock.nowMs();
  const report = newReport(lab, options, startMs);
  const walk = new WatchedWalk(lab, options, startMs);
  let starts: StepSnapshots | undefined;
  try {
    requireCapabilities(lab, cluster);
    const steps = selectSteps(lab, options.resumeAt ?? options.from, options.until);
    const variables = variablesOf(lab, options);
    options.onEvent(labStarted(lab, steps, options));
    const time: TimeMode = cluster.capabilities.virtualTime ? (options.time ?? 'virtual') : 'real';
    if (typeof time === 'number') await setClusterTimeRate(api, time, ctx.signal);
    starts = openStepStarts(lab, variables, options);
    const run: LabRun = { lab, options, variables, time, walk, starts, report };
    if (options.resumeAt === undefined) await reachStep(steps[0]!, run);
    await runSteps(steps, run);
    await finish(run, startMs);
    return report;
  } finally {
    await walk.end();
    // A cluster that is gone or going has forgotten them by itself.
    if (options.keepStarts?.staysFor(report.outcome) === false) await starts?.forget(AbortSignal.timeout(FORGET_MS)).catch(() => undefined);
  }
}

/** Throws `CAPABILITY_MISSING` when the cluster lacks something that the lab needs. */
function requireCapabilities(lab: Lab, cluster: Cluster): void {
  for (const need of lab.needs) {
    if (need === 'kubectl' || need === 'helm' || cluster.capabilities[need]) continue;
    throw new LabError('CAPABILITY_MISSING', `Lab "${lab.id}" needs a cluster with ${need}, which "${cluster.name}" has not.`, {
      next: 'Use --cluster embedded.',
    });
  }
}

/** Throws `OPTION_UNUSED` when a setting was given that the lab does not ask for. */
function variablesOf(lab: Lab, { cluster, ctx, settings }: RunLabOptions): Variables {
  const reader = new SettingsReader(settings ?? {});
  const variables = lab.variables({
    chartRepositories: cluster.chartRepositories,
    ingressUrl: cluster.ingressUrl,
    kubernetesVersion: cluster.kubernetesVersion,
    shipped: (file) => shippedFile(file, ctx.workingDirectory),
    setting: reader.read,
  });
  reader.requireAllAsked(lab.id);
  return variables;
}

/** Runs the steps until one fails, the learner stops or the run is interrupted. */
async function runSteps(steps: readonly Step[], run: LabRun): Promise<void> {
  const { options, report } = run;
  for (const [index, step] of steps.entries()) {
    if (report.outcome !== 'pass') {
      skipStep(step, run);
      continue;
    }
    try {
      if (index === 0) await options.pause?.({ at: 'lab' });
      if ((await runStep(step, { index, of: steps.length }, run)) === 'finished') continue;
      report.outcome = 'interrupted';
      // Nothing is skipped: the rest is still to come.
      return;
    } catch (error) {
      if (!options.ctx.signal.aborted) throw error;
      report.outcome = 'interrupted';
    }
  }
}

async function finish({ lab, options, walk, report }: LabRun, startMs: number): Promise<void> {
  const { timeline, traffic } = await walk.finish();
  if (traffic !== undefined) report.traffic = traffic;
  report.timeline = timeline;
  report.durationMs = Math.round(options.ctx.clock.nowMs() - startMs);
  const { outcome, durationMs } = report;
  options.onEvent({ type: 'lab-finished', lab: lab.id, outcome, durationMs, checks: countChecks(report) });
}

function labStarted(lab: Lab, steps: readonly Step[], { cluster, seed }: RunLabOptions): LabEvent {
  return {
    type: 'lab-started',
    lab: lab.id,
    title: lab.title,
    summary: lab.summary,
    seed,
    cluster: { provider: cluster.provider, kubernetes: cluster.kubernetesVersion, ingressUrl: cluster.ingressUrl },
    steps: steps.map((step) => ({ id: step.id, title: step.title, checks: step.checks.length, minutes: step.minutes })),
  };
}

function newReport(lab: Lab, { cluster, lang, seed }: RunLabOptions, startMs: number): LabReport {
  return {
    schema: 1,
    lab: lab.id,
    cluster: { provider: cluster.provider, kubernetes: cluster.kubernetesVersion, versions: {} },
    lang,
    seed,
    startedAt: rfc3339(startMs),
    durationMs: 0,
    outcome: 'pass',
    steps: [],
    timeline: [],
    traffic: { requests: 0, failures: 0, byHash: {} },
  };
}
