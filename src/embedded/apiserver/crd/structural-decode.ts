import { ownValue, setOwnValue } from '../../../base/own-value.ts';
import type { AnyObject } from '../../../kube/object.ts';
import { type Decoded, decodeObject } from '../schema/decode.ts';
import { additionalSchema, type StructuralSchema } from './structural-schema.ts';

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Decodes a custom object: prunes what the schema does not name (and nothing where it preserves unknown fields), reads
 * `metadata` as that of any object. Values of wrong types stay: validation reports them.
 */
export function decodeStructural(schema: StructuralSchema, value: unknown): Decoded {
  if (!isPlain(value))
    return {
      object: { metadata: {} } as unknown as AnyObject,
      unknownFields: [],
      typeErrors: ['the object provided is not a JSON object'],
    };
  const { metadata, apiVersion, kind, ...rest } = value;
  // ConfigMap stands for any kind here: only its metadata is read.
  const header = decodeObject('ConfigMap', { apiVersion, kind, metadata });
  const typeErrors = header.typeErrors.map((text) => text.replace('field ConfigMap.', 'field .'));
  const unknownFields = [...header.unknownFields];
  const body = prune(rest, schema, '', unknownFields) as Record<string, unknown>;
  return { object: { ...header.object, ...body } as AnyObject, unknownFields, typeErrors };
}

const NOTHING: ReadonlySet<string> = new Set();
const EMBEDDED: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

function prune(
  value: unknown,
  schema: StructuralSchema,
  path: string,
  unknownFields: string[],
  always: ReadonlySet<string> = NOTHING,
): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return value;
    return value.map((item, i) =>
      prune(item, items, `${path}[${i}]`, unknownFields, items['x-kubernetes-embedded-resource'] ? EMBEDDED : always),
    );
  }
  if (!isPlain(value)) return value;
  const preserve = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const keep = schema['x-kubernetes-embedded-resource'] ? EMBEDDED : always;
  const additional = additionalSchema(schema);
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const child = ownValue(schema.properties, key) ?? additional;
    const childPath = path === '' ? key : `${path}.${key}`;
    if (child !== undefined) setOwnValue(out, key, prune(value[key], child, childPath, unknownFields));
    else if (preserve || schema.additionalProperties === true || keep.has(key)) setOwnValue(out, key, value[key]);
    else unknownFields.push(childPath);
  }
  return out;
}
