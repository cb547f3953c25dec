import { ownValue } from '../../base/own-value.ts';
import type { AnyObject } from '../../kube/object.ts';
import { customResourceDefinitions } from './custom-resource-definitions.ts';
import type { StructuralSchema } from './structural-schema.ts';

/** Paths of fields that the API server would prune from an argoproj.io object, such as `spec.strategy.canary.stableservice`. */
export function unknownFields(object: AnyObject): string[] {
  const crd = customResourceDefinitions().find(({ spec }) => spec.names.kind === object.kind);
  const schema = crd?.spec.versions[0]?.schema.openAPIV3Schema;
  if (schema?.properties === undefined) return [];
  const found: string[] = [];
  // Metadata is the server's own business.
  const { metadata: _, ...rest } = object;
  collect(rest, schema, '', found);
  return found;
}

function collect(value: unknown, schema: StructuralSchema, path: string, found: string[]): void {
  if (schema['x-kubernetes-preserve-unknown-fields'] || typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) if (schema.items !== undefined) collect(item, schema.items, `${path}[${index}]`, found);
    return;
  }
  for (const [field, child] of Object.entries(value)) {
    const childSchema = ownValue(schema.properties, field) ?? schema.additionalProperties;
    const childPath = path === '' ? field : `${path}.${field}`;
    if (childSchema === undefined) found.push(childPath);
    else collect(child, childSchema, childPath, found);
  }
}
