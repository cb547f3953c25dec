import { type Clock, rfc3339 } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { Event } from './generated/types.ts';
import type { KubeApi } from './kube-api.ts';
import type { KubeObject } from './object.ts';
import { events } from './resource-type.ts';

/** What an event is about. `apiVersion` and `kind` must be set (objects inside lists may lack them). */
export type EventSubject = KubeObject & { apiVersion?: string | undefined; kind?: string | undefined };

/**
 * Writes core/v1 Events, counting repeats of the same text in one object (client-go tools/record). Order is kept; a failed
 * write is logged and dropped, as upstream does.
 */
export class EventRecorder {
  readonly #api: KubeApi;
  readonly #source: { component: string; host?: string };
  readonly #deps: { clock: Clock; random: Random; log: Log };
  readonly #seen = new Map<string, { name: string; count: number }>();
  /** Keeps the names of one millisecond in order: clients that sort by whole seconds show ties as they are listed. */
  #sequence = 0;
  #tail: Promise<void> = Promise.resolve();

  constructor(api: KubeApi, source: { component: string; host?: string }, deps: { clock: Clock; random: Random; log: Log }) {
    this.#api = api;
    this.#source = source;
    this.#deps = deps;
  }

  record(subject: EventSubject, type: 'Normal' | 'Warning', reason: string, message: string, fieldPath?: string): void {
    const now = rfc3339(this.#deps.clock.nowMs());
    const { metadata } = subject;
    const namespace = metadata.namespace ?? 'default';
    const id = [metadata.uid, type, reason, message, fieldPath].join('\0');
    const seen = this.#seen.get(id);
    if (seen) seen.count += 1;
    const entry = seen ?? {
      name: `${metadata.name}.${(this.#deps.clock.nowMs() * 4096 + (this.#sequence++ % 4096)).toString(16)}${this.#deps.random.suffix(3)}`,
      count: 1,
    };
    const { name, count } = entry;
    this.#seen.set(id, entry);
    if (this.#seen.size > 4096) this.#seen.delete(this.#seen.keys().next().value!);
    const draft = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace },
      involvedObject: {
        apiVersion: subject.apiVersion,
        kind: subject.kind,
        name: metadata.name,
        namespace: metadata.namespace,
        uid: metadata.uid,
        resourceVersion: metadata.resourceVersion,
        ...(fieldPath ? { fieldPath } : {}),
      },
      reason,
      message,
      type,
      source: this.#source,
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
      reportingComponent: this.#source.component,
      reportingInstance: this.#source.host ?? '',
    } satisfies Omit<Event, 'metadata'> & { metadata: object };
    this.#tail = this.#tail
      .then(async () => {
        if (count > 1) {
          const patched = await this.#api
            .patch(events, { namespace, name }, { type: 'strategic', body: { count, lastTimestamp: now } })
            .then(
              () => true,
              () => false,
            );
          if (patched) return;
        }
        await this.#api.create(events, draft);
      })
      .catch((error: unknown) => this.#deps.log.debug(`event ${reason} for ${metadata.name} was not written: ${String(error)}`));
  }

  /** Resolves when every event recorded so far is written or dropped. */
  flush(): Promise<void> {
    return this.#tail;
  }
}
