import type { ResourceType } from '../../../kube/resource-type.ts';
import { type FieldType, type RowType, rowType, type ScalarWord } from '../schema/field-types.ts';

type Json = { [key: string]: unknown };
export interface Gvk {
  group: string;
  version: string;
  kind: string;
}

const SCALARS: Readonly<Record<ScalarWord, Json>> = {
  string: { type: 'string' },
  byte: { type: 'string', format: 'byte' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' },
  boolean: { type: 'boolean' },
  time: { type: 'string', format: 'date-time' },
  'micro-time': { type: 'string', format: 'date-time' },
  'int-or-string': { type: 'string', format: 'int-or-string' },
  quantity: { type: 'string' },
  any: { type: 'object' },
};

const refTo = (row: RowType): string => `#/components/schemas/${row.name}`;

function property(type: FieldType): Json {
  switch (type.kind) {
    case 'scalar':
      return SCALARS[type.word];
    case 'row':
      return { allOf: [{ $ref: refTo(type.row) }], default: {} };
    case 'list':
      return { type: 'array', items: property(type.of) };
    case 'map':
      return { type: 'object', additionalProperties: property(type.of) };
  }
}

/** The schema of a built-in kind and of every struct it reaches, by row name. */
export function schemasFor(schemaName: string, gvk: Gvk): Json {
  const schemas: Json = {};
  const queue = [rowType(schemaName)];
  for (let row = queue.shift(); row !== undefined; row = queue.shift()) {
    if (schemas[row.name] !== undefined) continue;
    const fields = [...row.fields.values()];
    const required = fields.filter((field) => field.required).map((field) => field.name);
    schemas[row.name] = {
      type: 'object',
      ...(required.length > 0 ? { required } : {}),
      properties: Object.fromEntries(fields.map((field) => [field.name, property(field.type)])),
    };
    for (const field of fields) {
      const next = rowIn(field.type);
      if (next !== undefined) queue.push(next);
    }
  }
  (schemas[schemaName] as Json)['x-kubernetes-group-version-kind'] = [gvk];
  return schemas;
}

function rowIn(type: FieldType): RowType | undefined {
  if (type.kind === 'row') return type.row;
  return type.kind === 'list' || type.kind === 'map' ? rowIn(type.of) : undefined;
}

/** The schema of a custom kind, with the fields every object has. */
export function customSchema(type: ResourceType, schema: Readonly<Record<string, unknown>>): Json {
  const meta = schemasFor('ConfigMap', { group: '', version: 'v1', kind: 'ConfigMap' });
  const name = `${type.group.split('.').reverse().join('.')}.${type.version}.${type.kind}`;
  const shared = Object.fromEntries(Object.entries(meta).filter(([key]) => key !== 'ConfigMap'));
  return {
    ...shared,
    [name]: {
      ...schema,
      properties: {
        ...(schema['properties'] as Json),
        apiVersion: { type: 'string' },
        kind: { type: 'string' },
        metadata: { allOf: [{ $ref: '#/components/schemas/ObjectMeta' }] },
      },
      'x-kubernetes-group-version-kind': [{ group: type.group, version: type.version, kind: type.kind }],
    },
  };
}
