import { createHash } from 'node:crypto';
import { apiVersionOf, type ResourceType } from '../../../kube/resource-type.ts';
import type { Resource } from '../registry/resource.ts';
import { customSchema, schemasFor } from './schemas.ts';

type Json = { [key: string]: unknown };

/** `api/v1` or `apis/apps/v1`: the key of a group version in the index and the rest of its URL. */
export function openApiPath(type: Pick<ResourceType, 'group' | 'version'>): string {
  return type.group ? `apis/${type.group}/${type.version}` : `api/${type.version}`;
}

/**
 * The answer to `GET /openapi/v3`. The hashes carry `instanceId`, since clients cache documents on disk by host, port and URL,
 * and change with the content.
 */
export function openApiV3Index(resources: readonly Resource[], instanceId: string): object {
  const paths: Json = {};
  for (const groupVersion of new Set(resources.map((resource) => openApiPath(resource.type)))) {
    paths[groupVersion] = { serverRelativeURL: `/openapi/v3/${groupVersion}?hash=${openApiV3Hash(groupVersion, resources, instanceId)}` };
  }
  return { paths };
}

/** The hash that the index gives for one group version. */
export function openApiV3Hash(groupVersion: string, resources: readonly Resource[], instanceId: string): string {
  const hash = createHash('sha256').update(instanceId);
  for (const { type, schemaName, openApiSchema, hasStatus } of of(groupVersion, resources))
    hash.update(JSON.stringify([type, schemaName, hasStatus, openApiSchema]));
  return hash.digest('hex').slice(0, 32).toUpperCase();
}

function of(groupVersion: string, resources: readonly Resource[]): readonly Resource[] {
  return resources.filter(({ type }) => openApiPath(type) === groupVersion || apiVersionOf(type) === groupVersion);
}

/**
 * The document of one group version (`apps/v1`, or its path `apis/apps/v1`): for each kind a PATCH operation with its GVK and
 * the parameters that tell clients of server-side validation and dry run, and schemas for `kubectl explain`. PATCH
 * offers no request body, so kubectl computes strategic patches from the types compiled into it.
 */
export function openApiV3Document(groupVersion: string, resources: readonly Resource[]): object {
  const rows = of(groupVersion, resources);
  const paths: Json = {};
  const schemas: Json = {};
  for (const { type, schemaName, openApiSchema } of rows) {
    const gvk = { group: type.group, version: type.version, kind: type.kind };
    const root = `/${openApiPath(type)}${type.namespaced ? '/namespaces/{namespace}' : ''}/${type.resource}/{name}`;
    paths[root] = {
      patch: {
        'x-kubernetes-action': 'patch',
        'x-kubernetes-group-version-kind': gvk,
        parameters: ['dryRun', 'fieldManager', 'fieldValidation', 'force'].map((name) => ({
          name,
          in: 'query',
          schema: { type: name === 'force' ? 'boolean' : 'string' },
        })),
        responses: {},
      },
    };
    if (openApiSchema !== undefined) Object.assign(schemas, customSchema(type, openApiSchema));
    else Object.assign(schemas, schemasFor(schemaName ?? type.kind, gvk));
  }
  return { openapi: '3.0.0', info: { title: 'Kubernetes', version: 'v1.34.0' }, paths, components: { schemas } };
}
