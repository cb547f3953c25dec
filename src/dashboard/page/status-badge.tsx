import { useTexts } from './language.ts';
import { Sign, signOf } from './sign.tsx';

/** The tone that a status is coloured in. */
export function toneOf(status: string | undefined): 'good' | 'busy' | 'paused' | 'bad' | 'idle' {
  switch (status) {
    case 'Healthy':
    case 'Successful':
    case 'Completed':
    case 'Succeeded':
      return 'good';
    case 'Progressing':
    case 'Running':
    case 'Pending':
    case 'ContainerCreating':
    case 'PodInitializing':
    case 'Terminating':
      return 'busy';
    case 'Paused':
    case 'Inconclusive':
    case 'ImagePullBackOff':
    case 'ErrImagePull':
      return 'paused';
    case 'Degraded':
    case 'Failed':
    case 'ReplicaFailure':
    case 'Error':
    case 'CrashLoopBackOff':
    case 'InvalidImageName':
    case 'OOMKilled':
      return 'bad';
    default:
      return 'idle';
  }
}

export function StatusBadge({ status = 'Unknown', short = false }: { status?: string | undefined; short?: boolean }) {
  const texts = useTexts();
  const text = texts.statuses[status] ?? status;
  return (
    <span class={`status ${toneOf(status)}${short ? ' short' : ''}`} title={text} data-status={status}>
      <Sign name={signOf(status)} />
      <span class={short ? 'visually-hidden' : undefined}>{text}</span>
    </span>
  );
}
