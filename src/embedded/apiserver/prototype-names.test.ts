import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './test-api-server.ts';

const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
const maps = '/api/v1/namespaces/default/configmaps';
let api: TestServer;
beforeAll(async () => {
  api = await startTestServer();
});
afterAll(async () => {
  await api.stop();
});

/** JSON text with these names as the keys of an object. */
const withNames = (value: string): string => `{${NAMES.map((name) => `"${name}":"${value}"`).join(',')}}`;
const dataIn = (text: string): string => JSON.stringify((JSON.parse(text) as { data?: object }).data ?? {});
const as = (type: string): Record<string, string> => ({ 'content-type': type });

describe('keys that JavaScript objects inherit', () => {
  it('are kept in a ConfigMap through create, replace and read', async () => {
    const made = await api.request('POST', maps, `{"metadata":{"name":"keys"},"data":${withNames('1')}}`);
    expect([made.status, dataIn(made.text)]).toEqual([201, withNames('1')]);
    const replaced = await api.request('PUT', `${maps}/keys`, `{"metadata":{"name":"keys"},"data":${withNames('2')}}`);
    expect([replaced.status, dataIn(replaced.text)]).toEqual([200, withNames('2')]);
    expect(dataIn((await api.request('GET', `${maps}/keys`)).text)).toBe(withNames('2'));
  });

  it.each(['application/merge-patch+json', 'application/strategic-merge-patch+json'])('are changed and removed by %s', async (type) => {
    const path = `${maps}/${type.includes('strategic') ? 'smp' : 'merge'}`;
    await api.request('POST', maps, { metadata: { name: path.split('/').at(-1) } });
    expect(dataIn((await api.request('PATCH', path, `{"data":${withNames('1')}}`, as(type))).text)).toBe(withNames('1'));
    expect(dataIn((await api.request('PATCH', path, `{"data":${withNames('2')}}`, as(type))).text)).toBe(withNames('2'));
    const nulls = withNames('x').replaceAll('"x"', 'null');
    expect(dataIn((await api.request('PATCH', path, `{"data":${nulls}}`, as(type))).text)).toBe('{}');
  });

  it('are owned, changed and dropped by server-side apply', async () => {
    const apply = (data: string) =>
      api.request(
        'PATCH',
        `${maps}/applied?fieldManager=me`,
        `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"applied"},"data":${data}}`,
        as('application/apply-patch+yaml'),
      );
    expect(dataIn((await apply(withNames('1'))).text)).toBe(withNames('1'));
    const second = await apply(withNames('2'));
    expect(dataIn(second.text)).toBe(withNames('2'));
    expect(second.text).toContain('"f:__proto__":{}');
    expect(dataIn((await apply('{"kept":"yes"}')).text)).toBe('{"kept":"yes"}');
  });

  it('leave the owner of an update when they go', async () => {
    const { resourceVersion } = (await api.request('POST', maps, `{"metadata":{"name":"owned"},"data":${withNames('1')}}`)).json[
      'metadata'
    ]!;
    const without = await api.request('PUT', `${maps}/owned`, { metadata: { name: 'owned', resourceVersion }, data: { a: 'b' } });
    for (const name of NAMES) expect(without.text).not.toContain(`f:${name}`);
  });

  it.each(['constructor', '__proto__', 'toString'])('select as the label %s only what carries it', async (label) => {
    await api.request('POST', maps, `{"metadata":{"name":"with-${label.replaceAll('_', '').toLowerCase()}","labels":{"${label}":"yes"}}}`);
    const selected = async (selector: string): Promise<number> =>
      (await api.request('GET', `${maps}?labelSelector=${encodeURIComponent(selector)}`)).text.match(/"name":"with-/g)?.length ?? 0;
    // A label must begin with a letter or a digit.
    const isLabel = !label.startsWith('_');
    expect([await selected(label), await selected(`${label}=yes`), await selected(`${label}=no`)]).toEqual(isLabel ? [1, 1, 0] : [0, 0, 0]);
  });

  it.each(['constructor', '__proto__', 'toString'])('are no field of a field selector: %s', async (field) => {
    const { status } = await api.request('GET', `/api/v1/namespaces/default/pods?fieldSelector=${field}%3Dx`);
    expect(status).toBe(400);
  });

  it.each(NAMES)('name no object, namespace or resource that does not exist: %s', async (name) => {
    for (const path of [`${maps}/${name}`, `/api/v1/namespaces/${name}`, `/api/v1/namespaces/default/${name}`, `/apis/${name}/v1/pods`])
      expect((await api.request('GET', path)).status).toBe(404);
  });

  it('are unknown fields outside of maps', async () => {
    const strict = await api.request(
      'POST',
      `${maps}?fieldValidation=Strict`,
      '{"metadata":{"name":"strict"},"__proto__":{"a":1},"constructor":1}',
    );
    expect([strict.status, strict.json['message']]).toEqual([400, expect.stringContaining('unknown field "__proto__"')]);
  });

  it('are kept and pruned in custom objects as the schema says', async () => {
    await api.request('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      metadata: { name: 'things.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { kind: 'Thing', plural: 'things' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: {
                  map: { type: 'object', additionalProperties: { type: 'string' } },
                  closed: { type: 'object', properties: { a: { type: 'string', default: 'x' } }, required: ['a'] },
                },
              },
            },
          },
        ],
      },
    });
    const made = await api.request(
      'POST',
      '/apis/example.com/v1/namespaces/default/things',
      `{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"t"},"map":${withNames('1')},"closed":${withNames('1')}}`,
    );
    expect([made.status, JSON.stringify(made.json['map']), JSON.stringify(made.json['closed'])]).toEqual([
      201,
      withNames('1'),
      '{"a":"x"}',
    ]);
  });
});
