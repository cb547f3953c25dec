import type { IncomingMessage, ServerResponse } from 'node:http';
import { type StatusError, statusError } from '../../../kube/status-error.ts';
import type { RequestContext } from '../request-context.ts';
import type { ProtobufDecoder } from './request-body.ts';
import type { ResourcePath } from './request-path.ts';

/** A request for a resource, a collection or a subresource on its way to an answer. */
export interface ResourceRequest {
  path: ResourcePath & { resource: string };
  query: URLSearchParams;
  ctx: RequestContext;
  request: IncomingMessage;
  response: ServerResponse;
  protobuf: ProtobufDecoder | undefined;
}

export function notServed(): StatusError {
  return statusError('NotFound', 'the server could not find the requested resource', {});
}

export function methodNotAllowed(): StatusError {
  return statusError('MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
}
