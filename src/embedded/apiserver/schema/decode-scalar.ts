import { rfc3339 } from '../../../base/clock.ts';
import { canonicalQuantity } from '../../../kube/quantity.ts';
import type { FieldType, RowType, ScalarWord } from './field-types.ts';
import { type DecodeWalk, jsonKind, mismatch } from './type-mismatch.ts';

const LIMITS = { int32: 2 ** 31, int64: 2 ** 63 } as const;

/** A value of the built-in scalar type in the form in which it is stored; `undefined` when it is none, which the walk notes. */
export function decodeScalar(word: ScalarWord, value: unknown, row: RowType, walk: DecodeWalk): unknown {
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

function decodeTime(value: unknown, type: FieldType, row: RowType, walk: DecodeWalk): string | undefined {
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

function decodeMicroTime(value: unknown, type: FieldType, row: RowType, walk: DecodeWalk): string | undefined {
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
