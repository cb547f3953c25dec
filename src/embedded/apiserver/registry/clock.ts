import { type Clock, clocks } from '../../../kube/clock-resource.ts';
import { type FieldError, fieldError } from '../../../kube/status-error.ts';
import { crdTypeInfo } from '../apply/type-info.ts';
import { decodeStructural } from '../crd/structural-decode.ts';
import type { StructuralSchema } from '../crd/structural-schema.ts';
import { ageColumn, column, nameColumn } from './columns/column.ts';
import type { Resource } from './resource.ts';

const SCHEMA: StructuralSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        rate: { type: 'number', description: 'Cluster seconds per host second; 0 stops time.' },
        advanceTo: { type: 'string', format: 'date-time', description: 'The instant to jump to.' },
      },
    },
    status: { type: 'object', properties: { now: { type: 'string', format: 'date-time' }, rate: { type: 'number' } } },
  },
};

export const clock: Resource<Clock> = {
  type: clocks,
  singular: 'clock',
  shortNames: [],
  categories: [],
  hasStatus: true,
  hasGeneration: true,
  custom: true,
  typeInfo: crdTypeInfo(SCHEMA),
  openApiSchema: SCHEMA as Readonly<Record<string, unknown>>,
  columns: [
    nameColumn(),
    column('Rate', ({ spec, status }) => status?.rate ?? spec.rate ?? null, 'number'),
    column('Now', ({ status }) => status?.now ?? null),
    ageColumn(),
  ],
  decode: (value) => decodeStructural(SCHEMA, value),
  default(object) {
    object.spec ??= {};
    object.spec.rate ??= 1;
  },
  validate({ spec }) {
    const errors: FieldError[] = [];
    if (typeof spec.rate !== 'number')
      errors.push(fieldError.typeInvalid('spec.rate', typeof spec.rate, `spec.rate in body must be of type number: "${typeof spec.rate}"`));
    else if (spec.rate < 0) errors.push(fieldError.invalid('spec.rate', spec.rate, 'must be greater than or equal to 0'));
    if (spec.advanceTo !== undefined && Number.isNaN(Date.parse(spec.advanceTo))) {
      errors.push(
        fieldError.invalid('spec.advanceTo', spec.advanceTo, `spec.advanceTo in body must be of type date-time: "${spec.advanceTo}"`),
      );
    }
    return errors;
  },
};
