import type { CustomResourceColumnDefinition } from '../../../kube/generated/types.ts';
import type { AnyObject } from '../../../kube/object.ts';
import { age, column, nameColumn } from '../registry/columns/column.ts';
import type { Column } from '../registry/resource.ts';
import { compileJsonPath, evaluateJsonPath } from './json-path.ts';

const AGE: CustomResourceColumnDefinition = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

/** The columns of a custom kind: Name, then what the CRD declares, or Age when it declares nothing. */
export function printerColumns(definitions: readonly CustomResourceColumnDefinition[] | undefined): Column<AnyObject>[] {
  return [nameColumn<AnyObject>(), ...(definitions === undefined || definitions.length === 0 ? [AGE] : definitions).map(printerColumn)];
}

function printerColumn(definition: CustomResourceColumnDefinition): Column<AnyObject> {
  const path = compileJsonPath(definition.jsonPath);
  return {
    ...column<AnyObject>(
      definition.name,
      (object, nowMs) => (path === undefined ? null : cell(definition.type, evaluateJsonPath(path, object), nowMs)),
      definition.type as Column<AnyObject>['type'],
    ),
    ...(definition.format ? { format: definition.format } : {}),
    ...(definition.description ? { description: definition.description } : {}),
    priority: (definition.priority ?? 0) > 0 ? 1 : 0,
  };
}

/** Dates become ages here, on the server; a value of another type than the column's is null. */
function cell(type: string, found: readonly unknown[], nowMs: number): string | number | boolean | null {
  const [value] = found;
  if (value === undefined || value === null) return null;
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return typeof value === 'string' ? age(value, nowMs) : '<invalid>';
    default:
      return found.map(goText).join(' ');
  }
}

/** A value as Go's JSONPath printer writes it: scalars bare, objects and lists as JSON. */
function goText(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
