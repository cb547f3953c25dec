import type { ServerResponse } from 'node:http';
import { messageOf } from '../../../base/errors.ts';
import { yamlLibrary } from '../../../base/yaml-library.ts';
import type { Status } from '../../../kube/generated/types.ts';
import { StatusError, statusError } from '../../../kube/status-error.ts';
import type { StoredValue } from '../../store/stored-value.ts';

const NEWLINE = Buffer.from('\n');

/** Sends bytes that are JSON already, in as many pieces as they come in. */
export function sendJsonBytes(response: ServerResponse, status: number, pieces: readonly Buffer[]): void {
  sendJsonBody(response, status, Buffer.concat([...pieces, NEWLINE]));
}

/** Sends a whole body of JSON. */
export function sendJsonBody(response: ServerResponse, status: number, body: Buffer): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': body.length, 'Cache-Control': 'no-cache, private' });
  response.end(body);
}

export function sendStored(response: ServerResponse, status: number, value: StoredValue, format: 'json' | 'yaml'): void {
  if (format === 'yaml') sendYaml(response, status, value.object);
  else sendJsonBytes(response, status, [value.bytes]);
}

export function sendObject(response: ServerResponse, status: number, object: object, format: 'json' | 'yaml' = 'json'): void {
  if (format === 'yaml') sendYaml(response, status, object);
  else sendJsonBytes(response, status, [Buffer.from(JSON.stringify(object))]);
}

function sendYaml(response: ServerResponse, status: number, object: object): void {
  const body = Buffer.from(yamlLibrary().stringify(object, { aliasDuplicateObjects: false }));
  response.writeHead(status, { 'Content-Type': 'application/yaml', 'Content-Length': body.length, 'Cache-Control': 'no-cache, private' });
  response.end(body);
}

export function sendText(response: ServerResponse, status: number, text: string): void {
  const body = Buffer.from(text);
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': body.length,
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(body);
}

/** The Status of anything thrown; what is no Status is an internal error. */
export function statusOf(error: unknown): Status {
  if (error instanceof StatusError) return error.status;
  return statusError('InternalError', `Internal error occurred: ${messageOf(error)}`).status;
}

/** Sends an error as a Status, with `Retry-After` where it asks for one. Does nothing when an answer has begun. */
export function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const status = statusOf(error);
  const retryAfter = status.details?.retryAfterSeconds;
  if (retryAfter !== undefined) response.setHeader('Retry-After', String(retryAfter));
  sendObject(response, status.code ?? 500, status);
}

/** What a POST answers that stores nothing of its own. */
export function createdStatus(): object {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
}
