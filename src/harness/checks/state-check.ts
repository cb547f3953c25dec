import type { Check, CheckTexts } from '../check.ts';
import type { Observation } from '../observation.ts';
import { type Judge, type WatchTarget, watchUntil } from '../watch-until.ts';

/** A check of cluster state: it watches `targets` until `judge` holds. */
export function stateCheck(
  texts: CheckTexts,
  targets: readonly WatchTarget[],
  judge: Judge,
  about: { observes: readonly Observation[]; look: readonly string[] },
): Check {
  return {
    id: texts.id,
    title: texts.title,
    next: texts.next,
    observes: about.observes,
    look: texts.look ?? about.look,
    evaluate: (ctx) => watchUntil(targets, judge, ctx, texts.timeoutMs ?? ctx.timeoutMs),
  };
}

/** A value as people read it. */
export function shown(value: unknown): string {
  if (value === undefined) return '(absent)';
  return typeof value === 'string' ? (value === '' ? '""' : value) : JSON.stringify(value);
}
