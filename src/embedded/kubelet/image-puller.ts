import type { Clock } from '../../base/clock.ts';
import type { Container } from '../../kube/generated/types.ts';
import { isMissingImage, normalizedImage, pullDelayMs, pullFailure, shouldPull } from './image-pull.ts';

/** How long ErrImagePull is shown before ImagePullBackOff takes its place. */
const ERROR_SHOWN_MS = 1000;

export interface PullReport {
  event(type: 'Normal' | 'Warning', reason: string, message: string): void;
  waiting(reason: string, message: string): void;
}

/** Pulls a container's image as its policy says, with the kubelet's events; a missing image is tried again and again until the signal aborts. */
export async function pullImage(
  spec: Container,
  presentImages: Set<string>,
  report: PullReport,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const reference = spec.image ?? '';
  signal.throwIfAborted();
  for (let failures = 1; isMissingImage(reference); failures++) {
    if (spec.imagePullPolicy === 'Never') {
      const text = `Container image "${reference}" is not present with pull policy of Never`;
      report.waiting('ErrImageNeverPull', text);
      report.event('Warning', 'ErrImageNeverPull', text);
      report.event('Warning', 'Failed', 'Error: ErrImageNeverPull');
      await clock.sleep(10_000, signal);
      continue;
    }
    const text = pullFailure(reference);
    const cause = text.slice(text.indexOf('rpc error'));
    report.event('Normal', 'Pulling', `Pulling image "${reference}"`);
    report.event('Warning', 'Failed', text);
    report.event('Warning', 'Failed', 'Error: ErrImagePull');
    report.waiting('ErrImagePull', cause);
    await clock.sleep(ERROR_SHOWN_MS, signal);
    report.event('Normal', 'BackOff', `Back-off pulling image "${reference}"`);
    report.event('Warning', 'Failed', 'Error: ImagePullBackOff');
    report.waiting('ImagePullBackOff', `Back-off pulling image "${reference}": ErrImagePull: ${cause}`);
    await clock.sleep(pullDelayMs(failures), signal);
  }
  const full = normalizedImage(reference);
  if (!shouldPull(spec.imagePullPolicy, presentImages.has(full))) {
    report.event('Normal', 'Pulled', `Container image "${reference}" already present on machine`);
    return;
  }
  report.event('Normal', 'Pulling', `Pulling image "${reference}"`);
  report.event('Normal', 'Pulled', `Successfully pulled image "${reference}" in 1ms (1ms including waiting). Image size: 1048576 bytes.`);
  presentImages.add(full);
}
