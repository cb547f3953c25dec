import { messageOf } from '../../../base/errors.ts';
import { ownValue } from '../../../base/own-value.ts';
import type { FieldError } from '../../../kube/status-error.ts';
import { CelExpressions, type Evaluate } from '../cel/cel-expression.ts';
import { celValue } from '../cel/cel-value.ts';
import { additionalSchema, type StructuralSchema, type ValidationRule } from './structural-schema.ts';

const OLD_SELF = /\boldSelf\b/;

/**
 * The `x-kubernetes-validations` of one schema: CEL expressions, compiled once. A rule that names `oldSelf` holds for changes
 * only. k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel.
 */
export class ValidationRules {
  readonly #schema: StructuralSchema;
  readonly #expressions = new CelExpressions();

  constructor(schema: StructuralSchema) {
    this.#schema = schema;
  }

  /** Whether the schema has any rule: most have none, and then nothing is walked. */
  get isEmpty(): boolean {
    return !hasRules(this.#schema);
  }

  /** What breaks a rule in `value`; `old` is what it replaces. `which`: rules of a value by itself, or of its change. */
  check(value: unknown, old: unknown, which: 'value' | 'change'): FieldError[] {
    const errors: FieldError[] = [];
    this.#walk(value, old, this.#schema, '', which, errors);
    return errors;
  }

  /** Rules that cannot be evaluated here, with their paths: a client is told of them by a warning. */
  unmodelled(): { path: string; rule: string }[] {
    const found: { path: string; rule: string }[] = [];
    const visit = (schema: StructuralSchema, path: string): void => {
      for (const { rule } of schema['x-kubernetes-validations'] ?? []) if (this.#compile(rule) === undefined) found.push({ path, rule });
      for (const [key, child] of Object.entries(schema.properties ?? {})) visit(child, path === '' ? key : `${path}.${key}`);
      if (schema.items !== undefined) visit(schema.items, `${path}[*]`);
      const additional = additionalSchema(schema);
      if (additional !== undefined) visit(additional, `${path}.*`);
    };
    visit(this.#schema, '');
    return found;
  }

  #walk(value: unknown, old: unknown, schema: StructuralSchema, path: string, which: 'value' | 'change', errors: FieldError[]): void {
    if (value === undefined || value === null || (which === 'change' && old === undefined)) return;
    const rules = (schema['x-kubernetes-validations'] ?? []).filter(({ rule }) => OLD_SELF.test(rule) === (which === 'change'));
    for (const rule of rules) this.#apply(rule, value, old, schema, path, errors);
    if (Array.isArray(value) && schema.items !== undefined) {
      for (const [i, item] of value.entries())
        this.#walk(item, correlated(item, old, schema), schema.items, `${path}[${i}]`, which, errors);
    } else if (isPlain(value)) {
      const additional = additionalSchema(schema);
      for (const key of Object.keys(value)) {
        const child = ownValue(schema.properties, key) ?? additional;
        if (child !== undefined)
          this.#walk(value[key], isPlain(old) ? ownValue(old, key) : undefined, child, path === '' ? key : `${path}.${key}`, which, errors);
      }
    }
  }

  #apply(
    { rule, message, messageExpression, reason, fieldPath }: ValidationRule,
    value: unknown,
    old: unknown,
    schema: StructuralSchema,
    path: string,
    errors: FieldError[],
  ): void {
    const evaluate = this.#compile(rule);
    if (evaluate === undefined) return;
    const variables = { self: celValue(value, schema), ...(old === undefined ? {} : { oldSelf: celValue(old, schema) }) };
    const field = (path + (fieldPath ?? '')).replace(/^\./, '');
    const typeName = schema['x-kubernetes-int-or-string'] ? 'integer' : (schema.type ?? 'object');
    const fail = (text: string): void => {
      errors.push({ field, reason: reason ?? 'FieldValueInvalid', message: worded(reason, typeName, text) });
    };
    try {
      if (evaluate(variables) === true) return;
      fail(this.#message(messageExpression, variables) ?? message ?? `failed rule: ${rule.trim()}`);
    } catch (error) {
      fail(`${messageOf(error)} evaluating rule: ${message ?? rule.trim()}`);
    }
  }

  #message(expression: string | undefined, variables: Record<string, unknown>): string | undefined {
    if (expression === undefined) return undefined;
    try {
      const text = this.#compile(expression)?.(variables);
      return typeof text === 'string' && text.trim() !== '' && !text.includes('\n') ? text : undefined;
    } catch {
      return undefined;
    }
  }

  #compile(expression: string): Evaluate | undefined {
    const compiled = this.#expressions.compile(expression);
    return typeof compiled === 'function' ? compiled : undefined;
  }
}

function hasRules(schema: StructuralSchema): boolean {
  if ((schema['x-kubernetes-validations'] ?? []).length > 0) return true;
  const children = [...Object.values(schema.properties ?? {}), schema.items, additionalSchema(schema)];
  return children.some((child) => child !== undefined && hasRules(child));
}

/** Only elements of a list with keys are the same element before and after. */
function correlated(item: unknown, old: unknown, schema: StructuralSchema): unknown {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (schema['x-kubernetes-list-type'] !== 'map' || !Array.isArray(old) || !isPlain(item)) return undefined;
  return old.find((other: unknown) => isPlain(other) && keys.every((key) => other[key] === item[key]));
}

function worded(reason: ValidationRule['reason'], typeName: string, text: string): string {
  switch (reason) {
    case 'FieldValueForbidden':
      return `Forbidden: ${text}`;
    case 'FieldValueRequired':
      return `Required value: ${text}`;
    case 'FieldValueDuplicate':
      return `Duplicate value: "${typeName}"`;
    default:
      return `Invalid value: "${typeName}": ${text}`;
  }
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
