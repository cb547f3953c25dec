import { equalJson } from '../../../base/equal-json.ts';
import { ownValue, setOwnValue } from '../../../base/own-value.ts';
import type { ConfigMap, Secret, ServiceAccount } from '../../../kube/generated/types.ts';
import { configMaps, secrets, serviceAccounts } from '../../../kube/resource-type.ts';
import { type FieldError, fieldError } from '../../../kube/status-error.ts';
import { ageColumn, column, nameColumn } from './columns/column.ts';
import type { Resource } from './resource.ts';
import { immutable } from './workload-validation.ts';

const sizeOf = (...maps: (object | undefined)[]): number => maps.reduce((sum, map) => sum + Object.keys(map ?? {}).length, 0);

function keyErrors(field: string, data: object | undefined): FieldError[] {
  return Object.keys(data ?? {})
    .filter((key) => !/^[-._a-zA-Z0-9]+$/.test(key))
    .map((key) =>
      fieldError.invalid(
        `${field}[${key}]`,
        key,
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
      ),
    );
}

/** Once `immutable` is true, neither it nor the data may change. */
function immutableErrors(object: ConfigMap | Secret, old: ConfigMap | Secret, parts: readonly ('data' | 'binaryData')[]): FieldError[] {
  if (old.immutable !== true) return [];
  if (object.immutable !== true) return [fieldError.forbidden('immutable', 'field is immutable when `immutable` is set')];
  return parts
    .filter((part) => !equalJson((object as ConfigMap)[part], (old as ConfigMap)[part]))
    .map((part) => fieldError.forbidden(part, 'field is immutable when `immutable` is set'));
}

export const configMap: Resource<ConfigMap> = {
  type: configMaps,
  singular: 'configmap',
  shortNames: ['cm'],
  categories: [],
  schemaName: 'ConfigMap',
  hasStatus: false,
  hasGeneration: false,
  columns: [nameColumn(), column('Data', ({ data, binaryData }) => sizeOf(data, binaryData), 'integer'), ageColumn()],
  validate: (object) => [
    ...keyErrors('data', object.data),
    ...keyErrors('binaryData', object.binaryData),
    ...Object.keys(object.data ?? {})
      .filter((key) => ownValue(object.binaryData, key) !== undefined)
      .map((key) => fieldError.invalid(`data[${key}]`, key, 'duplicate of key present in binaryData')),
  ],
  validateUpdate: (object, old) => immutableErrors(object, old, ['data', 'binaryData']),
};

const REQUIRED_KEYS: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};

export const secret: Resource<Secret> = {
  type: secrets,
  singular: 'secret',
  shortNames: [],
  categories: [],
  schemaName: 'Secret',
  hasStatus: false,
  hasGeneration: false,
  selectableFields: { type: (object) => object.type ?? '' },
  columns: [nameColumn(), column('Type', ({ type }) => type ?? ''), column('Data', ({ data }) => sizeOf(data), 'integer'), ageColumn()],
  default(object) {
    object.type ||= 'Opaque';
    if (object.stringData === undefined) return;
    object.data ??= {};
    for (const [key, value] of Object.entries(object.stringData))
      setOwnValue(object.data, key, Buffer.from(value, 'utf8').toString('base64'));
    delete object.stringData;
  },
  validate: (object) => [
    ...keyErrors('data', object.data),
    ...(ownValue(REQUIRED_KEYS, object.type ?? '') ?? [])
      .filter((key) => ownValue(object.data, key) === undefined)
      .map((key) => fieldError.required(`data[${key}]`)),
    ...(object.type === 'kubernetes.io/service-account-token' && !object.metadata.annotations?.['kubernetes.io/service-account.name']
      ? [fieldError.required('metadata.annotations[kubernetes.io/service-account.name]')]
      : []),
  ],
  validateUpdate: (object, old) => [...immutable('type', object.type, old.type), ...immutableErrors(object, old, ['data'])],
};

export const serviceAccount: Resource<ServiceAccount> = {
  type: serviceAccounts,
  singular: 'serviceaccount',
  shortNames: ['sa'],
  categories: [],
  schemaName: 'ServiceAccount',
  hasStatus: false,
  hasGeneration: false,
  returnsDeleted: true,
  columns: [nameColumn(), column('Secrets', (object) => (object.secrets ?? []).length, 'integer'), ageColumn()],
};
