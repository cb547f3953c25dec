import type { IncomingMessage } from 'node:http';
import { messageOf } from '../../../base/errors.ts';
import { yamlLibrary } from '../../../base/yaml-library.ts';
import { statusError } from '../../../kube/status-error.ts';
import { isJsonTooDeep, isYamlTooDeep } from './nesting.ts';

/** Upstream's limit for a request body. */
const MAX_BODY_BYTES = 3 * 1024 * 1024;

const TOO_DEEP = 'exceeded max depth';

/** The whole body. Rejects with RequestEntityTooLarge above 3 MiB. */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_BODY_BYTES) chunks.push(chunk);
    });
    request.on('end', () => {
      if (size > MAX_BODY_BYTES) reject(statusError('RequestEntityTooLarge', `Request entity too large: limit is ${MAX_BODY_BYTES}`));
      else resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
    });
    request.on('error', reject);
    request.on('aborted', () => reject(new Error('The client closed the connection.')));
  });
}

/** Turns a protobuf request body into the JSON form of its object; a body it cannot read is BadRequest. */
export type ProtobufDecoder = (body: Buffer) => unknown;

/** The value in a body of one of the accepted media types. `kind` is named in messages. Throws UnsupportedMediaType and BadRequest. */
export function parseBody(body: Buffer, contentType: string | undefined, kind: string, protobuf: ProtobufDecoder | undefined): unknown {
  const mediaType = (contentType ?? '').split(';')[0]!.trim().toLowerCase();
  switch (mediaType) {
    case '':
    case 'application/json':
      return parseJson(body, kind);
    case 'application/yaml':
    case 'application/x-yaml':
      return parseYaml(body, kind);
    default:
      if (mediaType === 'application/vnd.kubernetes.protobuf' && protobuf !== undefined) return protobuf(body);
      throw statusError(
        'UnsupportedMediaType',
        `the body of the request was in an unknown format - accepted media types include: application/json, application/yaml${protobuf === undefined ? '' : ', application/vnd.kubernetes.protobuf'}`,
      );
  }
}

export function parseJson(body: Buffer, kind: string): unknown {
  try {
    if (isJsonTooDeep(body)) throw new Error(TOO_DEEP);
    return JSON.parse(body.toString()) as unknown;
  } catch (error) {
    throw statusError(
      'BadRequest',
      `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${messageOf(error)}`,
    );
  }
}

export function parseYaml(body: Buffer, kind: string): unknown {
  const text = body.toString();
  // Most "YAML" is JSON text; its parser is much faster.
  if (text.trimStart().startsWith('{') && !isJsonTooDeep(body)) {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      /* flow-style YAML */
    }
  }
  try {
    if (isYamlTooDeep(text)) throw new Error(TOO_DEEP);
    return yamlLibrary().parse(text) as unknown;
  } catch (error) {
    throw statusError(
      'BadRequest',
      `the object provided is unrecognized (must be of type ${kind}): error converting YAML to JSON: ${messageOf(error)}`,
    );
  }
}
