import { equalJson } from '../../../base/equal-json.ts';
import { ownValue } from '../../../base/own-value.ts';
import { addedFields, EMPTY, type FieldSet, isLeaf, keyElement, valueElement } from './field-set.ts';
import { fieldInfo, type TypeInfo } from './type-info.ts';

/** What differs between two versions of an object: fields set or changed, and fields that are gone. */
export interface Comparison {
  readonly changed: FieldSet;
  readonly removed: FieldSet;
}

const NOTHING: Comparison = { changed: EMPTY, removed: EMPTY };

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Walks both values once; equal parts cost no allocation. */
export function compare(type: TypeInfo, before: unknown, after: unknown): Comparison {
  const changed: Record<string, FieldSet> = {};
  const removed: Record<string, FieldSet> = {};
  compareFields(type, before as Record<string, unknown>, after as Record<string, unknown>, changed, removed);
  return { changed, removed };
}

function hasKeys(set: object): boolean {
  for (const _ in set) return true;
  return false;
}

function compareFields(
  type: TypeInfo,
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  changed: Record<string, FieldSet>,
  removed: Record<string, FieldSet>,
): void {
  for (const key in after) {
    const now = after[key];
    const was = ownValue(before, key);
    if (now === was || now === undefined) continue;
    const info = fieldInfo(type, key);
    if (was === undefined) {
      changed[`f:${key}`] = addedFields(info, now, key);
      continue;
    }
    record(compareValue(info, was, now), `f:${key}`, changed, removed);
  }
  for (const key in before) {
    if (ownValue(after, key) !== undefined || before[key] === undefined) continue;
    removed[`f:${key}`] = removedFields(fieldInfo(type, key), before[key], key);
  }
}

function record(
  result: Comparison | 'changed',
  element: string,
  changed: Record<string, FieldSet>,
  removed: Record<string, FieldSet>,
): void {
  if (result === 'changed') {
    changed[element] = EMPTY;
    return;
  }
  if (hasKeys(result.changed)) changed[element] = result.changed;
  if (hasKeys(result.removed)) removed[element] = result.removed;
}

/** Everything at and below a field that is gone, so that nobody keeps owning it. */
function removedFields(type: TypeInfo, value: unknown, key: string): FieldSet {
  return asMembers(addedFields(type, value, key));
}

/** The set with every part of it a member, structs too. */
function asMembers(set: FieldSet): FieldSet {
  const parts: Record<string, FieldSet> = {};
  for (const element in set) if (element !== '.') parts[element] = asMembers(set[element]!);
  return hasKeys(parts) ? { '.': EMPTY, ...parts } : EMPTY;
}

/** structured-merge-diff typed/compare.go compare: where the two are of different shapes, each is walked as what it is. */
function compareValue(type: TypeInfo, before: unknown, after: unknown): Comparison | 'changed' {
  const [wasLeaf, isNowLeaf] = [isLeaf(type, before), isLeaf(type, after)];
  if (wasLeaf && isNowLeaf) return equalJson(before, after) ? NOTHING : 'changed';
  if (wasLeaf !== isNowLeaf || Array.isArray(before) !== Array.isArray(after)) return reshaped(type, before, after);
  const changed: Record<string, FieldSet> = {};
  const removed: Record<string, FieldSet> = {};
  if (isPlain(after) && isPlain(before)) compareFields(type, before, after, changed, removed);
  else compareLists(type, before as unknown[], after as unknown[], changed, removed);
  return { changed, removed };
}

function reshaped(type: TypeInfo, before: unknown, after: unknown): Comparison {
  const { '.': _, ...gone } = addedFields(type, before, '');
  return { changed: { '.': EMPTY, ...addedFields(type, after, '') }, removed: gone };
}

function compareLists(
  type: TypeInfo,
  before: unknown[],
  after: unknown[],
  changed: Record<string, FieldSet>,
  removed: Record<string, FieldSet>,
): void {
  const elementOf = (item: unknown): string => (type.kind === 'list-map' ? keyElement(type, item) : valueElement(item));
  const old = new Map(before.map((item) => [elementOf(item), item]));
  for (const item of after) {
    const element = elementOf(item);
    const was = old.get(element);
    old.delete(element);
    if (type.kind !== 'list-map') {
      if (was === undefined) changed[element] = EMPTY;
      continue;
    }
    if (was === undefined) {
      const below = addedFields(type.of, item, '');
      changed[element] = hasKeys(below) ? { '.': EMPTY, ...below } : below;
    } else if (was !== item) record(compareValue(type.of, was, item), element, changed, removed);
  }
  for (const [element, item] of old) removed[element] = type.kind === 'list-map' ? removedFields(type.of, item, '') : EMPTY;
}
