import type { Event } from '../../../../kube/generated/types.ts';
import { age } from './column.ts';

export function firstSeenCell(event: Event, nowMs: number): string {
  return age(event.firstTimestamp ?? event.eventTime, nowMs);
}

export function lastSeenCell(event: Event, nowMs: number): string {
  return age(event.series?.lastObservedTime ?? event.lastTimestamp ?? event.firstTimestamp ?? event.eventTime, nowMs);
}

/** `kind/name`, kind in lower case. */
export function objectCell(event: Event): string {
  const { kind, name } = event.involvedObject;
  return kind ? `${kind.toLowerCase()}/${name ?? ''}` : (name ?? '');
}

export function sourceCell(event: Event): string {
  const component = event.source?.component || event.reportingComponent || '';
  const host = event.source?.host || event.reportingInstance || '';
  return host ? `${component}, ${host}` : component;
}

export function countCell(event: Event): number {
  return event.series?.count || event.count || 1;
}
