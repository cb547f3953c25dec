import { ownValue, setOwnValue } from '../../base/own-value.ts';

type Plain = Record<string, unknown>;

/**
 * `after` with every part that equals its counterpart in `before` replaced by that part; `before` itself when all are equal. A version
 * of an object then holds only what a write has changed, and whoever compares it with the one before stops at the shared parts.
 * `after` must be private to the caller; of its frozen parts only whole ones are replaced. Items of lists are counterparts by position.
 */
export function shareUnchanged<T>(before: unknown, after: T): T {
  if (before === after || typeof before !== 'object' || typeof after !== 'object' || before === null || after === null) return after;
  if (Array.isArray(after)) return Array.isArray(before) ? (shareItems(before, after) as T) : after;
  return Array.isArray(before) ? after : (shareFields(before as Plain, after as Plain) as T);
}

function shareFields(before: Plain, after: Plain): Plain {
  const isOwn = !Object.isFrozen(after);
  let same = true;
  let count = 0;
  for (const key of Object.keys(after)) {
    const value = after[key];
    if (value === undefined) continue;
    count += 1;
    const was = ownValue(before, key);
    const shared = shareUnchanged(was, value);
    if (shared !== was) same = false;
    if (shared !== value && isOwn) setOwnValue<unknown>(after, key, shared);
  }
  if (!same) return after;
  for (const key of Object.keys(before)) if (before[key] !== undefined) count -= 1;
  return count === 0 ? before : after;
}

function shareItems(before: readonly unknown[], after: unknown[]): readonly unknown[] {
  const isOwn = !Object.isFrozen(after);
  let same = before.length === after.length;
  const length = Math.min(before.length, after.length);
  for (let at = 0; at < length; at++) {
    const shared = shareUnchanged(before[at], after[at]);
    if (shared !== before[at]) same = false;
    if (shared !== after[at] && isOwn) after[at] = shared;
  }
  return same ? before : after;
}
