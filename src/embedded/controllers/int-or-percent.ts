import type { IntOrString } from '../../kube/object.ts';

/** `25%` of `total` rounded as told, or the number itself. Malformed text counts as 0: the API server refuses it earlier. */
export function scaledValue(value: IntOrString | undefined, total: number, round: 'up' | 'down', fallback: IntOrString = 0): number {
  const wanted = value ?? fallback;
  if (typeof wanted === 'number') return wanted;
  const match = wanted.match(/^(\d+)(%?)$/);
  if (match === null) return 0;
  if (match[2] === '') return Number(match[1]);
  const share = (Number(match[1]) * total) / 100;
  return round === 'up' ? Math.ceil(share) : Math.floor(share);
}
