import { rfc3339, rfc3339Micro } from '../../../base/clock.ts';
import type { Event } from '../../../kube/generated/types.ts';
import { events } from '../../../kube/resource-type.ts';
import { fieldError } from '../../../kube/status-error.ts';
import { column, nameColumn, wide } from './columns/column.ts';
import { countCell, firstSeenCell, lastSeenCell, objectCell, sourceCell } from './columns/event-cells.ts';
import type { Resource } from './resource.ts';

const about =
  (field: keyof Event['involvedObject']) =>
  (event: Event): string =>
    String(event.involvedObject[field] ?? '');

function shifted(
  event: Event,
  field: 'firstTimestamp' | 'lastTimestamp' | 'eventTime',
  byMs: number,
  format: (ms: number) => string,
): Partial<Event> {
  const time = event[field];
  return time ? { [field]: format(Date.parse(time) - byMs) } : {};
}

export const event: Resource<Event> = {
  type: events,
  singular: 'event',
  shortNames: ['ev'],
  categories: [],
  schemaName: 'Event',
  hasStatus: false,
  hasGeneration: false,
  selectableFields: {
    'involvedObject.kind': about('kind'),
    'involvedObject.namespace': about('namespace'),
    'involvedObject.name': about('name'),
    'involvedObject.uid': about('uid'),
    'involvedObject.apiVersion': about('apiVersion'),
    'involvedObject.resourceVersion': about('resourceVersion'),
    'involvedObject.fieldPath': about('fieldPath'),
    reason: ({ reason }) => reason ?? '',
    reportingComponent: ({ reportingComponent }) => reportingComponent ?? '',
    source: ({ source, reportingComponent }) => source?.component || reportingComponent || '',
    type: ({ type }) => type ?? '',
  },
  columns: [
    column('Last Seen', lastSeenCell),
    column('Type', ({ type }) => type ?? ''),
    column('Reason', ({ reason }) => reason ?? ''),
    column('Object', objectCell),
    wide('Subobject', ({ involvedObject }) => involvedObject.fieldPath ?? ''),
    wide('Source', sourceCell),
    column('Message', ({ message }) => (message ?? '').trim()),
    wide('First Seen', firstSeenCell),
    wide('Count', countCell, 'integer'),
    { ...nameColumn(), priority: 1 },
  ],
  default(object) {
    object.involvedObject ??= {};
    object.source ??= {};
    object.reportingComponent ??= '';
    object.reportingInstance ??= '';
    // Upstream writes `eventTime: null` where there is none; clients print it.
    object.eventTime ??= null as unknown as undefined;
  },
  earlier: (event, byMs) => ({
    ...event,
    ...shifted(event, 'firstTimestamp', byMs, rfc3339),
    ...shifted(event, 'lastTimestamp', byMs, rfc3339),
    ...shifted(event, 'eventTime', byMs, rfc3339Micro),
    ...(event.series?.lastObservedTime
      ? { series: { ...event.series, lastObservedTime: rfc3339Micro(Date.parse(event.series.lastObservedTime) - byMs) } }
      : {}),
  }),
  validate(object) {
    const about = object.involvedObject.namespace ?? '';
    const where = object.metadata.namespace ?? '';
    if (about === where || (about === '' && where === 'default')) return [];
    return [fieldError.invalid('involvedObject.namespace', about, 'does not match event.namespace')];
  },
};
