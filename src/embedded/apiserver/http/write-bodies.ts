import type { DeleteOptions } from '../../../kube/generated/types.ts';
import type { JsonPatchOperation, Patch } from '../../../kube/kube-api.ts';
import { statusError } from '../../../kube/status-error.ts';
import type { Resource } from '../registry/resource.ts';
import { validateDeleteOptions } from '../verbs/delete-object.ts';
import { duplicateFields } from './duplicate-fields.ts';
import { flag } from './query-options.ts';
import { parseBody, parseJson, parseYaml, readBody } from './request-body.ts';
import type { ResourceRequest } from './resource-request.ts';

/** The options of a deletion, from the body or else from the query. Rejects with BadRequest and Invalid. */
export async function readDeleteOptions(call: ResourceRequest): Promise<DeleteOptions> {
  const body = await readBody(call.request);
  const options: DeleteOptions =
    body.length === 0
      ? {}
      : { ...(parseBody(body, call.request.headers['content-type'], 'DeleteOptions', call.protobuf) as DeleteOptions) };
  const { query } = call;
  if (body.length === 0) {
    if (query.has('gracePeriodSeconds')) options.gracePeriodSeconds = Number(query.get('gracePeriodSeconds'));
    if (query.has('propagationPolicy')) options.propagationPolicy = query.get('propagationPolicy')!;
    if (query.has('orphanDependents')) options.orphanDependents = flag(query, 'orphanDependents');
    if (query.has('dryRun')) options.dryRun = query.getAll('dryRun');
  }
  validateDeleteOptions(options);
  return options;
}

/** The patch in a body, of the kind that its media type says. Rejects with UnsupportedMediaType. */
export async function readPatch(call: ResourceRequest, resource: Resource): Promise<Patch> {
  const body = await readBody(call.request);
  const { kind } = resource.type;
  const mediaType = (call.request.headers['content-type'] ?? '').split(';')[0]!.trim();
  switch (mediaType) {
    case 'application/json-patch+json':
      return { type: 'json', body: parseJson(body, kind) as JsonPatchOperation[] };
    case 'application/merge-patch+json':
      return { type: 'merge', body: parsePatchObject(body, kind) };
    case 'application/strategic-merge-patch+json':
      return { type: 'strategic', body: parsePatchObject(body, kind) };
    case 'application/apply-patch+yaml':
      return { type: 'apply', body: (parseYaml(body, kind) ?? {}) as object };
    default:
      throw statusError('UnsupportedMediaType', '415: Unsupported Media Type');
  }
}

function parsePatchObject(body: Buffer, kind: string): object {
  const patch = parseJson(body, kind);
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch))
    throw statusError('BadRequest', 'error decoding patch: json: cannot unmarshal value into Go value of type map[string]interface {}');
  return patch;
}

/** Repeated fields of a JSON body, looked for only when the client cares enough to ask. */
export function duplicatesIn({ query, request }: ResourceRequest, body: Buffer): string[] {
  const mediaType = (request.headers['content-type'] ?? 'application/json').split(';')[0]!.trim();
  const isAsked = query.get('fieldValidation') === 'Strict' || query.get('fieldValidation') === 'Warn';
  return isAsked && mediaType === 'application/json' ? duplicateFields(body.toString()) : [];
}
