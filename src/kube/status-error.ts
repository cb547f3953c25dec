import type { Status, StatusCause } from './generated/types.ts';
import type { ResourceType } from './resource-type.ts';

/** The reasons of k8s.io/apimachinery/pkg/apis/meta/v1 that we use, with their HTTP codes. */
export const STATUS_CODES = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  AlreadyExists: 409,
  Conflict: 409,
  Expired: 410,
  Gone: 410,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  Invalid: 422,
  TooManyRequests: 429,
  InternalError: 500,
  NotImplemented: 501,
  ServiceUnavailable: 503,
  Timeout: 504,
} as const;
export type StatusReason = keyof typeof STATUS_CODES;

/** A `metav1.Status` failure as an exception. Callers test the reason, never the text. */
export class StatusError extends Error {
  readonly status: Status;

  constructor(status: Status, options?: { cause?: unknown }) {
    super(status.message ?? status.reason ?? 'unknown error', options);
    this.name = 'StatusError';
    this.status = status;
  }

  get code(): number {
    return this.status.code ?? 500;
  }
  get reason(): string {
    return this.status.reason ?? '';
  }
}

/** Whether `error` is a Status failure, of one of `reasons` if any are given. */
export function isStatus(error: unknown, ...reasons: StatusReason[]): error is StatusError {
  return error instanceof StatusError && (reasons.length === 0 || (reasons as string[]).includes(error.reason));
}

/** A Status failure with this reason and text, as the API server would answer it. */
export function statusError(reason: StatusReason, message: string, details?: Status['details'], cause?: unknown): StatusError {
  return new StatusError(
    {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      reason,
      ...(details ? { details } : {}),
      code: STATUS_CODES[reason],
    },
    { cause },
  );
}

/** `deployments.apps`, or `pods` for the core group. */
export function groupResource(type: ResourceType): string {
  return type.group ? `${type.resource}.${type.group}` : type.resource;
}

export function notFound(type: ResourceType, name: string): StatusError {
  return statusError('NotFound', `${groupResource(type)} "${name}" not found`, {
    name,
    group: type.group || undefined,
    kind: type.resource,
  });
}

export function alreadyExists(type: ResourceType, name: string): StatusError {
  return statusError('AlreadyExists', `${groupResource(type)} "${name}" already exists`, {
    name,
    group: type.group || undefined,
    kind: type.resource,
  });
}

export function conflict(
  type: ResourceType,
  name: string,
  why = 'the object has been modified; please apply your changes to the latest version and try again',
): StatusError {
  return statusError('Conflict', `Operation cannot be fulfilled on ${groupResource(type)} "${name}": ${why}`, {
    name,
    group: type.group || undefined,
    kind: type.resource,
  });
}

export function forbidden(type: ResourceType, name: string, why: string): StatusError {
  return statusError('Forbidden', `${groupResource(type)}${name ? ` "${name}"` : ''} is forbidden: ${why}`, {
    name: name || undefined,
    group: type.group || undefined,
    kind: type.resource,
  });
}

/** One field that is wrong: k8s.io/apimachinery/pkg/util/validation/field. `message` is the printed text after `path: `. */
export interface FieldError {
  field: string;
  reason:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueNotSupported'
    | 'FieldValueForbidden'
    | 'FieldValueDuplicate'
    | 'FieldValueTypeInvalid'
    | 'FieldValueNotFound'
    | 'FieldValueTooMany';
  message: string;
}

/** The value as Go prints it inside a field error: strings quoted, objects as JSON. */
function printed(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : (JSON.stringify(value) ?? 'null');
}

export const fieldError = {
  required: (field: string, text = ''): FieldError => ({
    field,
    reason: 'FieldValueRequired',
    message: `Required value${text ? `: ${text}` : ''}`,
  }),
  invalid: (field: string, value: unknown, text: string): FieldError => ({
    field,
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${printed(value)}: ${text}`,
  }),
  typeInvalid: (field: string, typeName: string, text: string): FieldError => ({
    field,
    reason: 'FieldValueTypeInvalid',
    message: `Invalid value: "${typeName}": ${text}`,
  }),
  notSupported: (field: string, value: unknown, supported: readonly string[]): FieldError => ({
    field,
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${printed(value)}: supported values: ${supported.map((s) => `"${s}"`).join(', ')}`,
  }),
  forbidden: (field: string, text: string): FieldError => ({ field, reason: 'FieldValueForbidden', message: `Forbidden: ${text}` }),
  duplicate: (field: string, value: unknown): FieldError => ({
    field,
    reason: 'FieldValueDuplicate',
    message: `Duplicate value: ${printed(value)}`,
  }),
  notFound: (field: string, value: unknown): FieldError => ({
    field,
    reason: 'FieldValueNotFound',
    message: `Not found: ${printed(value)}`,
  }),
};

/** 422 with one cause per field, worded as upstream: one error inline, several in brackets. */
export function invalid(type: ResourceType, name: string, errors: readonly FieldError[]): StatusError {
  const texts = errors.map((error) => `${error.field}: ${error.message}`);
  const kind = type.group ? `${type.kind}.${type.group}` : type.kind;
  const causes: StatusCause[] = errors.map((error) => ({ reason: error.reason, message: error.message, field: error.field }));
  return statusError('Invalid', `${kind} "${name}" is invalid: ${texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`}`, {
    name,
    group: type.group || undefined,
    kind: type.kind,
    causes,
  });
}
