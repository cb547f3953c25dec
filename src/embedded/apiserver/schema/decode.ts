import { rfc3339 } from '../../../base/clock.ts';
import { setOwnValue } from '../../../base/own-value.ts';
import type { AnyObject } from '../../../kube/object.ts';
import { canonicalQuantity } from '../../../kube/quantity.ts';
import { type FieldType, type RowType, rowType, type ScalarWord } from './field-types.ts';

export interface Decoded {
  object: AnyObject;
  /** Paths of fields that the type does not have, pruned from `object`: `spec.containers[0].foo`. */
  unknownFields: string[];
  /** Values of the wrong type, worded as Go's JSON decoder words them. */
  typeErrors: string[];
}

interface Walk {
  unknownFields: string[];
  typeErrors: string[];
  path: string;
  goFields: string[];
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
  const walk: Walk = { unknownFields: [], typeErrors: [], path: '', goFields: [] };
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

function decodeRow(row: RowType, value: Record<string, unknown>, walk: Walk): Record<string, unknown> {
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

function decodeValue(type: FieldType, value: unknown, row: RowType, walk: Walk): unknown {
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

function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return value === null ? 'null' : typeof value;
}

function goType(type: FieldType): string {
  switch (type.kind) {
    case 'row':
      return `${type.row.goPackage}.${type.row.goName}`;
    case 'list':
      return `[]${goType(type.of)}`;
    case 'map':
      return `map[string]${goType(type.of)}`;
    case 'scalar': {
      const names: Partial<Record<ScalarWord, string>> = {
        boolean: 'bool',
        byte: '[]uint8',
        double: 'float64',
        time: 'v1.Time',
        'micro-time': 'v1.MicroTime',
        'int-or-string': 'intstr.IntOrString',
        quantity: 'resource.Quantity',
      };
      return names[type.word] ?? type.word;
    }
  }
}

function mismatch(type: FieldType, value: unknown, row: RowType, walk: Walk, shown = jsonKind(value)): undefined {
  walk.typeErrors.push(
    `json: cannot unmarshal ${shown} into Go struct field ${row.goName}.${walk.goFields.join('.')} of type ${goType(type)}`,
  );
  return undefined;
}

const LIMITS = { int32: 2 ** 31, int64: 2 ** 63 } as const;

function decodeScalar(word: ScalarWord, value: unknown, row: RowType, walk: Walk): unknown {
  const scalar: FieldType = { kind: 'scalar', word };
  switch (word) {
    case 'any':
      return value;
    case 'string':
      return typeof value === 'string' ? value : mismatch(scalar, value, row, walk);
    case 'boolean':
      return typeof value === 'boolean' ? value : mismatch(scalar, value, row, walk);
    case 'double':
      return typeof value === 'number' ? value : mismatch(scalar, value, row, walk);
    case 'int32':
    case 'int64':
      if (typeof value !== 'number') return mismatch(scalar, value, row, walk);
      return Number.isInteger(value) && value < LIMITS[word] && value >= -LIMITS[word]
        ? value
        : mismatch(scalar, value, row, walk, `number ${value}`);
    case 'int-or-string':
      if (typeof value === 'string' || (typeof value === 'number' && Number.isInteger(value))) return value;
      walk.typeErrors.push(
        `json: cannot unmarshal ${typeof value === 'number' ? `number ${value}` : jsonKind(value)} into Go value of type ${typeof value === 'number' ? 'int32' : 'string'}`,
      );
      return undefined;
    case 'byte':
      if (typeof value !== 'string') return mismatch(scalar, value, row, walk);
      if (!isBase64(value)) {
        walk.typeErrors.push(`illegal base64 data at input byte ${firstBadBase64(value)}`);
        return undefined;
      }
      return value;
    case 'quantity': {
      const quantity = typeof value === 'number' || typeof value === 'string' ? canonicalQuantity(String(value)) : undefined;
      if (quantity === undefined) walk.typeErrors.push(QUANTITY_FORMAT);
      return quantity;
    }
    case 'time':
      return decodeTime(value, scalar, row, walk);
    case 'micro-time':
      return decodeMicroTime(value, scalar, row, walk);
  }
}

const QUANTITY_FORMAT = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

function decodeTime(value: unknown, type: FieldType, row: RowType, walk: Walk): string | undefined {
  if (typeof value !== 'string') return mismatch(type, value, row, walk);
  if (TIME.test(value)) {
    if (value.length === 20) return value;
    const ms = Date.parse(value);
    if (!Number.isNaN(ms)) return rfc3339(ms);
  }
  walk.typeErrors.push(
    `parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(value)} as "2006"`,
  );
  return undefined;
}

function decodeMicroTime(value: unknown, type: FieldType, row: RowType, walk: Walk): string | undefined {
  if (typeof value !== 'string') return mismatch(type, value, row, walk);
  const match = value.match(/^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(.*?)(Z|[+-]\d\d:\d\d)$/);
  if (match !== null && /^\.\d{6}$/.test(match[2]!))
    return match[3] === 'Z' ? value : `${new Date(Date.parse(value)).toISOString().slice(0, 19)}${match[2]}Z`;
  const layout = '2006-01-02T15:04:05.000000Z07:00';
  const [rest, part] = match === null ? [value, '2006'] : [`${match[2]}${match[3]}`, '.000000'];
  walk.typeErrors.push(`parsing time ${JSON.stringify(value)} as "${layout}": cannot parse ${JSON.stringify(rest)} as "${part}"`);
  return undefined;
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

function firstBadBase64(text: string): number {
  const bad = text.search(/[^A-Za-z0-9+/]/);
  return bad < 0 ? text.length - (text.length % 4) : bad;
}
