import { ownValue, setOwnValue } from '../../../base/own-value.ts';

/** The value at a simple path such as `.spec.replicas`. */
export function readPath(object: unknown, path: string): unknown {
  let value = object;
  for (const field of path.split('.').filter((part) => part !== '')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = ownValue(value as Record<string, unknown>, field);
  }
  return value;
}

/** Sets the value at a simple path, making the maps on the way. */
export function writePath(object: object, path: string, value: unknown): void {
  const fields = path.split('.').filter((part) => part !== '');
  const last = fields.pop()!;
  let target = object as Record<string, unknown>;
  for (const field of fields) {
    let next = ownValue(target, field);
    if (typeof next !== 'object' || next === null) setOwnValue(target, field, (next = {}));
    target = next as Record<string, unknown>;
  }
  setOwnValue(target, last, value);
}
