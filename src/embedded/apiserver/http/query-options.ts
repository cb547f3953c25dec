import { fieldError, statusError } from '../../../kube/status-error.ts';
import type { ListQuery } from '../verbs/list-objects.ts';
import type { FieldValidation, WriteQuery } from '../verbs/write-query.ts';

/** A parameter that may be `true`, `1`, or present without a value. */
export function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && value !== 'false' && value !== '0';
}

function invalidOptions(kind: string, field: string, value: string, supported: readonly string[]): Error {
  const { reason, message } = fieldError.notSupported(field, value, supported);
  return statusError('Invalid', `${kind}.meta.k8s.io "" is invalid: ${field}: ${message}`, {
    group: 'meta.k8s.io',
    kind,
    causes: [{ reason, message, field }],
  });
}

export function writeQuery(query: URLSearchParams, kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions'): WriteQuery {
  const dryRun = query.getAll('dryRun');
  for (const value of dryRun) if (value !== 'All') throw invalidOptions(kind, 'dryRun', value, ['All']);
  const validation = query.get('fieldValidation') || 'Warn';
  if (!['Ignore', 'Warn', 'Strict'].includes(validation))
    throw invalidOptions(kind, 'fieldValidation', validation, ['Ignore', 'Strict', 'Warn']);
  return {
    dryRun: dryRun.length > 0,
    fieldValidation: validation as FieldValidation,
    ...(query.get('fieldManager') ? { fieldManager: query.get('fieldManager')! } : {}),
    ...(query.has('force') ? { force: flag(query, 'force') } : {}),
  };
}

export function listQuery(query: URLSearchParams): ListQuery {
  const limit = query.get('limit');
  if (limit !== null && limit !== '' && !/^\d+$/.test(limit))
    throw statusError('BadRequest', `strconv.ParseInt: parsing ${JSON.stringify(limit)}: invalid syntax`);
  const text = (name: string): string | undefined => query.get(name) || undefined;
  return {
    labelSelector: text('labelSelector'),
    fieldSelector: text('fieldSelector'),
    limit: limit ? Number(limit) : undefined,
    continue: text('continue'),
    resourceVersion: text('resourceVersion'),
    resourceVersionMatch: text('resourceVersionMatch'),
  };
}
