import { ownValue, setOwnValue } from '../../../base/own-value.ts';
/** JSON merge patch, RFC 7386: null removes, objects merge, anything else replaces. Neither argument is changed; results share unchanged parts. */
export function mergePatch(current: object, patch: object): object {
  return merge(current, patch) as object;
}

function merge(current: unknown, patch: unknown): unknown {
  if (!isPlain(patch)) return patch;
  const out: Record<string, unknown> = isPlain(current) ? { ...current } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete out[key];
    else setOwnValue(out, key, merge(ownValue(out, key), value));
  }
  return out;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
