import { equalJson } from '../../../base/equal-json.ts';
import { compileLinear, type LinearPattern } from '../../../base/linear-pattern.ts';
import { ownValue } from '../../../base/own-value.ts';
import { type FieldError, fieldError } from '../../../kube/status-error.ts';
import { additionalSchema, type StructuralSchema } from './structural-schema.ts';

/** Compiled patterns of one CRD, so that a write compiles none. A pattern that RE2 does not know is refused with its CRD, and matches everything here. */
export type Patterns = Map<string, LinearPattern | null>;

/** What is wrong with a custom object, worded as the OpenAPI validator behind upstream's API server words it. */
export function validateStructural(value: unknown, schema: StructuralSchema, path: string, patterns: Patterns): FieldError[] {
  const errors: FieldError[] = [];
  walk(value, schema, path, patterns, errors);
  return errors;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function typeNameOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function isOfType(value: unknown, schema: StructuralSchema): boolean {
  const actual = typeNameOf(value);
  if (schema['x-kubernetes-int-or-string']) return actual === 'integer' || actual === 'string';
  return schema.type === undefined || actual === schema.type || (schema.type === 'number' && actual === 'integer');
}

function walk(value: unknown, schema: StructuralSchema, path: string, patterns: Patterns, errors: FieldError[]): void {
  if (value === null && schema.nullable === true) return;
  if (!isOfType(value, schema)) {
    const wanted = schema['x-kubernetes-int-or-string'] ? 'integer,string' : schema.type!;
    errors.push(
      fieldError.typeInvalid(path, typeNameOf(value), `${path} in body must be of type ${wanted}: ${JSON.stringify(typeNameOf(value))}`),
    );
    return;
  }
  if (schema.enum !== undefined && !schema.enum.some((option) => equalJson(option, value)))
    errors.push(fieldError.notSupported(path, value, schema.enum.map(String)));
  if (typeof value === 'string') checkString(value, schema, path, patterns, errors);
  else if (typeof value === 'number') checkNumber(value, schema, path, errors);
  else if (Array.isArray(value)) checkArray(value, schema, path, patterns, errors);
  else if (isPlain(value)) checkObject(value, schema, path, patterns, errors);
  checkCombinations(value, schema, path, patterns, errors);
}

function bodyError(path: string, value: unknown, text: string): FieldError {
  return fieldError.invalid(path, value, `${path} in body ${text}`);
}

const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  'date-time': (text) => /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text)),
  date: (text) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)),
  byte: (text) => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text),
  uuid: (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(text),
  ipv4: (text) => /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.|$)){4}$/.test(text),
  email: (text) => /^[^@\s]+@[^@\s]+$/.test(text),
  duration: (text) => /^-?((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))+$|^0$/.test(text),
  uri: (text) => URL.canParse(text),
};

function checkString(value: string, schema: StructuralSchema, path: string, patterns: Patterns, errors: FieldError[]): void {
  const length = [...value].length;
  if (schema.maxLength !== undefined && length > schema.maxLength) {
    errors.push({ field: path, reason: 'FieldValueInvalid', message: `Too long: may not be more than ${schema.maxLength} bytes` });
  }
  if (schema.minLength !== undefined && length < schema.minLength)
    errors.push(bodyError(path, value, `should be at least ${schema.minLength} chars long`));
  if (schema.pattern !== undefined && patternOf(schema.pattern, patterns)?.test(value) === false)
    errors.push(bodyError(path, value, `should match '${schema.pattern}'`));
  const format = schema.format === undefined ? undefined : ownValue(FORMATS, schema.format);
  if (format !== undefined && !format(value))
    errors.push(bodyError(path, value, `must be of type ${schema.format}: ${JSON.stringify(value)}`));
}

function patternOf(source: string, patterns: Patterns): LinearPattern | null {
  let pattern = patterns.get(source);
  if (pattern === undefined) {
    const compiled = compileLinear(source);
    patterns.set(source, (pattern = 'problem' in compiled ? null : compiled));
  }
  return pattern;
}

function checkNumber(value: number, schema: StructuralSchema, path: string, errors: FieldError[]): void {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, format } = schema;
  if (maximum !== undefined && (exclusiveMaximum ? value >= maximum : value > maximum)) {
    errors.push(bodyError(path, value, `should be less than ${exclusiveMaximum ? '' : 'or equal to '}${maximum}`));
  }
  if (minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum)) {
    errors.push(bodyError(path, value, `should be greater than ${exclusiveMinimum ? '' : 'or equal to '}${minimum}`));
  }
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf))
    errors.push(bodyError(path, value, `should be a multiple of ${multipleOf}`));
  if (format === 'int32' && (value > 2 ** 31 - 1 || value < -(2 ** 31))) {
    errors.push(fieldError.invalid(path, value, `Checked value must be of type integer with format int32`));
  }
}

function checkArray(value: unknown[], schema: StructuralSchema, path: string, patterns: Patterns, errors: FieldError[]): void {
  if (schema.maxItems !== undefined && value.length > schema.maxItems) {
    errors.push({
      field: path,
      reason: 'FieldValueInvalid',
      message: `Too many: ${value.length}: must have at most ${schema.maxItems} ${schema.maxItems === 1 ? 'item' : 'items'}`,
    });
  }
  if (schema.minItems !== undefined && value.length < schema.minItems)
    errors.push(bodyError(path, value.length, `should have at least ${schema.minItems} items`));
  if (schema.items !== undefined) for (const [i, item] of value.entries()) walk(item, schema.items, `${path}[${i}]`, patterns, errors);
  const listType = schema['x-kubernetes-list-type'];
  if (listType !== 'map' && listType !== 'set' && schema.uniqueItems !== true) return;
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const seen = new Set<string>();
  for (const [i, item] of value.entries()) {
    const identity =
      listType === 'map' ? Object.fromEntries(keys.map((key) => [key, (item as Record<string, unknown> | null)?.[key]])) : item;
    const id = JSON.stringify(identity);
    if (seen.has(id)) errors.push(fieldError.duplicate(`${path}[${i}]`, identity));
    seen.add(id);
  }
}

function checkObject(
  value: Record<string, unknown>,
  schema: StructuralSchema,
  path: string,
  patterns: Patterns,
  errors: FieldError[],
): void {
  for (const key of schema.required ?? []) if (ownValue(value, key) === undefined) errors.push(fieldError.required(join(path, key)));
  const count = Object.keys(value).length;
  if (schema.maxProperties !== undefined && count > schema.maxProperties) {
    errors.push({
      field: path,
      reason: 'FieldValueInvalid',
      message: `Too many: ${count}: must have at most ${schema.maxProperties} items`,
    });
  }
  if (schema.minProperties !== undefined && count < schema.minProperties)
    errors.push(bodyError(path, count, `should have at least ${schema.minProperties} properties`));
  const additional = additionalSchema(schema);
  for (const key of Object.keys(value)) {
    const child = ownValue(schema.properties, key) ?? additional;
    if (child !== undefined) walk(value[key], child, join(path, key), patterns, errors);
  }
}

/** Value validations inside anyOf, oneOf, allOf and not; int-or-string's own anyOf is covered by its type. */
function checkCombinations(value: unknown, schema: StructuralSchema, path: string, patterns: Patterns, errors: FieldError[]): void {
  const holds = (option: StructuralSchema): boolean => validateStructural(value, option, path, patterns).length === 0;
  if (schema.anyOf !== undefined && !schema['x-kubernetes-int-or-string'] && !schema.anyOf.some(holds)) {
    errors.push(bodyError(path, printable(value), 'must validate at least one schema (anyOf)'));
  }
  if (schema.oneOf !== undefined && schema.oneOf.filter(holds).length !== 1)
    errors.push(bodyError(path, printable(value), 'must validate one and only one schema (oneOf)'));
  for (const option of schema.allOf ?? [])
    if (!(schema['x-kubernetes-int-or-string'] && option.anyOf !== undefined)) walk(value, option, path, patterns, errors);
  if (schema.not !== undefined && holds(schema.not)) errors.push(bodyError(path, printable(value), 'must not validate the schema (not)'));
}

function printable(value: unknown): unknown {
  return typeof value === 'object' ? typeNameOf(value) : value;
}
