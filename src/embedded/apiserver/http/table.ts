import type { KubeObject } from '../../../kube/object.ts';
import { statusError } from '../../../kube/status-error.ts';
import type { StoredValue } from '../../store/stored-value.ts';
import type { Column, Resource } from '../registry/resource.ts';

export type IncludeObject = 'Metadata' | 'Object' | 'None';

export function parseIncludeObject(text: string | null): IncludeObject {
  if (text === null || text === '' || text === 'Metadata') return 'Metadata';
  if (text === 'Object' || text === 'None') return text;
  throw statusError('BadRequest', `unrecognized includeObject value: "${text}"`);
}

export function columnDefinitions(resource: Resource): object[] {
  return resource.columns.map((column) => ({
    name: column.name,
    type: column.type,
    format: column.format ?? '',
    description: column.description ?? '',
    priority: column.priority ?? 0,
  }));
}

/** One row of `kubectl get`. */
export function tableRow(resource: Resource, value: StoredValue, include: IncludeObject, nowMs: number): object {
  const object = value.object as KubeObject;
  const cells = resource.columns.map((column: Column<KubeObject>) => column.cell(object, nowMs));
  const conditions = completedPodConditions(resource, object);
  const shown = include === 'None' ? null : include === 'Object' ? object : partialMetadata(object);
  return { cells, ...(conditions === undefined ? {} : { conditions }), object: shown };
}

export function table(metadata: object, columns: object[] | null, rows: object[]): object {
  return { kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata, columnDefinitions: columns, rows };
}

export function partialMetadata(object: KubeObject): object {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}

/** Finished Pods are marked, so that clients may hide them. */
function completedPodConditions(resource: Resource, object: KubeObject): object[] | undefined {
  if (resource.type.group !== '' || resource.type.resource !== 'pods') return undefined;
  const phase = (object as KubeObject & { status?: { phase?: string } }).status?.phase;
  if (phase === 'Succeeded')
    return [{ type: 'Completed', status: 'True', reason: 'Succeeded', message: 'The pod has completed successfully.' }];
  if (phase === 'Failed') return [{ type: 'Completed', status: 'True', reason: 'Failed', message: 'The pod failed.' }];
  return undefined;
}
