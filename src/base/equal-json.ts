import { ownValue } from './own-value.ts';

/** Whether two JSON values are equal. The order of keys does not matter; a field that is `undefined` counts as absent. */
export function equalJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!equalJson(a[i], b[i])) return false;
    return true;
  }
  if (Array.isArray(b)) return false;
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  let size = 0;
  for (const key of Object.keys(left)) {
    if (left[key] === undefined) continue;
    size += 1;
    if (!equalJson(left[key], ownValue(right, key))) return false;
  }
  for (const key of Object.keys(right)) if (right[key] !== undefined) size -= 1;
  return size === 0;
}
