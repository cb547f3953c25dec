import type { KubeObject } from '../../../kube/object.ts';
import { apiVersionOf } from '../../../kube/resource-type.ts';
import type { StoredValue } from '../../store/stored-value.ts';
import type { Resource } from '../registry/resource.ts';
import type { ListPage } from '../verbs/list-objects.ts';
import { negotiate } from './accept.ts';
import { inClientTime, readerOf } from './client-time-view.ts';
import type { HandlerDeps } from './handler-deps.ts';
import type { ResourceRequest } from './resource-request.ts';
import { sendJsonBody, sendObject, sendStored } from './responses.ts';
import { columnDefinitions, parseIncludeObject, partialMetadata, table, tableRow } from './table.ts';

const COMMA = Buffer.from(',');
const TAIL = Buffer.from(']}\n');

/** Sends one object in the form the client asked for. */
export function sendValue(deps: HandlerDeps, call: ResourceRequest, resource: Resource, status: number, value: StoredValue): void {
  const accepted = negotiate(call.request.headers.accept);
  const object = value.object as KubeObject;
  if (accepted.as === 'Table') {
    const row = tableRow(resource, value, parseIncludeObject(call.query.get('includeObject')), deps.core.clock.nowMs());
    sendObject(
      call.response,
      status,
      table({ resourceVersion: object.metadata.resourceVersion }, columnDefinitions(resource), [row]),
      accepted.format,
    );
  } else if (accepted.as !== undefined) sendObject(call.response, status, partialMetadata(object), accepted.format);
  else sendStored(call.response, status, inClientTime(deps.core, resource, value), accepted.format);
}

/** Sends a page of a collection in the form the client asked for. */
export function sendPage(deps: HandlerDeps, call: ResourceRequest, resource: Resource, page: ListPage, isKept = false): void {
  const accepted = negotiate(call.request.headers.accept);
  const metadata = {
    resourceVersion: page.resourceVersion,
    ...(page.continue === undefined ? {} : { continue: page.continue }),
    ...(page.remainingItemCount === undefined ? {} : { remainingItemCount: page.remainingItemCount }),
  };
  const kind = `${resource.type.kind}List`;
  if (accepted.as === 'Table') {
    const include = parseIncludeObject(call.query.get('includeObject'));
    const nowMs = deps.core.clock.nowMs();
    sendObject(
      call.response,
      200,
      table(
        metadata,
        columnDefinitions(resource),
        page.items.map((item) => tableRow(resource, item, include, nowMs)),
      ),
      accepted.format,
    );
  } else if (accepted.as !== undefined) {
    sendObject(
      call.response,
      200,
      {
        kind: 'PartialObjectMetadataList',
        apiVersion: 'meta.k8s.io/v1',
        metadata,
        items: page.items.map((item) => partialMetadata(item.object as KubeObject)),
      },
      accepted.format,
    );
  } else if (accepted.format === 'yaml') {
    sendObject(
      call.response,
      200,
      {
        kind,
        apiVersion: apiVersionOf(resource.type),
        metadata,
        items: page.items.map((item) => inClientTime(deps.core, resource, item).object),
      },
      'yaml',
    );
  } else {
    const head = Buffer.from(
      `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersionOf(resource.type))},"metadata":${JSON.stringify(metadata)},"items":[`,
    );
    const pieces: Buffer[] = [head];
    const reader = readerOf(call.request.headers['user-agent']);
    page.items.forEach((item, index) => {
      if (index > 0) pieces.push(COMMA);
      pieces.push(inClientTime(deps.core, resource, item, reader).bytes);
    });
    pieces.push(TAIL);
    const body = Buffer.concat(pieces);
    if (isKept && page.resourceVersion === String(deps.core.store.revision))
      deps.lists.keep(call.request.url!, deps.core.store.revision, body);
    sendJsonBody(call.response, 200, body);
  }
}
