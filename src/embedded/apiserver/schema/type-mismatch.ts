import type { FieldType, RowType, ScalarWord } from './field-types.ts';

/** Where a decoding is, and what it has found so far. */
export interface DecodeWalk {
  unknownFields: string[];
  typeErrors: string[];
  path: string;
  goFields: string[];
}

/** The kind of a JSON value as Go's decoder names it. */
export function jsonKind(value: unknown): string {
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

/** Notes that the value at which the walk is has the wrong type; `shown` is what the message calls it. */
export function mismatch(type: FieldType, value: unknown, row: RowType, walk: DecodeWalk, shown = jsonKind(value)): undefined {
  walk.typeErrors.push(
    `json: cannot unmarshal ${shown} into Go struct field ${row.goName}.${walk.goFields.join('.')} of type ${goType(type)}`,
  );
  return undefined;
}
