import type { Event } from '../../kube/generated/types.ts';
import type { AnyObject, ObjectKey } from '../../kube/object.ts';
import { events } from '../../kube/resource-type.ts';
import type { Check, CheckTexts } from '../check.ts';
import { watchUntil } from '../watch-until.ts';

export interface ExpectedEvent {
  reason: string;
  message?: string;
}

/** Events about an object have happened since the step began, in this order; others may lie between them. */
export function eventsCheck(
  texts: CheckTexts,
  expectation: { about: Required<ObjectKey>; kind: string; events: readonly ExpectedEvent[] },
): Check {
  const { about, kind, events: expected } = expectation;
  const judgeSince =
    (revision: string) =>
    ([objects]: readonly (readonly AnyObject[])[]) => {
      const happened = sinceRevision(objects! as unknown as Event[], revision, about, kind);
      const missing = firstMissing(happened, expected);
      return {
        holds: missing === undefined,
        expected: expected.map(written).join(', '),
        observed: happened.map((event) => event.reason ?? '').join(', ') || '(no event)',
        detail: missing === undefined ? undefined : `missing, or out of order: ${written(missing)}`,
      };
    };
  return {
    id: texts.id,
    title: texts.title,
    next: texts.next,
    historic: true,
    observes: expected.map(({ reason, message }) => ({ kind: 'event', namespace: about.namespace, about: about.name, reason, message })),
    look: texts.look ?? ['kubectl', 'get', 'events', '-n', about.namespace, '--field-selector', `involvedObject.name=${about.name}`],
    evaluate: (ctx) =>
      watchUntil(
        [{ resource: events, namespace: about.namespace }],
        judgeSince(ctx.history.revisionAtStepStart),
        ctx,
        texts.timeoutMs ?? ctx.timeoutMs,
      ),
  };
}

/**
 * The events about an object that happened after a revision, oldest first. Timestamps have whole seconds, so the order is
 * that of the revisions; an event that was counted again stands where it happened last.
 */
export function sinceRevision(all: readonly Event[], revision: string, about: ObjectKey, kind: string): Event[] {
  const at = (event: Event): number => Number(event.metadata.resourceVersion);
  return all
    .filter((event) => event.involvedObject.name === about.name && event.involvedObject.kind === kind && at(event) > Number(revision))
    .sort((a, b) => at(a) - at(b));
}

/** The first expected event that does not follow the ones before it. */
export function firstMissing(happened: readonly Event[], expected: readonly ExpectedEvent[]): ExpectedEvent | undefined {
  let from = 0;
  for (const wanted of expected) {
    const at = happened.findIndex(
      (event, index) =>
        index >= from && event.reason === wanted.reason && (wanted.message === undefined || (event.message ?? '').includes(wanted.message)),
    );
    if (at < 0) return wanted;
    from = at + 1;
  }
  return undefined;
}

const written = ({ reason, message }: ExpectedEvent): string => (message === undefined ? reason : `${reason} "${message}"`);
