import { ownValue, setOwnValue } from '../../../base/own-value.ts';
import { statusError } from '../../../kube/status-error.ts';
import { type FieldType, rowType } from '../schema/field-types.ts';
import { type MergeRule, mergeKeys, replacedMaps } from './merge-keys.ts';

type Plain = Record<string, unknown>;

const ORDER = '$setElementOrder/';
const DELETE_PRIMITIVES = '$deleteFromPrimitiveList/';

/**
 * Strategic merge patch of a built-in kind (k8s.io/apimachinery/pkg/util/strategicpatch). Neither argument is changed. Throws
 * InternalError, as upstream does, on an element without its merge key or an unknown directive.
 */
export function strategicMergePatch(schemaName: string, current: object, patch: object): object {
  return mergeMap({ kind: 'row', row: rowType(schemaName) }, current as Plain, patch as Plain);
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function childType(type: FieldType | undefined, key: string): FieldType | undefined {
  if (type?.kind === 'row') return type.row.fields.get(key)?.type;
  return type?.kind === 'map' ? type.of : undefined;
}

function ruleOf(type: FieldType | undefined, key: string): MergeRule | undefined {
  return type?.kind === 'row' ? ownValue(mergeKeys, `${type.row.name}.${key}`) : undefined;
}

function elementType(type: FieldType | undefined): FieldType | undefined {
  return type?.kind === 'list' ? type.of : undefined;
}

function mergeMap(type: FieldType | undefined, current: Plain, patchWithDirectives: Plain): Plain {
  const patch = { ...patchWithDirectives };
  const directive = patch['$patch'];
  if (directive !== undefined) {
    delete patch['$patch'];
    if (directive === 'replace') return dropDirectives(patch) as Plain;
    if (directive === 'delete') return {};
    if (directive !== 'merge') throw badDirective(directive, patch);
  }
  const out = { ...current };
  const retain = patch['$retainKeys'];
  if (retain !== undefined) {
    delete patch['$retainKeys'];
    if (!Array.isArray(retain)) throw internal('expected a list after $retainKeys');
    for (const key of Object.keys(out)) if (!retain.includes(key)) delete out[key];
  }
  for (const key of Object.keys(patch)) if (key.startsWith(ORDER)) applyOrdered(type, out, patch, key);
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(DELETE_PRIMITIVES)) {
      const list = key.slice(DELETE_PRIMITIVES.length);
      const gone = value as unknown[];
      if (Array.isArray(out[list])) out[list] = (out[list] as unknown[]).filter((item) => !gone.includes(item));
      continue;
    }
    if (value === null) {
      delete out[key];
      continue;
    }
    const rule = ruleOf(type, key);
    const before = ownValue(out, key);
    if (Array.isArray(value)) {
      const merged =
        rule?.merge && (Array.isArray(before) || before === undefined)
          ? mergeList(elementType(childType(type, key)), rule, (before ?? []) as unknown[], value)
          : dropDirectives(value);
      setOwnValue(out, key, merged);
    } else if (isPlain(value)) {
      const whole = type?.kind === 'row' && replacedMaps.has(`${type.row.name}.${key}`);
      setOwnValue(out, key, whole ? dropDirectives(value) : mergeMap(childType(type, key), isPlain(before) ? before : {}, value));
    } else setOwnValue(out, key, value);
  }
  return out;
}

/** Merges the list that `$setElementOrder/<list>` names and puts it in that order; takes both keys out of the patch. */
function applyOrdered(type: FieldType | undefined, out: Plain, patch: Plain, orderKey: string): void {
  const order = patch[orderKey];
  delete patch[orderKey];
  const list = orderKey.slice(ORDER.length);
  const rule = ruleOf(type, list);
  if (!Array.isArray(order)) throw internal(`expected a list after ${orderKey}`);
  const before = out[list];
  const change = patch[list];
  if (before === undefined && change === undefined) return;
  let gone: unknown[] = [];
  const goneKey = `${DELETE_PRIMITIVES}${list}`;
  if (Array.isArray(patch[goneKey])) {
    gone = patch[goneKey] as unknown[];
    delete patch[goneKey];
  }
  if (change === null) return;
  const original = ((before ?? []) as unknown[]).filter((item) => !gone.includes(item));
  const merged =
    change === undefined
      ? original
      : rule?.merge
        ? mergeList(elementType(childType(type, list)), rule, original, change as unknown[])
        : (dropDirectives(change) as unknown[]);
  delete patch[list];
  out[list] = inOrder(merged, order, original, rule?.key);
}

function identity(item: unknown, key: string | undefined): unknown {
  if (key === undefined) return item;
  if (!isPlain(item) || !Object.hasOwn(item, key)) throw internal(`map: ${goMap(item)} does not contain declared merge key: ${key}`);
  return item[key];
}

function mergeList(of: FieldType | undefined, rule: MergeRule, original: unknown[], patch: unknown[]): unknown[] {
  const { key } = rule;
  if (key === undefined) return inOrder([...new Set([...original, ...patch])], patch, original, undefined);
  const changes: Plain[] = [];
  let merged = original as Plain[];
  for (const item of patch) {
    const directive = isPlain(item) ? item['$patch'] : undefined;
    if (directive === undefined || directive === 'merge') changes.push(item as Plain);
    else if (directive === 'replace')
      return patch.filter((other) => !isPlain(other) || other['$patch'] === undefined).map((other) => dropDirectives(other));
    else if (directive === 'delete') {
      const id = identity(item, key);
      merged = merged.filter((other) => other[key] !== id);
    } else throw badDirective(directive, item);
  }
  merged = [...merged];
  for (const change of changes) {
    const id = identity(change, key);
    const at = merged.findIndex((item) => identity(item, key) === id);
    if (at >= 0) merged[at] = mergeMap(of, merged[at]!, change);
    else merged.push(mergeMap(of, {}, change));
  }
  return inOrder(merged, changes, original, key);
}

/**
 * Elements that `order` names come in that order; the others keep theirs. The two sequences are woven so that an element
 * of the second kind precedes one of the first only where it did so in `original`.
 */
function inOrder(merged: unknown[], order: readonly unknown[], original: readonly unknown[], key: string | undefined): unknown[] {
  const idOf = (item: unknown): unknown => identity(item, key);
  const orderIds = order.map(idOf);
  const originalIds = original.map(idOf);
  const named = merged
    .filter((item) => orderIds.includes(idOf(item)))
    .sort((a, b) => orderIds.indexOf(idOf(a)) - orderIds.indexOf(idOf(b)));
  const others = merged
    .filter((item) => !orderIds.includes(idOf(item)))
    .sort((a, b) => originalIds.indexOf(idOf(a)) - originalIds.indexOf(idOf(b)));
  const out: unknown[] = [];
  let i = 0;
  for (const item of named) {
    const at = originalIds.indexOf(idOf(item));
    while (at >= 0 && i < others.length) {
      const otherAt = originalIds.indexOf(idOf(others[i]));
      if (otherAt < 0 || otherAt > at) break;
      out.push(others[i++]);
    }
    out.push(item);
  }
  return [...out, ...others.slice(i)];
}

/** A value as it is stored when there was nothing to merge it with. */
function dropDirectives(value: unknown): unknown {
  if (Array.isArray(value))
    return value.filter((item) => !isPlain(item) || item['$patch'] === undefined || item['$patch'] === 'merge').map(dropDirectives);
  if (!isPlain(value)) return value;
  const out: Plain = {};
  for (const [key, item] of Object.entries(value)) {
    if (item === null || key === '$patch' || key === '$retainKeys' || key.startsWith(ORDER) || key.startsWith(DELETE_PRIMITIVES)) continue;
    setOwnValue(out, key, dropDirectives(item));
  }
  return out;
}

function goMap(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goMap).join(' ')}]`;
  if (!isPlain(value)) return String(value);
  return `map[${Object.keys(value)
    .sort()
    .map((key) => `${key}:${goMap(value[key])}`)
    .join(' ')}]`;
}

function internal(message: string): Error {
  return statusError('InternalError', message);
}

function badDirective(directive: unknown, where: unknown): Error {
  return internal(`Unknown patch type ${JSON.stringify(directive)} in ${goMap(where)}`);
}
