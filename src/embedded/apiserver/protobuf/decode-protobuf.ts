import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { rfc3339, rfc3339Micro } from '../../../base/clock.ts';
import { setOwnValue } from '../../../base/own-value.ts';
import { statusError } from '../../../kube/status-error.ts';
import { protobufKinds, protobufMessages } from './field-numbers.ts';

export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

/** `k8s\0`: k8s.io/apimachinery/pkg/runtime/serializer/protobuf. */
const MAGIC = [0x6b, 0x38, 0x73, 0x00];

type JsonObject = Record<string, unknown>;

/**
 * The JSON form of an object that a Go client sent as protobuf. Throws BadRequest when the bytes are not the envelope, or
 * UnsupportedMediaType when the kind is not one that clients send so.
 */
export function decodeProtobuf(bytes: Uint8Array): JsonObject {
  if (!MAGIC.every((byte, index) => bytes[index] === byte))
    throw statusError('BadRequest', 'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  try {
    const { apiVersion, kind, raw } = readEnvelope(bytes.subarray(MAGIC.length));
    const message = kind === 'DeleteOptions' ? 'meta/v1.DeleteOptions' : protobufKinds[`${apiVersion} ${kind}`];
    if (message === undefined)
      throw statusError(
        'UnsupportedMediaType',
        `the body of the request was in an unknown format: kind "${kind}" of "${apiVersion}" is not modelled as protobuf - accepted media types include: application/json, application/yaml`,
      );
    return { apiVersion, kind, ...readMessage(message, new BinaryReader(raw), raw.length) };
  } catch (error) {
    // The reader's own errors: truncated fields, wrong wire types.
    if (error instanceof RangeError || (error instanceof Error && error.constructor === Error))
      throw statusError('BadRequest', `the body of the request cannot be decoded: ${error.message}`, undefined, error);
    throw error;
  }
}

/** runtime.Unknown: 1 typeMeta {1 apiVersion, 2 kind}, 2 raw. */
function readEnvelope(bytes: Uint8Array): { apiVersion: string; kind: string; raw: Uint8Array } {
  const envelope = { apiVersion: '', kind: '', raw: new Uint8Array() as Uint8Array };
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1) {
      const end = reader.uint32() + reader.pos;
      while (reader.pos < end) {
        const [inner, innerType] = reader.tag();
        if (inner === 1) envelope.apiVersion = reader.string();
        else if (inner === 2) envelope.kind = reader.string();
        else reader.skip(innerType, inner);
      }
    } else if (field === 2) envelope.raw = reader.bytes();
    else reader.skip(wireType, field);
  }
  return envelope;
}

function readMessage(message: string, reader: BinaryReader, length: number): JsonObject {
  const fields = protobufMessages[message];
  if (fields === undefined) throw new Error(`message "${message}" is not in the table`);
  const object: JsonObject = {};
  const end = reader.pos + length;
  while (reader.pos < end) {
    const [number, wireType] = reader.tag();
    const entry = fields[number];
    if (entry === undefined) {
      reader.skip(wireType, number);
      continue;
    }
    const space = entry.indexOf(' ');
    const name = entry.slice(0, space);
    const mark = entry.at(-1);
    const type = entry.slice(space + 1, mark === '?' || mark === '~' ? -1 : undefined);
    if (mark === '~') Object.assign(object, readValue(type, reader, wireType));
    else if (type.startsWith('[]')) appendTo(object, name, type.slice(2), reader, wireType);
    else if (type.startsWith('map[')) readMapEntry((object[name] ??= {}) as JsonObject, type.slice(4, -1), reader);
    else {
      const value = readValue(type, reader, wireType);
      if (value !== undefined && !(mark === '?' && isZero(value))) object[name] = value;
    }
  }
  return object;
}

/** Repeated scalars may be packed into one field. */
function appendTo(object: JsonObject, name: string, type: string, reader: BinaryReader, wireType: WireType): void {
  const list = (object[name] ??= []) as unknown[];
  if (wireType !== WireType.LengthDelimited || !['int32', 'int64', 'bool', 'double'].includes(type)) {
    list.push(readValue(type, reader, wireType));
    return;
  }
  const end = reader.uint32() + reader.pos;
  while (reader.pos < end) list.push(readValue(type, reader, WireType.Varint));
}

function readMapEntry(object: JsonObject, type: string, reader: BinaryReader): void {
  const end = reader.uint32() + reader.pos;
  let key = '';
  let value: unknown = type === 'string' || type === 'bytes' ? '' : undefined;
  while (reader.pos < end) {
    const [field, wireType] = reader.tag();
    if (field === 1) key = reader.string();
    else if (field === 2) value = readValue(type, reader, wireType);
    else reader.skip(wireType, field);
  }
  setOwnValue(object, key, value);
}

function readValue(type: string, reader: BinaryReader, wireType: WireType): unknown {
  switch (type) {
    case 'string':
      return reader.string();
    case 'bytes':
      return Buffer.from(reader.bytes()).toString('base64');
    case 'int32':
      return reader.int32();
    case 'int64':
      return Number(reader.int64());
    case 'bool':
      return reader.bool();
    case 'double':
      return reader.double();
    default: {
      if (wireType !== WireType.LengthDelimited) throw new Error(`a message of type "${type}" has wire type ${wireType}`);
      const length = reader.uint32();
      const special = readSpecial(type, reader, length);
      return special === undefined ? readMessage(type, reader, length) : special;
    }
  }
}

/** Messages whose JSON form is not an object of their fields. Anything else gives `undefined`. */
function readSpecial(type: string, reader: BinaryReader, length: number): unknown {
  switch (type) {
    case 'meta/v1.Time': {
      const ms = readTime(reader, length);
      return ms === undefined ? null : rfc3339(ms);
    }
    case 'meta/v1.MicroTime': {
      const ms = readTime(reader, length);
      return ms === undefined ? null : rfc3339Micro(ms);
    }
    case 'meta/v1.FieldsV1':
    case 'runtime.RawExtension': {
      const text = readFields(reader, length, (field) => (field === 1 ? Buffer.from(reader.bytes()).toString('utf8') : undefined)) ?? '';
      return text === '' ? null : (JSON.parse(text) as unknown);
    }
    case 'resource.Quantity':
      return readFields(reader, length, (field) => (field === 1 ? reader.string() : undefined)) ?? '0';
    case 'meta/v1.Duration':
      return `${Number(readFields(reader, length, (field) => (field === 1 ? reader.int64() : undefined)) ?? 0) / 1e9}s`;
    case 'authentication/v1.ExtraValue':
    case 'authorization/v1.ExtraValue':
    case 'meta/v1.Verbs': {
      const items: string[] = [];
      readFields(reader, length, (field) => {
        if (field !== 1) return undefined;
        items.push(reader.string());
        return true;
      });
      return items;
    }
    case 'intstr.IntOrString': {
      const parts: { isString: boolean; int: number; text: string } = { isString: false, int: 0, text: '' };
      readFields(reader, length, (field) => {
        if (field === 1) parts.isString = reader.int64().toString() === '1';
        else if (field === 2) parts.int = reader.int32();
        else if (field === 3) parts.text = reader.string();
        else return undefined;
        return true;
      });
      return parts.isString ? parts.text : parts.int;
    }
    default:
      return undefined;
  }
}

/** Seconds and nanoseconds; an empty message is the zero time, which JSON writes as null. */
function readTime(reader: BinaryReader, length: number): number | undefined {
  const time = { seconds: 0, nanos: 0 };
  readFields(reader, length, (field) => {
    if (field === 1) time.seconds = Number(reader.int64());
    else if (field === 2) time.nanos = reader.int32();
    else return undefined;
    return true;
  });
  return length === 0 || time.seconds === -62_135_596_800 ? undefined : time.seconds * 1000 + Math.floor(time.nanos / 1e6);
}

/** Calls `read` for each field of a message; a field for which it gives `undefined` is skipped. The last value wins. */
function readFields<T>(reader: BinaryReader, length: number, read: (field: number) => T | undefined): T | undefined {
  const end = reader.pos + length;
  let last: T | undefined;
  while (reader.pos < end) {
    const [field, wireType] = reader.tag();
    const value = read(field);
    if (value === undefined) reader.skip(wireType, field);
    else last = value;
  }
  return last;
}

function isZero(value: unknown): boolean {
  return (
    value === null ||
    value === '' ||
    value === 0 ||
    value === false ||
    (typeof value === 'object' && Object.keys(value as object).length === 0)
  );
}
