import { ownValue, setOwnValue } from '../../../base/own-value.ts';
import { type FieldSet, isLeaf, keyElement, valueElement } from './field-set.ts';
import { fieldInfo, type TypeInfo } from './type-info.ts';

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The live value with the applied one laid over it: structs, maps and keyed lists merge, the rest is replaced. */
export function mergeValues(type: TypeInfo, live: unknown, applied: unknown): unknown {
  if (live === undefined || isLeaf(type, live) || isLeaf(type, applied)) return applied;
  if (isPlain(applied) && isPlain(live)) {
    const out: Record<string, unknown> = { ...live };
    for (const key in applied) {
      if (applied[key] === null) {
        if (ownValue(out, key) === undefined) setOwnValue(out, key, null);
        continue;
      }
      setOwnValue(out, key, mergeValues(fieldInfo(type, key), ownValue(live, key), applied[key]));
    }
    return out;
  }
  return mergeLists(type, live as unknown[], applied as unknown[]);
}

function elementOf(type: TypeInfo, item: unknown): string {
  return type.kind === 'list-map' ? keyElement(type, item) : valueElement(item);
}

/** Applied items keep the order they were given in; items that only the live list has come before the shared or new item that follows. */
function mergeLists(type: TypeInfo, live: unknown[], applied: unknown[]): unknown[] {
  const wanted = new Map(applied.map((item) => [elementOf(type, item), item]));
  const present = new Map(live.map((item) => [elementOf(type, item), item]));
  const out: unknown[] = [];
  const done = new Set<string>();
  let next = 0;
  const takeLiveOnly = (until: string | undefined): void => {
    for (; next < live.length; next++) {
      const element = elementOf(type, live[next]);
      if (element === until) {
        next += 1;
        return;
      }
      if (wanted.has(element)) {
        if (done.has(element)) continue;
        return;
      }
      out.push(live[next]);
    }
  };
  for (const item of applied) {
    const element = elementOf(type, item);
    if (done.has(element)) continue;
    takeLiveOnly(present.has(element) ? element : undefined);
    done.add(element);
    out.push(type.kind === 'list-map' ? mergeValues(type.of, present.get(element), item) : item);
  }
  for (; next < live.length; next++) if (!wanted.has(elementOf(type, live[next]))) out.push(live[next]);
  return out;
}

/** Removes from `value` what `last` owned and `keep` (everybody's present claims) does not mention any more. */
export function prune(type: TypeInfo, value: unknown, last: FieldSet, keep: FieldSet): unknown {
  if (Array.isArray(value)) {
    if (type.kind !== 'list-map' && type.kind !== 'set') return value;
    const out: unknown[] = [];
    for (const item of value) {
      const element = elementOf(type, item);
      const owned = last[element];
      if (owned !== undefined && keep[element] === undefined) continue;
      // An item that somebody else keeps stays the item it is: its keys go with it alone.
      out.push(
        type.kind === 'list-map' && owned !== undefined ? prune(type.of, item, withoutKeys(type.keys, owned), keep[element]!) : item,
      );
    }
    return out;
  }
  if (!isPlain(value) || type.kind === 'leaf') return value;
  let out = value;
  for (const element in last) {
    if (!element.startsWith('f:')) continue;
    const key = element.slice(2);
    const own = ownValue(value, key);
    if (own === undefined) continue;
    if (keep[element] === undefined) {
      if (out === value) out = { ...value };
      delete out[key];
      continue;
    }
    const child = prune(fieldInfo(type, key), own, last[element]!, keep[element]);
    if (child !== own) {
      if (out === value) out = { ...value };
      setOwnValue(out, key, child);
    }
  }
  return out;
}

function withoutKeys(keys: readonly string[], set: FieldSet): FieldSet {
  return Object.fromEntries(Object.entries(set).filter(([element]) => !keys.some((key) => element === `f:${key}`)));
}
