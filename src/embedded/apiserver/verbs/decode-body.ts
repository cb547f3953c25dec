import type { AnyObject } from '../../../kube/object.ts';
import { apiVersionOf } from '../../../kube/resource-type.ts';
import { fieldError, invalid, statusError } from '../../../kube/status-error.ts';
import type { Resource } from '../registry/resource.ts';
import type { RequestContext } from '../request-context.ts';
import { decodeFor } from '../schema/decode-for.ts';
import { isCustom } from './row-extensions.ts';
import type { FieldValidation } from './write-query.ts';

/**
 * The object of a request body: kind and apiVersion checked or filled in from the URL, unknown fields pruned and reported as
 * `fieldValidation` asks. Throws BadRequest with upstream's texts.
 */
export function decodeBody(
  resource: Resource,
  body: unknown,
  fieldValidation: FieldValidation,
  ctx: RequestContext,
  duplicates: readonly string[] = [],
): AnyObject {
  const { type } = resource;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw statusError(
      'BadRequest',
      `the object provided is unrecognized (must be of type ${type.kind}): couldn't get version/kind; json parse error: json: cannot unmarshal ${describe(body)} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    );
  }
  const sent = body as Record<string, unknown>;
  const apiVersion = apiVersionOf(type);
  const kind = sent['kind'];
  if (kind !== undefined && kind !== '' && kind !== type.kind) {
    if (isCustom(resource)) throw invalid(type, nameIn(sent), [fieldError.invalid('kind', kind, `must be ${type.kind}`)]);
    throw statusError(
      'BadRequest',
      `${String(kind)} in version "${versionIn(sent)}" cannot be handled as a ${type.kind}: converting (${versionIn(sent)}.${String(kind)}) to (${type.kind}): unknown conversion`,
    );
  }
  if (sent['apiVersion'] !== undefined && sent['apiVersion'] !== '' && sent['apiVersion'] !== apiVersion) {
    throw statusError(
      'BadRequest',
      `the API version in the data (${String(sent['apiVersion'])}) does not match the expected API version (${apiVersion})`,
    );
  }
  const { object, unknownFields, typeErrors } = decodeFor(resource, { ...sent, apiVersion, kind: type.kind });
  if (typeErrors.length > 0)
    throw statusError('BadRequest', `${type.kind} in version "${type.version}" cannot be handled as a ${type.kind}: ${typeErrors[0]}`);
  reportFields(
    resource,
    [...unknownFields.map((field) => `unknown field "${field}"`), ...duplicates.map((field) => `duplicate field "${field}"`)],
    fieldValidation,
    ctx,
  );
  if (typeof object.metadata !== 'object' || object.metadata === null) object.metadata = {} as AnyObject['metadata'];
  return object;
}

/** Refuses, warns of, or ignores what strict decoding found. */
export function reportFields(resource: Resource, findings: readonly string[], fieldValidation: FieldValidation, ctx: RequestContext): void {
  if (findings.length === 0 || fieldValidation === 'Ignore') return;
  if (fieldValidation === 'Strict') {
    const { kind, version } = resource.type;
    throw statusError(
      'BadRequest',
      `${kind} in version "${version}" cannot be handled as a ${kind}: strict decoding error: ${findings.join(', ')}`,
    );
  }
  for (const finding of findings) ctx.warn(finding);
}

function describe(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}
function nameIn(sent: Record<string, unknown>): string {
  return String((sent['metadata'] as Record<string, unknown> | undefined)?.['name'] ?? '');
}
function versionIn(sent: Record<string, unknown>): string {
  return String(sent['apiVersion'] ?? '')
    .split('/')
    .at(-1)!;
}
