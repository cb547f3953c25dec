/**
 * JSON with sorted keys in which what Kubernetes treats as equal reads the same: absent, null and empty lists are left out
 * (k8s.io/apimachinery Semantic.DeepEqual). Empty objects stay, since `emptyDir: {}` means something.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(canonical(value)) ?? 'null';
}

/** Whether two values say the same, key order and empty lists aside. */
export function sameJson(a: unknown, b: unknown): boolean {
  return a === b || canonicalJson(a) === canonicalJson(b);
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
