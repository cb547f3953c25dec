type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether two JSON values are the same; absent fields and `undefined` are one. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, index) => sameJson(item, b[index]));
  if (isFields(a) && isFields(b)) return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => sameJson(a[key], b[key]));
  return a === b;
}

/** The JSON merge patch (RFC 7386) that turns `before` into `after`, or `undefined` when nothing differs. */
export function mergeDifference(before: object | undefined, after: object): Record<string, unknown> | undefined {
  const from = (before ?? {}) as Fields;
  const to = after as Fields;
  const patch: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    if (to[key] === undefined) {
      if (from[key] !== undefined) patch[key] = null;
      continue;
    }
    if (sameJson(from[key], to[key])) continue;
    const inner = isFields(from[key]) && isFields(to[key]) ? mergeDifference(from[key], to[key]) : to[key];
    if (inner !== undefined) patch[key] = inner;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}
