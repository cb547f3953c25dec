import { equalJson } from '../base/equal-json.ts';
import { ownValue, setOwnValue } from '../base/own-value.ts';

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The JSON merge patch (RFC 7386) that turns `before` into `after`, or `undefined` when nothing differs. */
export function mergeDifference(before: object | undefined, after: object): Record<string, unknown> | undefined {
  const from = (before ?? {}) as Fields;
  const to = after as Fields;
  const patch: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const [was, is] = [ownValue(from, key), ownValue(to, key)];
    if (equalJson(was, is)) continue;
    const inner = is === undefined ? null : isFields(was) && isFields(is) ? mergeDifference(was, is) : is;
    if (inner !== undefined) setOwnValue(patch, key, inner);
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}
