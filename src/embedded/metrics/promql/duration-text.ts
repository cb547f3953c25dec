import { parseError } from '../query-error.ts';

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

/** A PromQL duration such as `1h30m`, in milliseconds. Every unit at most once, from the largest to the smallest. */
export function parsePromDuration(text: string): number {
  const match = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/.exec(text);
  if (match === null || text === '') throw parseError(`not a valid duration string: ${JSON.stringify(text)}`);
  return ['y', 'w', 'd', 'h', 'm', 's', 'ms'].reduce((sum, unit, index) => sum + Number(match[index + 1] ?? 0) * UNIT_MS[unit]!, 0);
}
