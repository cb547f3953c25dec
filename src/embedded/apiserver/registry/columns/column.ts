import { humanDuration } from '../../../../base/duration.ts';
import type { KubeObject } from '../../../../kube/object.ts';
import type { Column } from '../resource.ts';

type Cell<T> = (object: T, nowMs: number) => string | number | boolean | null;

export function column<T extends KubeObject>(name: string, cell: Cell<T>, type: Column<T>['type'] = 'string'): Column<T> {
  return { name, type, priority: 0, cell };
}

/** A column that only `-o wide` shows. */
export function wide<T extends KubeObject>(name: string, cell: Cell<T>, type: Column<T>['type'] = 'string'): Column<T> {
  return { name, type, priority: 1, cell };
}

export function nameColumn<T extends KubeObject>(): Column<T> {
  return { name: 'Name', type: 'string', format: 'name', priority: 0, cell: (object) => object.metadata.name };
}

export function ageColumn<T extends KubeObject>(): Column<T> {
  return column('Age', (object, nowMs) => age(object.metadata.creationTimestamp, nowMs));
}

/** The table of every kind that has none of its own. */
export function genericColumns<T extends KubeObject>(): Column<T>[] {
  return [nameColumn(), column('Created At', (object) => object.metadata.creationTimestamp ?? null, 'date')];
}

/** Time passed since `timestamp`, as kubectl prints ages; `<unknown>` when there is none. */
export function age(timestamp: string | undefined, nowMs: number): string {
  if (timestamp === undefined) return '<unknown>';
  const ms = Date.parse(timestamp);
  return Number.isNaN(ms) ? '<invalid>' : humanDuration(nowMs - ms);
}
