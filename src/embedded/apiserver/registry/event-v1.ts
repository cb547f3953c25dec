import type { Event, EventsV1Event } from '../../../kube/generated/types.ts';
import type { AnyObject } from '../../../kube/object.ts';
import type { ResourceType } from '../../../kube/resource-type.ts';
import { event } from './event.ts';
import type { Resource } from './resource.ts';

export const eventsV1: ResourceType<EventsV1Event> = {
  group: 'events.k8s.io',
  version: 'v1',
  resource: 'events',
  kind: 'Event',
  namespaced: true,
};

/** The same Event in the words of events.k8s.io. k8s.io/kubernetes/pkg/apis/events/v1 conversion. */
function fromStored(stored: Event): EventsV1Event {
  const { involvedObject, message, source, firstTimestamp, lastTimestamp, count, reportingComponent, ...rest } = stored;
  return {
    ...rest,
    apiVersion: 'events.k8s.io/v1',
    eventTime: rest.eventTime ?? (null as unknown as string),
    regarding: involvedObject,
    ...(message === undefined ? {} : { note: message }),
    ...(reportingComponent === undefined ? {} : { reportingController: reportingComponent }),
    deprecatedSource: source,
    deprecatedFirstTimestamp: firstTimestamp ?? (null as unknown as undefined),
    deprecatedLastTimestamp: lastTimestamp ?? (null as unknown as undefined),
    ...(count === undefined ? {} : { deprecatedCount: count }),
  } as EventsV1Event;
}

function toStored(shown: EventsV1Event): Event {
  const {
    regarding,
    note,
    reportingController,
    deprecatedSource,
    deprecatedFirstTimestamp,
    deprecatedLastTimestamp,
    deprecatedCount,
    ...rest
  } = shown;
  return {
    ...rest,
    apiVersion: 'v1',
    involvedObject: regarding ?? {},
    source: deprecatedSource ?? {},
    reportingComponent: reportingController ?? '',
    reportingInstance: rest.reportingInstance ?? '',
    ...(note === undefined ? {} : { message: note }),
    ...(deprecatedFirstTimestamp === undefined ? {} : { firstTimestamp: deprecatedFirstTimestamp }),
    ...(deprecatedLastTimestamp === undefined ? {} : { lastTimestamp: deprecatedLastTimestamp }),
    ...(deprecatedCount === undefined ? {} : { count: deprecatedCount }),
  } as Event;
}

export const eventV1: Resource<EventsV1Event> = {
  ...(event as unknown as Resource<EventsV1Event>),
  type: eventsV1,
  schemaName: 'EventsV1Event',
  stored: {
    to: (object) => toStored(object as unknown as EventsV1Event) as unknown as AnyObject,
    from: (object) => fromStored(object as unknown as Event) as unknown as AnyObject,
  },
  // Selectors read what is stored.
  selectableFields: Object.fromEntries(
    Object.entries(event.selectableFields!).map(([name, read]) => [
      name.replace('involvedObject.', 'regarding.').replace('reportingComponent', 'reportingController'),
      read as unknown as (object: EventsV1Event) => string,
    ]),
  ),
  columns: event.columns.map((column) => ({
    ...column,
    cell: (object: EventsV1Event, nowMs: number) => column.cell(toStored(object), nowMs),
  })),
  default(object) {
    object.eventTime ??= null as unknown as string;
  },
  earlier: (object, byMs) => fromStored(event.earlier!(toStored(object), byMs)),
  validate: (object) => event.validate!(toStored(object)),
};
