import { ownValue, setOwnValue } from '../../../base/own-value.ts';
import { additionalSchema, type StructuralSchema } from './structural-schema.ts';

/**
 * Fills in defaults where the parent exists, in place. A null in a field that may not be null and has a default is replaced
 * by it; other nulls in fields that may not be null are dropped, as upstream's pruning of defaulted nulls does.
 */
export function applyStructuralDefaults(value: unknown, schema: StructuralSchema): void {
  if (Array.isArray(value)) {
    if (schema.items !== undefined) for (const item of value) applyStructuralDefaults(item, schema.items);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const object = value as Record<string, unknown>;
  for (const key in schema.properties) {
    const child = schema.properties[key]!;
    if (ownValue(object, key) === null && child.nullable !== true && child.default !== undefined) delete object[key];
    if (ownValue(object, key) === undefined && child.default !== undefined) setOwnValue(object, key, structuredClone(child.default));
    const value = ownValue(object, key);
    if (value !== undefined) applyStructuralDefaults(value, child);
  }
  const additional = additionalSchema(schema);
  if (additional === undefined) return;
  for (const key in object) if (ownValue(schema.properties, key) === undefined) applyStructuralDefaults(object[key], additional);
}
