import { ownValue } from '../../base/own-value.ts';

/**
 * JSON with sorted keys in which what Kubernetes treats as equal reads the same: absent, null and empty lists are left out
 * (k8s.io/apimachinery Semantic.DeepEqual). Empty objects stay, since `emptyDir: {}` means something.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(canonical(value)) ?? 'null';
}

/** Whether two values say the same, key order and empty lists aside. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isNothing(a) && isNothing(b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, index) => sameItem(item, b[index]));
  if (Array.isArray(b)) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  for (const key in left) if (!sameJson(left[key], ownValue(right, key))) return false;
  for (const key in right) if (ownValue(left, key) === undefined && !isNothing(right[key])) return false;
  return true;
}

/** Inside a list nothing is left out: `[null]` and `[[]]` differ. */
function sameItem(a: unknown, b: unknown): boolean {
  return isNothing(a) || isNothing(b) ? canonicalJson(a) === canonicalJson(b) : sameJson(a, b);
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([, child]) => child !== undefined && child !== null && !(Array.isArray(child) && child.length === 0))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, child]) => [key, canonical(child)]);
  return Object.fromEntries(entries);
}
