import type { ResourceType } from '../../../kube/resource-type.ts';
import { type FieldType, type RowType, rowType, type ScalarWord } from '../schema/field-types.ts';

type Json = { [key: string]: unknown };
export interface Gvk {
  group: string;
  version: string;
  kind: string;
}

/** Types with several wire forms stand by themselves, as upstream's do: clients show their names. */
const NAMED = {
  'int-or-string': { name: 'IntOrString', schema: { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] } },
  quantity: { name: 'Quantity', schema: { oneOf: [{ type: 'string' }, { type: 'number' }] } },
} as const;
type NamedWord = keyof typeof NAMED;

const SCALARS: Readonly<Record<Exclude<ScalarWord, NamedWord>, Json>> = {
  string: { type: 'string' },
  byte: { type: 'string', format: 'byte' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' },
  boolean: { type: 'boolean' },
  time: { type: 'string', format: 'date-time' },
  'micro-time': { type: 'string', format: 'date-time' },
  any: { type: 'object' },
};

/** Ends in the Go name after a dot where rows of several packages share it: clients show what follows the last dot. */
function schemaNameOf({ name, goName }: RowType): string {
  return name === goName ? name : `${name.slice(0, -goName.length)}.${goName}`;
}
const refTo = (name: string): string => `#/components/schemas/${name}`;
const isNamed = (word: ScalarWord): word is NamedWord => Object.hasOwn(NAMED, word);

function property(type: FieldType): Json {
  switch (type.kind) {
    case 'scalar':
      return isNamed(type.word) ? { allOf: [{ $ref: refTo(NAMED[type.word].name) }] } : SCALARS[type.word];
    case 'row':
      return { allOf: [{ $ref: refTo(schemaNameOf(type.row)) }], default: {} };
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
    const name = schemaNameOf(row);
    if (schemas[name] !== undefined) continue;
    const fields = [...row.fields.values()];
    const required = fields.filter((field) => field.required).map((field) => field.name);
    schemas[name] = {
      type: 'object',
      ...(required.length > 0 ? { required } : {}),
      properties: Object.fromEntries(fields.map((field) => [field.name, property(field.type)])),
    };
    for (const field of fields) {
      const leaf = leafOf(field.type);
      if (leaf.kind === 'row') queue.push(leaf.row);
      else if (isNamed(leaf.word)) schemas[NAMED[leaf.word].name] = NAMED[leaf.word].schema;
    }
  }
  (schemas[schemaNameOf(rowType(schemaName))] as Json)['x-kubernetes-group-version-kind'] = [gvk];
  return schemas;
}

function leafOf(type: FieldType): Exclude<FieldType, { kind: 'list' | 'map' }> {
  return type.kind === 'list' || type.kind === 'map' ? leafOf(type.of) : type;
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
