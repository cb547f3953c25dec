import { equalJson } from '../../base/equal-json.ts';
import { ExpressionError } from './tokenize.ts';

/** The name of a value's type as the Go evaluator prints it. */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) return 'nil';
  if (Array.isArray(value)) return '[]interface {}';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'string':
      return 'string';
    case 'number':
      return Number.isInteger(value) ? 'int' : 'float64';
    case 'function':
      return 'func';
    default:
      return 'map[string]interface {}';
  }
}

/** Equality of the expression language: `nil` is what is missing, too. */
export function equal(a: unknown, b: unknown): boolean {
  return equalJson(a ?? null, b ?? null);
}

export function asBoolean(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new ExpressionError(`interface conversion: interface {} is ${typeName(value)}, not bool`);
  return value;
}

export function asNumber(value: unknown, operator: string, other: unknown): number {
  if (typeof value !== 'number') throw new ExpressionError(`invalid operation: ${typeName(value)} ${operator} ${typeName(other)}`);
  return value;
}

/** `value[key]`: an element, counted from the end when negative, or the entry of a map. */
export function member(value: unknown, key: unknown): unknown {
  if (Array.isArray(value) || typeof value === 'string') {
    if (typeof key !== 'number') throw new ExpressionError(`cannot fetch ${String(key)} from ${typeName(value)}`);
    const index = key < 0 ? value.length + key : key;
    if (index < 0 || index >= value.length) throw new ExpressionError(`index out of range: ${key} (array length is ${value.length})`);
    return value[index];
  }
  if (typeof value !== 'object' || value === null)
    throw new ExpressionError(`cannot fetch ${String(key)} from ${value === null || value === undefined ? '<nil>' : typeName(value)}`);
  return Object.hasOwn(value, String(key)) ? (value as Record<string, unknown>)[String(key)] : null;
}

export function listOf(value: unknown, name: string): unknown[] {
  if (!Array.isArray(value)) throw new ExpressionError(`invalid argument for ${name} (type ${typeName(value)})`);
  return value;
}

export function isIn(item: unknown, container: unknown): boolean {
  if (Array.isArray(container)) return container.some((other) => equal(item, other));
  if (container === null || container === undefined) return false;
  if (typeof container === 'object') return Object.hasOwn(container, String(item));
  throw new ExpressionError(`operator "in" not defined on ${typeName(container)}`);
}
