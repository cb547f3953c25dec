import type { TypeInfo } from './type-info.ts';
import { fieldInfo } from './type-info.ts';

/**
 * A set of field paths in the wire form of FieldsV1: nested objects whose keys are path elements (`f:name`,
 * `k:{"name":"c"}`, `v:"x"`). A node without keys is a member; a node with children is one only if it also has `.`.
 * Values are never changed once built: operations share the parts that stay the same.
 */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

export const EMPTY: FieldSet = {};
const MEMBER: FieldSet = {};

function hasKeys(set: object): boolean {
  for (const _ in set) return true;
  return false;
}
export function isEmptySet(set: FieldSet): boolean {
  return !hasKeys(set);
}
function isMember(node: FieldSet): boolean {
  return '.' in node || !hasKeys(node);
}

/** A node with these children; none at all: a member or nothing. */
function nodeOf(member: boolean, children: Record<string, FieldSet>): FieldSet | undefined {
  if (!hasKeys(children)) return member ? MEMBER : undefined;
  return member ? { '.': MEMBER, ...children } : children;
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (!hasKeys(b)) return a;
  if (!hasKeys(a)) return b;
  return unionNode(a, b, false);
}

function unionNode(a: FieldSet, b: FieldSet, member: boolean): FieldSet {
  if (a === b) return a;
  const children: Record<string, FieldSet> = {};
  for (const key in a) if (key !== '.') children[key] = a[key]!;
  for (const key in b) {
    if (key === '.') continue;
    const before = children[key];
    children[key] = before === undefined ? b[key]! : unionNode(before, b[key]!, isMember(before) || isMember(b[key]!));
  }
  return nodeOf(member, children) ?? EMPTY;
}

/** Members of `a` that are not members of `b`. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  const children: Record<string, FieldSet> = {};
  for (const key in a) {
    if (key === '.') continue;
    const other = b[key];
    const left = other === undefined ? a[key] : differenceNode(a[key]!, other);
    if (left !== undefined) children[key] = left;
  }
  return children;
}

function differenceNode(a: FieldSet, b: FieldSet): FieldSet | undefined {
  return nodeOf(isMember(a) && !isMember(b), difference(a, b));
}

/** Members of both. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const children: Record<string, FieldSet> = {};
  for (const key in a) {
    if (key === '.') continue;
    const other = b[key];
    if (other === undefined) continue;
    const node = nodeOf(isMember(a[key]!) && isMember(other), intersection(a[key]!, other));
    if (node !== undefined) children[key] = node;
  }
  return children;
}

/** `a` without anything at or below the members of `b`. */
export function without(a: FieldSet, elements: readonly string[]): FieldSet {
  const [first, ...rest] = elements;
  if (first === undefined || a[first] === undefined) return a;
  const children: Record<string, FieldSet> = { ...a };
  const left = rest.length === 0 ? undefined : nodeOf('.' in a[first], withoutDot(without(a[first], rest)));
  if (left === undefined) delete children[first];
  else children[first] = left;
  return children;
}

function withoutDot(node: FieldSet): Record<string, FieldSet> {
  if (!('.' in node)) return node as Record<string, FieldSet>;
  const { '.': _, ...children } = node;
  return children;
}

export function equalSets(a: FieldSet, b: FieldSet): boolean {
  if (a === b) return true;
  let count = 0;
  for (const key in a) {
    count += 1;
    if (b[key] === undefined || !equalSets(a[key]!, b[key]!)) return false;
  }
  for (const _ in b) count -= 1;
  return count === 0;
}

/** The same set with its keys in the order upstream writes them. */
export function sorted(set: FieldSet): FieldSet {
  // Most nodes are leaves; one object serves for all of them.
  if (!hasKeys(set)) return MEMBER;
  const out: Record<string, FieldSet> = {};
  for (const key of Object.keys(set).sort()) out[key] = sorted(set[key]!);
  return out;
}

/** Member paths as printed in conflicts: `.spec.template.spec.containers[name="c"].image`. */
export function pathsOf(set: FieldSet): string[] {
  const out: string[] = [];
  const walk = (node: FieldSet, path: string, root: boolean): void => {
    if (!root && isMember(node)) out.push(path);
    for (const key of Object.keys(node).sort()) if (key !== '.') walk(node[key]!, `${path}${printedElement(key)}`, false);
  };
  walk(set, '', true);
  return out;
}

function printedElement(element: string): string {
  if (element.startsWith('f:')) return `.${element.slice(2)}`;
  if (element.startsWith('v:')) return `[=${element.slice(2)}]`;
  if (element.startsWith('k:')) {
    return `[${Object.entries(JSON.parse(element.slice(2)) as Record<string, unknown>)
      .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
      .join(',')}]`;
  }
  return `[${element.slice(2)}]`;
}

/** The `k:` element of an item of a list-map; key fields that are absent take their default. Keys are sorted. */
export function keyElement(type: Extract<TypeInfo, { kind: 'list-map' }>, item: unknown): string {
  const fields = (typeof item === 'object' && item !== null ? item : {}) as Record<string, unknown>;
  const { keys } = type;
  if (keys.length === 1) return `k:{${JSON.stringify(keys[0])}:${JSON.stringify(fields[keys[0]!] ?? type.defaults[keys[0]!] ?? null)}}`;
  const present = [...keys]
    .sort()
    .map((key) => [key, fields[key] ?? type.defaults[key]] as const)
    .filter(([, value]) => value !== undefined);
  return `k:{${present.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;
}

export function valueElement(item: unknown): string {
  return `v:${JSON.stringify(item)}`;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value of this type is owned as one piece. */
export function isLeaf(type: TypeInfo, value: unknown): boolean {
  switch (type.kind) {
    case 'leaf':
      return true;
    case 'set':
    case 'list-map':
      return !Array.isArray(value);
    default:
      return !isPlain(value);
  }
}

/**
 * All fields of an applied configuration: typed.ToFieldSet of structured-merge-diff. Items of lists and maps are members
 * themselves; structs are members only when they are empty.
 */
export function fieldsOf(type: TypeInfo, value: unknown): FieldSet {
  return (isLeaf(type, value) ? MEMBER : childrenOf(type, value, false)) ?? EMPTY;
}

/** `items`: also mark maps and keyed lists themselves, as an Update does for those it adds. */
function childrenOf(type: TypeInfo, value: unknown, items: boolean): Record<string, FieldSet> {
  const children: Record<string, FieldSet> = {};
  if (Array.isArray(value)) {
    for (const item of value) {
      if (type.kind === 'set') children[valueElement(item)] = MEMBER;
      else if (type.kind === 'list-map')
        children[keyElement(type, item)] = nodeOf(true, isLeaf(type.of, item) ? {} : childrenOf(type.of, item, items))!;
    }
    return children;
  }
  for (const key in value as Record<string, unknown>) {
    const child = (value as Record<string, unknown>)[key];
    if (child === undefined) continue;
    const info = fieldInfo(type, key);
    const known = type.kind === 'struct' && type.fields().has(key);
    if (isLeaf(info, child) || (isPlain(child) && !hasKeys(child))) {
      children[`f:${key}`] = MEMBER;
      continue;
    }
    const below = childrenOf(info, child, items);
    const node = nodeOf(!known || (items && marksItself(info, key)), below);
    if (node !== undefined) children[`f:${key}`] = node;
  }
  return children;
}

/** Containers that Go holds behind a nil-able field, so that adding them is a change of its own. `containers` is always present. */
function marksItself(type: TypeInfo, key: string): boolean {
  return (type.kind === 'map' || type.kind === 'set' || type.kind === 'list-map') && key !== 'containers';
}

/** The fields that appear when `value` is added where nothing was. */
export function addedFields(type: TypeInfo, value: unknown, key: string): FieldSet {
  if (isLeaf(type, value) || (isPlain(value) && !hasKeys(value)) || (Array.isArray(value) && value.length === 0)) return MEMBER;
  return nodeOf(marksItself(type, key) || type.kind === 'deduced', childrenOf(type, value, true)) ?? MEMBER;
}
