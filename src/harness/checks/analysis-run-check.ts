import type { AnyObject, ObjectKey } from '../../kube/object.ts';
import { type AnalysisPhase, type AnalysisRun, analysisRuns } from '../../rollouts/analysis/analysis-run.ts';
import { REVISION } from '../../rollouts/rollout.ts';
import type { Check, CheckTexts } from '../check.ts';
import { stateCheck } from './state-check.ts';

export interface AnalysisRunExpectation {
  rollout: Required<ObjectKey>;
  revision: number;
  /** `Background` beside the steps (default), or a `Step` of its own. */
  type?: AnalysisType;
  phase: AnalysisPhase;
  /** What the value of the last measurement must look like, as Prometheus gives it: `[1]`, or `[]` for no data. */
  measured?: RegExp;
  /** How many measurements there must be, at least. */
  measurements?: number;
  /** What the run says about itself. */
  message?: RegExp;
}

export type AnalysisType = 'Background' | 'Step';

/** The analysis of a revision is in a phase, and has measured what is expected. */
export function analysisRunCheck(texts: CheckTexts, expectation: AnalysisRunExpectation): Check {
  const { rollout, revision, type = 'Background', phase, measured, measurements, message } = expectation;
  return stateCheck(
    texts,
    [{ resource: analysisRuns, namespace: rollout.namespace }],
    ([objects]) => {
      const run = runOf(objects!, rollout.name, revision, type) as AnalysisRun | undefined;
      const all = run?.status?.metricResults?.[0]?.measurements ?? [];
      const last = all.at(-1)?.value;
      return {
        holds:
          run?.status?.phase === phase &&
          (measured === undefined || (last !== undefined && measured.test(last))) &&
          (message === undefined || message.test(run.status.message ?? '')) &&
          all.length >= (measurements ?? 0),
        expected: [
          phase,
          ...(measured === undefined ? [] : [`measured /${measured.source}/`]),
          ...(measurements === undefined ? [] : [`>= ${measurements} measurements`]),
          ...(message === undefined ? [] : [`message /${message.source}/`]),
        ].join(', '),
        observed:
          run === undefined
            ? `no AnalysisRun of revision ${revision}`
            : `${run.status?.phase ?? 'not started'}, measured ${all.map(({ value }) => value ?? '?').join(' ') || 'nothing'}`,
        detail: run?.status?.message,
      };
    },
    {
      observes: [{ kind: 'analysis-run', rollout, revision, type, path: ['status', 'phase'] }],
      look: ['kubectl', 'get', 'analysisruns', '-n', rollout.namespace, '-o', 'wide'],
    },
  );
}

/** The run of a Rollout's revision; the newest when the revision was tried more than once. */
export function runOf(runs: readonly AnyObject[], rollout: string, revision: number, type: AnalysisType): AnyObject | undefined {
  return runs
    .filter(
      ({ metadata }) =>
        metadata.annotations?.[REVISION] === String(revision) &&
        metadata.labels?.['rollout-type'] === type &&
        metadata.ownerReferences?.some((owner) => owner.kind === 'Rollout' && owner.name === rollout),
    )
    .sort((a, b) =>
      a.metadata.creationTimestamp < b.metadata.creationTimestamp
        ? 1
        : a.metadata.creationTimestamp > b.metadata.creationTimestamp
          ? -1
          : Number(b.metadata.name.split('.').at(-1)) - Number(a.metadata.name.split('.').at(-1)),
    )[0];
}
