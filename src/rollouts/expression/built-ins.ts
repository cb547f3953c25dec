import { ExpressionError } from './tokenize.ts';
import { asNumber, listOf, typeName } from './values.ts';

type BuiltIn = (...args: unknown[]) => unknown;

const TABLE: Readonly<Record<string, BuiltIn>> = {
  len(value) {
    if (typeof value === 'string' || Array.isArray(value)) return value.length;
    if (typeof value === 'object' && value !== null) return Object.keys(value).length;
    throw new ExpressionError(`invalid argument for len (type ${typeName(value)})`);
  },
  abs: (value) => Math.abs(asNumber(value, 'abs', 0)),
  ceil: (value) => Math.ceil(asNumber(value, 'ceil', 0)),
  floor: (value) => Math.floor(asNumber(value, 'floor', 0)),
  round: (value) => Math.round(asNumber(value, 'round', 0)),
  int: (value) => Math.trunc(Number(value)),
  float: (value) => Number(value),
  string: (value) => (typeof value === 'string' ? value : JSON.stringify(value)),
  lower: (value) => String(value).toLowerCase(),
  upper: (value) => String(value).toUpperCase(),
  trim: (value) => String(value).trim(),
  max: (...values) => Math.max(...numbersOf(values)),
  min: (...values) => Math.min(...numbersOf(values)),
  mean: (...values) => {
    const numbers = numbersOf(values);
    return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  },
  first: (value) => listOf(value, 'first')[0] ?? null,
  last: (value) => listOf(value, 'last').at(-1) ?? null,
  keys: (value) => Object.keys(value as object),
  values: (value) => Object.values(value as object),
};

function numbersOf(values: unknown[]): number[] {
  return values.flat().map((value) => asNumber(value, 'max', 0));
}

/** A function of the language itself; `undefined` when there is none of that name. */
export function builtIn(name: string): BuiltIn | undefined {
  return Object.hasOwn(TABLE, name) ? TABLE[name] : undefined;
}
