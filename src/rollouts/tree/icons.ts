/** One sign per kind of row in the tree. */
export const KIND_ICONS = { Rollout: '⟳', Revision: '#', ReplicaSet: '⧉', Pod: '□', Experiment: 'Σ', AnalysisRun: 'α', Job: '⊞' } as const;
export type RowKind = keyof typeof KIND_ICONS;

const GOOD = '✔';
const BAD = '✖';
const BUSY = '◌';
const WARNING = '⚠';
const UNKNOWN = '?';

const STATUS_ICONS: Readonly<Record<string, string>> = {
  Healthy: GOOD,
  Successful: GOOD,
  Progressing: BUSY,
  Running: BUSY,
  Degraded: BAD,
  Failed: BAD,
  ReplicaFailure: BAD,
  Paused: '॥',
  ScaledDown: '•',
  Error: WARNING,
  Unknown: UNKNOWN,
  Inconclusive: UNKNOWN,
  Pending: '◷',
};

/** For Rollouts, ReplicaSets, Experiments and AnalysisRuns. */
export function statusIcon(status: string): string {
  return STATUS_ICONS[status] ?? UNKNOWN;
}

/** For the text of a Pod's STATUS column. */
export function podIcon(status: string): string {
  if (status === 'Running' || status === 'Completed' || status === 'Succeeded') return GOOD;
  if (
    status === 'Pending' ||
    status === 'Terminating' ||
    status === 'ContainerCreating' ||
    status === 'PodInitializing' ||
    /^Init:\d/.test(status)
  )
    return BUSY;
  if (status === 'CrashLoopBackOff' || status === 'Failed' || status.startsWith('ExitCode:') || status.startsWith('Signal:')) return BAD;
  if (status.endsWith('Error') || /Err|ImagePullBackOff|InvalidImageName|RegistryUnavailable/.test(status)) return WARNING;
  return UNKNOWN;
}
