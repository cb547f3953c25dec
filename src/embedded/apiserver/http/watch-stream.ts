import type { ServerResponse } from 'node:http';
import type { Timer } from '../../../base/clock.ts';
import type { KubeObject } from '../../../kube/object.ts';
import { apiVersionOf } from '../../../kube/resource-type.ts';
import { isStatus, statusError } from '../../../kube/status-error.ts';
import type { StoreWatch } from '../../store/store.ts';
import type { Resource } from '../registry/resource.ts';
import type { ServerCore } from '../server-core.ts';
import { parseResourceVersion } from '../verbs/resource-version.ts';
import { type ObjectEvent, watchObjects } from '../verbs/watch-objects.ts';
import type { Accepted } from './accept.ts';
import { inClientTime } from './client-time-view.ts';
import type { HandlerDeps } from './handler-deps.ts';
import { flag } from './query-options.ts';
import { statusOf } from './responses.ts';
import { columnDefinitions, type IncludeObject, parseIncludeObject, partialMetadata, table, tableRow } from './table.ts';
import { chunkOf, type WatchFrames } from './watch-frames.ts';

const INITIAL_EVENTS_END = { 'k8s.io/initial-events-end': 'true' };
/** client-node gives up after 30 s without a byte. */
const BOOKMARK_EVERY_MS = 20_000;
const DEFAULT_TIMEOUT_MS = 30 * 60_000;
/** A client that does not read must not make the server keep everything: it is cut off and relists. */
const MAX_UNSENT_BYTES = 32 * 1024 * 1024;

/**
 * Streams a watch. Headers leave at once: clients wait for them before they can even be interrupted. Chunks go to the socket as
 * they are, past the response's own framing, so that the watchers of one event share its bytes.
 */
export function streamWatch(
  { core, frames }: Pick<HandlerDeps, 'core' | 'frames'>,
  resource: Resource,
  namespace: string | undefined,
  query: URLSearchParams,
  accepted: Accepted,
  response: ServerResponse,
): void {
  const { socket } = response;
  if (socket === null || response.req.httpVersionMinor === 0)
    throw statusError('BadRequest', 'a watch needs HTTP/1.1 and a connection on which no earlier answer is under way');
  const options = watchOptions(query);
  const encode = encoderFor(core, frames, resource, accepted, parseIncludeObject(query.get('includeObject')));
  response.writeHead(200, {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-cache, private',
    'Transfer-Encoding': 'chunked',
  });
  response.flushHeaders();

  const timers: Timer[] = [];
  let watch: StoreWatch | undefined;
  let isOver = false;
  const end = (): void => {
    if (isOver) return;
    isOver = true;
    watch?.close();
    for (const timer of timers) timer.cancel();
    response.end();
  };
  response.on('close', end);
  response.on('error', end);
  const write = (chunk: Buffer): void => {
    if (isOver) return;
    socket.write(chunk);
    if (socket.writableLength > MAX_UNSENT_BYTES) {
      response.destroy();
      end();
    }
  };
  const bookmark = (revision: number, annotations?: Record<string, string>): void => {
    write(
      encode.bookmark({
        kind: resource.type.kind,
        apiVersion: apiVersionOf(resource.type),
        metadata: { resourceVersion: String(revision), ...(annotations ? { annotations } : {}) } as KubeObject['metadata'],
      }),
    );
  };
  try {
    watch = watchObjects(core, resource, namespace, options, {
      events: (events) => write(events.length === 1 ? encode.event(events[0]!) : Buffer.concat(events.map(encode.event))),
      initialDone: (revision) => {
        if (options.bookmarks) bookmark(revision, INITIAL_EVENTS_END);
      },
    });
  } catch (error) {
    // Too old a version is told inside the stream, with code 200.
    if (!isStatus(error, 'Expired')) core.log.warn(`watch of ${resource.type.resource} failed: ${String(error)}`);
    write(chunkOf(Buffer.from(`${JSON.stringify({ type: 'ERROR', object: statusOf(error) })}\n`)));
    end();
    return;
  }
  timers.push(core.hostClock.after(options.timeoutMs, end));
  if (options.bookmarks) {
    const beat = (): void => {
      bookmark(core.store.revision);
      timers[1] = core.hostClock.after(BOOKMARK_EVERY_MS, beat);
    };
    timers[1] = core.hostClock.after(BOOKMARK_EVERY_MS, beat);
  }
}

function watchOptions(query: URLSearchParams): {
  labelSelector: string | undefined;
  fieldSelector: string | undefined;
  fromRevision: number;
  initialEvents: boolean;
  bookmarks: boolean;
  timeoutMs: number;
} {
  const initialEvents = flag(query, 'sendInitialEvents');
  const refuse = (field: string, message: string): never => {
    throw statusError('Invalid', `ListOptions.meta.k8s.io "" is invalid: ${field}: ${message}`, {
      group: 'meta.k8s.io',
      kind: 'ListOptions',
      causes: [{ reason: 'FieldValueForbidden', message, field }],
    });
  };
  if (query.has('sendInitialEvents') && query.get('resourceVersionMatch') !== 'NotOlderThan')
    refuse('resourceVersionMatch', 'Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  if (!query.has('sendInitialEvents') && query.get('resourceVersionMatch'))
    refuse('resourceVersionMatch', 'Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided');
  const seconds = Number(query.get('timeoutSeconds') ?? 0);
  return {
    labelSelector: query.get('labelSelector') || undefined,
    fieldSelector: query.get('fieldSelector') || undefined,
    fromRevision: revisionOf(query.get('resourceVersion')),
    initialEvents,
    bookmarks: flag(query, 'allowWatchBookmarks'),
    timeoutMs: seconds > 0 ? seconds * 1000 : DEFAULT_TIMEOUT_MS,
  };
}

/** A watch answers a version that is no number with an internal error, unlike a list. */
function revisionOf(text: string | null): number {
  try {
    return parseResourceVersion(text ?? undefined) ?? 0;
  } catch (error) {
    throw statusError('InternalError', `Internal error occurred: ${String((error as Error).message)}`);
  }
}

/** Gives chunks. */
interface Encoder {
  event(event: ObjectEvent): Buffer;
  bookmark(object: KubeObject): Buffer;
}

function encoderFor(core: ServerCore, frames: WatchFrames, resource: Resource, accepted: Accepted, include: IncludeObject): Encoder {
  const line = (type: string, object: object): Buffer => chunkOf(Buffer.from(`${JSON.stringify({ type, object })}\n`));
  if (accepted.as === 'Table') {
    let columns: object[] | null = columnDefinitions(resource);
    // Only the first event carries the column definitions.
    const oneRow = (type: string, row: object, metadata: object): Buffer => {
      const bytes = line(type, table(metadata, columns, [row]));
      columns = null;
      return bytes;
    };
    return {
      event: ({ type, value }) =>
        oneRow(type, tableRow(resource, value, include, core.clock.nowMs()), {
          resourceVersion: (value.object as KubeObject).metadata.resourceVersion,
        }),
      bookmark: (object) =>
        oneRow(
          'BOOKMARK',
          { cells: resource.columns.map(() => null), object: include === 'Object' ? object : partialMetadata(object) },
          { resourceVersion: object.metadata.resourceVersion },
        ),
    };
  }
  if (accepted.as === 'PartialObjectMetadata' || accepted.as === 'PartialObjectMetadataList') {
    return {
      event: ({ type, value }) => line(type, partialMetadata(value.object as KubeObject)),
      bookmark: (object) => line('BOOKMARK', partialMetadata(object)),
    };
  }
  return {
    event: ({ type, value }) => frames.frameOf(type, inClientTime(core, resource, value)),
    bookmark: (object) => line('BOOKMARK', object),
  };
}
