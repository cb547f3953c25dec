import type { ControllerRevision } from '../../../kube/generated/types.ts';
import { controllerOf } from '../../../kube/object.ts';
import { controllerRevisions } from '../../../kube/resource-type.ts';
import { ageColumn, column, nameColumn } from './columns/column.ts';
import type { Resource } from './resource.ts';
import { immutable } from './workload-validation.ts';

/** `daemonset.apps/ds`: kind in lower case, with its group. */
function controllerCell(object: ControllerRevision): string {
  const owner = controllerOf(object);
  if (owner === undefined) return '<none>';
  const group = owner.apiVersion.includes('/') ? `.${owner.apiVersion.split('/')[0]}` : '';
  return `${owner.kind.toLowerCase()}${group}/${owner.name}`;
}

export const controllerRevision: Resource<ControllerRevision> = {
  type: controllerRevisions,
  singular: 'controllerrevision',
  shortNames: [],
  categories: [],
  schemaName: 'ControllerRevision',
  hasStatus: false,
  hasGeneration: false,
  columns: [nameColumn(), column('Controller', controllerCell), column('Revision', ({ revision }) => revision, 'integer'), ageColumn()],
  validateUpdate: (object, old) => immutable('data', object.data, old.data),
};
