import { setOwnValue } from '../../../base/own-value.ts';
import type { AnyObject } from '../../../kube/object.ts';
import { decodeScalar } from './decode-scalar.ts';
import { type FieldType, type RowType, rowType } from './field-types.ts';
import { type DecodeWalk, jsonKind, mismatch } from './type-mismatch.ts';

export interface Decoded {
  object: AnyObject;
  /** Paths of fields that the type does not have, pruned from `object`: `spec.containers[0].foo`. */
  unknownFields: string[];
  /** Values of the wrong type, worded as Go's JSON decoder words them. */
  typeErrors: string[];
}

/** Optional strings that are pointers in Go, so that `""` differs from absent. Every other optional `""` is dropped, as `omitempty` does. */
const POINTER_STRINGS = new Set([
  'PersistentVolumeClaimSpec.storageClassName',
  'PersistentVolumeClaimSpec.volumeAttributesClassName',
  'PersistentVolumeSpec.storageClassName',
  'HostPathVolumeSource.type',
  'DiscoveryV1EndpointPort.name',
  'TypedLocalObjectReference.apiGroup',
  'TypedObjectReference.apiGroup',
  'IngressSpec.ingressClassName',
  'LeaseSpec.holderIdentity',
  'EventsV1Event.reportingController',
  'Event.reportingComponent',
  'Event.reportingInstance',
]);

/**
 * Decodes JSON into a built-in type: copies what the type knows, prunes the rest, treats null as absent, cuts `Time` to
 * whole seconds. Never throws; the caller decides what the findings mean.
 */
export function decodeObject(schemaName: string, value: unknown): Decoded {
  const row = rowType(schemaName);
  const walk: DecodeWalk = { unknownFields: [], typeErrors: [], path: '', goFields: [] };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return {
      object: { metadata: {} } as unknown as AnyObject,
      unknownFields: [],
      typeErrors: [`json: cannot unmarshal ${jsonKind(value)} into Go value of type ${row.goPackage}.${row.goName}`],
    };
  }
  const object = decodeRow(row, value as Record<string, unknown>, walk) as AnyObject;
  object.metadata ??= {} as AnyObject['metadata'];
  return { object, unknownFields: walk.unknownFields, typeErrors: walk.typeErrors };
}

function decodeRow(row: RowType, value: Record<string, unknown>, walk: DecodeWalk): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  const { path } = walk;
  for (const key of Object.keys(value)) {
    const item = value[key];
    const field = row.fields.get(key);
    if (field === undefined) {
      walk.unknownFields.push(path === '' ? key : `${path}.${key}`);
      continue;
    }
    if (item === null || item === undefined) continue;
    walk.path = path === '' ? key : `${path}.${key}`;
    walk.goFields.push(key);
    const decoded = decodeValue(field.type, item, row, walk);
    walk.goFields.pop();
    if (decoded === undefined) continue;
    if (!field.required && isEmpty(field.type, decoded) && !(decoded === '' && POINTER_STRINGS.has(`${row.name}.${key}`))) continue;
    out[key] = decoded;
  }
  walk.path = path;
  return out;
}

/** What `omitempty` drops, as far as it can be told without knowing pointers: numbers and booleans are kept. */
function isEmpty(type: FieldType, value: unknown): boolean {
  if (type.kind === 'list') return (value as unknown[]).length === 0;
  if (type.kind === 'map') {
    for (const _ in value as object) return false;
    return true;
  }
  return value === '' && type.kind === 'scalar' && (type.word === 'string' || type.word === 'byte');
}

function decodeValue(type: FieldType, value: unknown, row: RowType, walk: DecodeWalk): unknown {
  switch (type.kind) {
    case 'scalar':
      return decodeScalar(type.word, value, row, walk);
    case 'row':
      if (typeof value !== 'object' || Array.isArray(value)) return mismatch(type, value, row, walk);
      return decodeRow(type.row, value as Record<string, unknown>, walk);
    case 'list': {
      if (!Array.isArray(value)) return mismatch(type, value, row, walk);
      const { path } = walk;
      const out: unknown[] = [];
      for (let i = 0; i < value.length; i++) {
        walk.path = `${path}[${i}]`;
        const item = value[i] === null ? zeroOf(type.of) : decodeValue(type.of, value[i], row, walk);
        if (item !== undefined) out.push(item);
      }
      walk.path = path;
      // A list that was grown item by item keeps room for a dozen more, in every version of every object.
      return out.slice();
    }
    case 'map': {
      if (typeof value !== 'object' || Array.isArray(value)) return mismatch(type, value, row, walk);
      const { path } = walk;
      const out: Record<string, unknown> = {};
      for (const key of Object.keys(value as object)) {
        walk.path = `${path}.${key}`;
        const raw = (value as Record<string, unknown>)[key];
        const item = raw === null ? zeroOf(type.of) : decodeValue(type.of, raw, row, walk);
        if (item !== undefined) setOwnValue(out, key, item);
      }
      walk.path = path;
      return out;
    }
  }
}

/** Go decodes null inside a list or a map as the element type's zero value. */
function zeroOf(type: FieldType): unknown {
  if (type.kind === 'row' || type.kind === 'map') return {};
  if (type.kind === 'list') return [];
  switch (type.word) {
    case 'string':
    case 'byte':
      return '';
    case 'int32':
    case 'int64':
    case 'double':
    case 'int-or-string':
      return 0;
    case 'boolean':
      return false;
    case 'quantity':
      return '0';
    default:
      return null;
  }
}
