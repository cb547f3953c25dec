export type SignName = 'good' | 'bad' | 'busy' | 'paused' | 'waiting' | 'warning' | 'unclear' | 'idle' | 'star';

/** Drawn rather than written: not every machine has a font with these signs. */
const SHAPES: Readonly<Record<SignName, string>> = {
  good: 'M3 8.5l3.4 3.5L13 4.5',
  bad: 'M4 4l8 8M12 4l-8 8',
  paused: 'M5.5 3.5v9M10.5 3.5v9',
  busy: 'M8 2.5a5.5 5.5 0 1 0 5.5 5.5',
  waiting: 'M8 2.5a5.5 5.5 0 1 0 .01 0M8 5v3.3l2.2 1.4',
  warning: 'M8 2.5L14 13.5H2zM8 6.8v3M8 11.6v.1',
  unclear: 'M5.5 6a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.8-1.1 1.6M8 12.4v.1',
  idle: 'M8 7.4a.6.6 0 1 0 .01 0',
  star: 'M8 1.8l1.9 4 4.3.6-3.1 3 .8 4.4L8 11.7l-3.9 2.1.8-4.4-3.1-3 4.3-.6z',
};

export function Sign({ name, isFilled = false }: { name: SignName; isFilled?: boolean }) {
  return (
    <svg class={`sign ${name}-sign`} viewBox="0 0 16 16" aria-hidden="true">
      <path class={isFilled ? 'filled' : undefined} d={SHAPES[name]} />
    </svg>
  );
}

/** The sign of a status of Rollouts, ReplicaSets, AnalysisRuns and their measurements. */
export function signOf(status: string | undefined): SignName {
  switch (status) {
    case 'Healthy':
    case 'Successful':
      return 'good';
    case 'Progressing':
    case 'Running':
      return 'busy';
    case 'Paused':
      return 'paused';
    case 'Degraded':
    case 'Failed':
    case 'ReplicaFailure':
      return 'bad';
    case 'Pending':
      return 'waiting';
    case 'Error':
      return 'warning';
    case 'ScaledDown':
      return 'idle';
    default:
      return 'unclear';
  }
}

/** The sign that stands for the server's own letter, for Pods. */
export function signOfLetter(letter: string | undefined): SignName {
  switch (letter) {
    case '✔':
      return 'good';
    case '✖':
      return 'bad';
    case '◌':
      return 'busy';
    case '⚠':
      return 'warning';
    default:
      return 'unclear';
  }
}
