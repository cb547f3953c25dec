import { schema as builtIn } from '../../kube/generated/schema.ts';
import { fieldOverrides, rolloutFields } from './field-table.ts';

/** The part of a structural OpenAPI v3 schema that our tables need. */
export interface StructuralSchema {
  type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  format?: string;
  properties?: Record<string, StructuralSchema>;
  required?: string[];
  items?: StructuralSchema;
  additionalProperties?: StructuralSchema;
  anyOf?: { type: 'integer' | 'string' }[];
  'x-kubernetes-int-or-string'?: true;
  'x-kubernetes-preserve-unknown-fields'?: true;
}

const SCALARS: Readonly<Record<string, () => StructuralSchema>> = {
  string: () => ({ type: 'string' }),
  byte: () => ({ type: 'string', format: 'byte' }),
  boolean: () => ({ type: 'boolean' }),
  integer: () => ({ type: 'integer', format: 'int64' }),
  int32: () => ({ type: 'integer', format: 'int32' }),
  int64: () => ({ type: 'integer', format: 'int64' }),
  double: () => ({ type: 'number', format: 'double' }),
  time: () => ({ type: 'string', format: 'date-time' }),
  'micro-time': () => ({ type: 'string', format: 'date-time' }),
  'int-or-string': () => ({ anyOf: [{ type: 'integer' }, { type: 'string' }], 'x-kubernetes-int-or-string': true }),
  object: () => ({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true }),
  any: () => ({ 'x-kubernetes-preserve-unknown-fields': true }),
  // The server itself knows what an object's metadata may hold.
  metadata: () => ({ type: 'object' }),
};

/** The structural schema of a word of the field tables. Throws for a word that no table has. */
export function structuralSchema(word: string): StructuralSchema {
  if (word.startsWith('[]')) return { type: 'array', items: structuralSchema(word.slice(2)) };
  if (word.startsWith('map[')) return { type: 'object', additionalProperties: structuralSchema(word.slice(4, -1)) };
  const scalar = SCALARS[word];
  if (scalar !== undefined) return scalar();
  const row = rolloutFields[word] ?? builtIn[word];
  if (row === undefined) throw new Error(`No field table has a row "${word}".`);
  const properties: Record<string, StructuralSchema> = {};
  const required: string[] = [];
  for (const [field, fieldWord] of Object.entries({ ...row, ...fieldOverrides[word] }).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (fieldWord.endsWith('!')) required.push(field);
    properties[field] = structuralSchema(fieldWord.replace(/!$/, ''));
  }
  return { type: 'object', properties, ...(required.length > 0 ? { required } : {}) };
}
