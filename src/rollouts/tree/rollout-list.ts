import { plannedWeight } from '../planned-scale.ts';
import type { Rollout } from '../rollout.ts';
import { stepPosition } from './current-step.ts';
import { observedPhase } from './observed-phase.ts';
import { renderTable } from './render-table.ts';

export interface ListOptions {
  allNamespaces?: boolean | undefined /** A column TIMESTAMP with this text. */;
  timestamp?: string | undefined;
}

/** Widths that lines printed one at a time keep, so that a watch stays in columns. */
const WIDTHS: Readonly<Record<string, number>> = {
  TIMESTAMP: 20,
  NAMESPACE: 9,
  NAME: 10,
  STRATEGY: 9,
  STATUS: 12,
  STEP: 4,
  'SET-WEIGHT': 10,
  READY: 5,
  DESIRED: 7,
  'UP-TO-DATE': 10,
  AVAILABLE: 9,
};

function columns(options: ListOptions): string[] {
  return [
    ...(options.timestamp === undefined ? [] : ['TIMESTAMP']),
    ...(options.allNamespaces ? ['NAMESPACE'] : []),
    'NAME',
    'STRATEGY',
    'STATUS',
    'STEP',
    'SET-WEIGHT',
    'READY',
    'DESIRED',
    'UP-TO-DATE',
    'AVAILABLE',
  ];
}

/** One row of `kubectl argo rollouts list rollouts`, without the prefixes. */
export function listRow(rollout: Rollout): string[] {
  const { spec, status = {} } = rollout;
  const isCanary = spec.strategy.canary !== undefined;
  return [
    rollout.metadata.name,
    isCanary ? 'Canary' : spec.strategy.blueGreen === undefined ? 'unknown' : 'BlueGreen',
    observedPhase(rollout).phase,
    stepPosition(rollout) || '-',
    isCanary ? String(plannedWeight(rollout)) : '-',
    `${status.readyReplicas ?? 0}/${status.replicas ?? 0}`,
    String(spec.replicas ?? 1),
    String(status.updatedReplicas ?? 0),
    String(status.availableReplicas ?? 0),
  ];
}

/** The table, sorted by namespace and name as the API lists them; `header` false gives the rows alone. */
export function renderList(rollouts: readonly Rollout[], options: ListOptions & { header?: boolean } = {}): string {
  const names = columns(options);
  const rows = rollouts.map((rollout) => [
    ...(options.timestamp === undefined ? [] : [options.timestamp]),
    ...(options.allNamespaces ? [rollout.metadata.namespace ?? ''] : []),
    ...listRow(rollout),
  ]);
  return renderTable(
    options.header === false ? rows : [names, ...rows],
    names.map((name) => WIDTHS[name] ?? 0),
  );
}
