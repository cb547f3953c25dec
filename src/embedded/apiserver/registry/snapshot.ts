import { type Snapshot, snapshots } from '../../../kube/snapshot-resource.ts';
import { type FieldError, fieldError, forbidden } from '../../../kube/status-error.ts';
import { crdTypeInfo } from '../apply/type-info.ts';
import { decodeStructural } from '../crd/structural-decode.ts';
import type { StructuralSchema } from '../crd/structural-schema.ts';
import { ageColumn, column, nameColumn } from './columns/column.ts';
import type { Resource } from './resource.ts';

/** Each keeps every object of the cluster from being forgotten. */
const MOST_SNAPSHOTS = 64;

const SCHEMA: StructuralSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        restore: {
          type: 'integer',
          format: 'int64',
          minimum: 0,
          description: 'A counter: raised above status.restored, the cluster goes back to the state of the snapshot.',
        },
      },
    },
    status: {
      type: 'object',
      properties: {
        takenAt: { type: 'string', format: 'date-time', description: 'Cluster time when the snapshot was taken.' },
        objects: { type: 'integer', description: 'How many objects it holds.' },
        restored: { type: 'integer', description: 'The spec.restore that was last carried out.' },
      },
    },
  },
};

/** The row only. What a Snapshot holds, and its status, is the business of the store that the server is given. */
export const snapshot: Resource<Snapshot> = {
  type: snapshots,
  singular: 'snapshot',
  shortNames: [],
  categories: [],
  hasStatus: true,
  hasGeneration: true,
  custom: true,
  typeInfo: crdTypeInfo(SCHEMA),
  openApiSchema: SCHEMA as Readonly<Record<string, unknown>>,
  columns: [
    nameColumn(),
    column('Taken', ({ status }) => status?.takenAt ?? null),
    column('Objects', ({ status }) => status?.objects ?? null, 'integer'),
    column('Restored', ({ status }) => status?.restored ?? null, 'integer'),
    ageColumn(),
  ],
  decode: (value) => decodeStructural(SCHEMA, value),
  default(object) {
    object.spec ??= {};
  },
  prepareCreate(object, ctx) {
    if (ctx.list(snapshots).length >= MOST_SNAPSHOTS)
      throw forbidden(snapshots, object.metadata.name, `the cluster keeps at most ${MOST_SNAPSHOTS} snapshots; delete one first`);
  },
  validate({ spec }) {
    const errors: FieldError[] = [];
    const { restore } = spec;
    if (restore === undefined) return errors;
    if (!Number.isInteger(restore))
      errors.push(
        fieldError.typeInvalid('spec.restore', typeof restore, `spec.restore in body must be of type integer: "${typeof restore}"`),
      );
    else if (restore < 0)
      errors.push(fieldError.invalid('spec.restore', restore, 'spec.restore in body should be greater than or equal to 0'));
    return errors;
  },
};
