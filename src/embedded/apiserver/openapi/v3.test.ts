import { describe, expect, it } from 'vitest';
import { builtInResources } from '../registry/built-in-resources.ts';
import { openApiV2Bytes } from './v2.ts';
import { openApiV3Document, openApiV3Index } from './v3.ts';

interface Operation {
  'x-kubernetes-group-version-kind': object;
  parameters: { name: string; in: string }[];
  requestBody?: unknown;
}
interface Schema {
  properties: Record<string, { type?: string; allOf?: { $ref: string }[]; items?: { allOf?: { $ref: string }[] } }>;
  'x-kubernetes-group-version-kind'?: object[];
}
interface Document {
  paths: Record<string, { patch: Operation }>;
  components: { schemas: Record<string, Schema> };
}

const resources = builtInResources();
const document = openApiV3Document('apps/v1', resources) as Document;

describe('openApiV3Index', () => {
  const { paths } = openApiV3Index(resources, 'one') as { paths: Record<string, { serverRelativeURL: string }> };

  it('lists every group version once, with the hash of its document', () => {
    expect(Object.keys(paths)).toEqual([
      ...new Set(resources.map(({ type }) => (type.group ? `apis/${type.group}/${type.version}` : 'api/v1'))),
    ]);
    expect(paths['api/v1']!.serverRelativeURL).toMatch(/^\/openapi\/v3\/api\/v1\?hash=[0-9A-F]{32}$/);
  });

  it('changes its hashes with the server instance', () => {
    expect(openApiV3Index(resources, 'two')).not.toEqual({ paths });
    expect(openApiV3Index(resources, 'one')).toEqual({ paths });
  });
});

describe('openApiV3Document', () => {
  it('offers PATCH with fieldValidation and dryRun and without a request body', () => {
    const { patch } = document.paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}']!;
    expect(patch['x-kubernetes-group-version-kind']).toEqual({ group: 'apps', version: 'v1', kind: 'Deployment' });
    expect(patch.parameters.filter((parameter) => parameter.in === 'query').map((parameter) => parameter.name)).toEqual(
      expect.arrayContaining(['fieldValidation', 'dryRun']),
    );
    expect(patch.requestBody).toBeUndefined();
  });

  it('leads explain from a kind to a field', () => {
    const { schemas } = document.components;
    const [name] = Object.entries(schemas).find(
      ([, schema]) =>
        JSON.stringify(schema['x-kubernetes-group-version-kind']) ===
        JSON.stringify([{ group: 'apps', version: 'v1', kind: 'Deployment' }]),
    )!;
    const spec = schemas[name]!.properties['spec']!.allOf![0]!.$ref.split('/').at(-1)!;
    expect(schemas[spec]!.properties['replicas']).toEqual({ type: 'integer', format: 'int32' });
  });

  it('names the types that have several wire forms', () => {
    const { schemas } = document.components;
    expect(schemas['RollingUpdateDeployment']!.properties['maxSurge']).toEqual({ allOf: [{ $ref: '#/components/schemas/IntOrString' }] });
    expect(schemas['CoreV1ResourceRequirements']?.properties ?? schemas['ResourceRequirements']!.properties).toMatchObject({
      limits: { additionalProperties: { allOf: [{ $ref: '#/components/schemas/Quantity' }] } },
    });
    expect(schemas['IntOrString']).toEqual({ format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] });
  });

  it.each([...new Set(resources.map(({ type }) => (type.group ? `${type.group}/${type.version}` : type.version)))])(
    'resolves every reference of %s within itself',
    (groupVersion) => {
      const text = JSON.stringify(openApiV3Document(groupVersion, resources));
      const { components } = JSON.parse(text) as Document;
      for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) expect(components.schemas[name!], name).toBeDefined();
      expect(Object.values(components.schemas).some((schema) => schema['x-kubernetes-group-version-kind'] !== undefined)).toBe(true);
    },
  );

  it('gives the same document for the path of the group version', () => {
    expect(openApiV3Document('apis/apps/v1', resources)).toEqual(document);
  });
});

describe('openApiV2Bytes', () => {
  it('is the 32-byte document that names version and title', () => {
    const bytes = Buffer.from(openApiV2Bytes());
    expect(bytes).toHaveLength(32);
    expect(bytes.toString('latin1')).toBe('\n\x032.0\x12\x15\n\nKubernetes\x12\x07v1.34.0B\0J\0');
  });
});
