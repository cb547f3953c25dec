import { humanDuration } from '../../base/duration.ts';
import { durationSeconds } from '../pause-duration.ts';
import type { Experiment } from './experiment.ts';
import { renderTable } from './render-table.ts';

/** The table of `kubectl argo rollouts list experiments`. */
export function renderExperimentList(
  experiments: readonly Experiment[],
  options: { allNamespaces?: boolean | undefined; nowMs: number },
): string {
  const header = [...(options.allNamespaces ? ['NAMESPACE'] : []), 'NAME', 'STATUS', 'DURATION', 'REMAINING', 'AGE'];
  const rows = experiments.map((experiment) => {
    const { duration } = experiment.spec ?? {};
    const { availableAt, phase = '' } = experiment.status ?? {};
    const leftMs =
      duration === undefined || availableAt === undefined || phase !== 'Running'
        ? undefined
        : Date.parse(availableAt) + durationSeconds(duration) * 1000 - options.nowMs;
    return [
      ...(options.allNamespaces ? [experiment.metadata.namespace ?? ''] : []),
      experiment.metadata.name,
      phase,
      duration === undefined ? '-' : String(duration),
      leftMs === undefined || leftMs < 0 ? '-' : humanDuration(leftMs),
      humanDuration(Math.max(0, options.nowMs - Date.parse(experiment.metadata.creationTimestamp ?? ''))),
    ];
  });
  return renderTable([header, ...rows]);
}
