import type { StructuralSchema } from './structural-schema.ts';
import { additionalSchema } from './structural-schema.ts';

/** The one form of CEL rule that is modelled: the value may not change. */
export function isImmutabilityRule(rule: string): boolean {
  return /^\s*(self\s*==\s*oldSelf|oldSelf\s*==\s*self)\s*$/.test(rule);
}

/** The CEL rules of a schema that are not enforced, with their paths: a client is told of them by a warning. */
export function unmodelledRules(schema: StructuralSchema, path = ''): { path: string; rule: string }[] {
  const found = (schema['x-kubernetes-validations'] ?? []).filter(({ rule }) => !isImmutabilityRule(rule)).map(({ rule }) => ({ path, rule }));
  for (const [key, child] of Object.entries(schema.properties ?? {})) found.push(...unmodelledRules(child, path === '' ? key : `${path}.${key}`));
  if (schema.items !== undefined) found.push(...unmodelledRules(schema.items, `${path}[*]`));
  const additional = additionalSchema(schema);
  if (additional !== undefined) found.push(...unmodelledRules(additional, `${path}.*`));
  return found;
}
