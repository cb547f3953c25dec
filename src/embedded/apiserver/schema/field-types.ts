import { schema } from '../../../kube/generated/schema.ts';

export type ScalarWord =
  | 'string'
  | 'byte'
  | 'int32'
  | 'int64'
  | 'double'
  | 'boolean'
  | 'time'
  | 'micro-time'
  | 'int-or-string'
  | 'any'
  | 'quantity';

export type FieldType =
  | { readonly kind: 'scalar'; readonly word: ScalarWord }
  | { readonly kind: 'row'; readonly row: RowType }
  | { readonly kind: 'list'; readonly of: FieldType }
  | { readonly kind: 'map'; readonly of: FieldType };

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly required: boolean;
}

/** One struct of the Kubernetes API. `goName` is its name in Go, as type errors print it: `DeploymentSpec`, package `v1`. */
export interface RowType {
  readonly name: string;
  readonly goName: string;
  readonly goPackage: string;
  readonly fields: ReadonlyMap<string, Field>;
}

const SCALARS = new Set<string>(['string', 'byte', 'int32', 'int64', 'double', 'boolean', 'time', 'micro-time', 'int-or-string', 'any']);

/** Fields that are `resource.Quantity` in Go; the generated table only knows that their wire form is a string. */
const QUANTITY_MAPS = new Set([
  'limits',
  'requests',
  'capacity',
  'allocatable',
  'hard',
  'used',
  'overhead',
  'allocatedResources',
  'max',
  'min',
  'default',
  'defaultRequest',
  'maxLimitRequestRatio',
]);
const QUANTITIES = new Set([
  'EmptyDirVolumeSource.sizeLimit',
  'ResourceFieldSelector.divisor',
  'V2MetricTarget.averageValue',
  'V2MetricTarget.value',
  'V2MetricValueStatus.averageValue',
  'V2MetricValueStatus.value',
  'CSIStorageCapacity.capacity',
]);

const GO_NAME =
  /^(V2|AdmissionregistrationV1|ApiextensionsV1|ApiregistrationV1|AuthenticationV1|CoreV1|DiscoveryV1|EventsV1|RbacV1|FlowcontrolV1|StorageV1|BatchV1)(?=[A-Z])/;

function compile(): ReadonlyMap<string, RowType> {
  const rows = new Map<string, RowType & { fields: Map<string, Field> }>();
  for (const name of Object.keys(schema)) {
    rows.set(name, { name, goName: name.replace(GO_NAME, ''), goPackage: /^V2[A-Z]/.test(name) ? 'v2' : 'v1', fields: new Map() });
  }
  const parse = (word: string): FieldType => {
    if (word.startsWith('[]')) return { kind: 'list', of: parse(word.slice(2)) };
    if (word.startsWith('map[')) return { kind: 'map', of: parse(word.slice(4, -1)) };
    if (SCALARS.has(word)) return { kind: 'scalar', word: word as ScalarWord };
    const row = rows.get(word);
    return row === undefined ? { kind: 'scalar', word: 'any' } : { kind: 'row', row };
  };
  for (const [name, row] of rows) {
    for (const [field, text] of Object.entries(schema[name]!)) {
      const required = text.endsWith('!');
      let type = parse(required ? text.slice(0, -1) : text);
      if (QUANTITIES.has(`${name}.${field}`)) type = { kind: 'scalar', word: 'quantity' };
      else if (type.kind === 'map' && type.of.kind === 'scalar' && type.of.word === 'string' && QUANTITY_MAPS.has(field)) {
        type = { kind: 'map', of: { kind: 'scalar', word: 'quantity' } };
      }
      row.fields.set(field, { name: field, type, required });
    }
  }
  return rows;
}

/** The generated field table, parsed: rows by name, references resolved. */
export const fieldTypes: ReadonlyMap<string, RowType> = compile();

/** The row of that name; an unknown name is a mistake of ours. */
export function rowType(name: string): RowType {
  const row = fieldTypes.get(name);
  if (row === undefined) throw new Error(`The field table has no row "${name}".`);
  return row;
}
