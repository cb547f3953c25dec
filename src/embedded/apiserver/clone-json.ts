import { setOwnValue } from '../../base/own-value.ts';
/** A private copy of plain JSON data; several times faster than `structuredClone`. Fields whose value is `undefined` are dropped. */
export function cloneJson<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(cloneJson) as T;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const child = (value as Record<string, unknown>)[key];
    if (child !== undefined) setOwnValue(copy, key, typeof child === 'object' && child !== null ? cloneJson(child) : child);
  }
  return copy as T;
}
