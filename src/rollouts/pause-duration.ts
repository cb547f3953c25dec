import { parseDuration } from '../base/duration.ts';
import type { IntOrString } from '../kube/object.ts';

/**
 * Whole seconds of a pause or analysis duration: a number or a string of digits is seconds, anything else a Go duration.
 * -1 when the text is neither, which validation refuses.
 */
export function durationSeconds(duration: IntOrString): number {
  if (typeof duration === 'number') return duration;
  if (/^-?\d+$/.test(duration)) return Number(duration);
  const ms = parseDuration(duration);
  return ms === undefined ? -1 : Math.trunc(ms / 1000);
}
