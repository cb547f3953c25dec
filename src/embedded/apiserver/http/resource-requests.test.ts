import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { itemsOf, startTestServer, type TestServer } from '../test-api-server.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const MERGE = { 'content-type': 'application/merge-patch+json' };
const configMap = (name: string, data: Record<string, string> = { a: 'b' }): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});
const deployment = (name: string): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
  },
});

let api: TestServer;
beforeAll(async () => {
  api = await startTestServer();
});
afterAll(async () => {
  await api.stop();
});

describe('create', () => {
  it('answers 201 with uid, whole-second creation time and resourceVersion', async () => {
    const { status, json } = await api.request('POST', CONFIG_MAPS, configMap('made'));
    expect(status).toBe(201);
    expect(json['metadata']).toMatchObject({
      name: 'made',
      namespace: 'default',
      uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      creationTimestamp: expect.stringMatching(/T\d\d:\d\d:\d\dZ$/),
      resourceVersion: expect.stringMatching(/^\d+$/),
    });
    expect(json).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
  });

  it('takes kind and apiVersion from the URL when the body has none', async () => {
    const { status, json } = await api.request('POST', CONFIG_MAPS, { metadata: { name: 'bare' } });
    expect([status, json['kind'], json['apiVersion']]).toEqual([201, 'ConfigMap', 'v1']);
  });

  it.each([
    ['an existing name', CONFIG_MAPS, configMap('made'), 409, 'AlreadyExists', 'configmaps "made" already exists'],
    ['a missing namespace', '/api/v1/namespaces/nope/configmaps', configMap('a'), 404, 'NotFound', 'namespaces "nope" not found'],
    [
      'another namespace in the body',
      CONFIG_MAPS,
      { ...configMap('a'), metadata: { name: 'a', namespace: 'other' } },
      400,
      'BadRequest',
      'the namespace of the provided object does not match the namespace sent on the request',
    ],
    [
      'no name',
      CONFIG_MAPS,
      { metadata: {} },
      422,
      'Invalid',
      'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
    ],
    [
      'a resourceVersion',
      CONFIG_MAPS,
      { metadata: { name: 'rv', resourceVersion: '1' } },
      500,
      'InternalError',
      'resourceVersion should not be set on objects to be created',
    ],
    [
      'a value of the wrong type',
      CONFIG_MAPS,
      { metadata: { name: 'a' }, data: { a: 1 } },
      400,
      'BadRequest',
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
    ],
    [
      'a Deployment without selector',
      '/apis/apps/v1/namespaces/default/deployments',
      {
        metadata: { name: 'w' },
        spec: { template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } } },
      },
      422,
      'Invalid',
      expect.stringContaining('spec.selector: Required value'),
    ],
  ])('refuses %s', async (_what, path, body, code, reason, message) => {
    const { status, json } = await api.request('POST', path, body);
    expect(json).toMatchObject({ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message, code });
    expect(status).toBe(code);
  });

  it('appends five characters to generateName', async () => {
    const { json } = await api.request('POST', CONFIG_MAPS, { metadata: { generateName: 'gn-' } });
    expect(json['metadata']!['name']).toMatch(/^gn-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  it('stores nothing in a dry run, but answers with a uid and no resourceVersion', async () => {
    const { status, json } = await api.request('POST', `${CONFIG_MAPS}?dryRun=All`, configMap('dry'));
    expect(status).toBe(201);
    expect(json['metadata']!['uid']).toMatch(/^[0-9a-f-]{36}$/);
    expect(json['metadata']!['resourceVersion']).toBeUndefined();
    expect((await api.request('GET', `${CONFIG_MAPS}/dry`)).status).toBe(404);
  });

  it('treats unknown fields as fieldValidation asks', async () => {
    const body = { ...configMap('unknown'), foo: 1 };
    const strict = await api.request('POST', `${CONFIG_MAPS}?fieldValidation=Strict`, body);
    expect([strict.status, strict.json['message']]).toEqual([
      400,
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "foo"',
    ]);
    const warned = await api.request('POST', `${CONFIG_MAPS}?dryRun=All`, body);
    expect([warned.status, warned.headers['warning']]).toEqual([201, '299 - "unknown field \\"foo\\""']);
    const ignored = await api.request('POST', `${CONFIG_MAPS}?fieldValidation=Ignore`, body);
    expect([ignored.status, ignored.headers['warning'], ignored.json['foo']]).toEqual([201, undefined, undefined]);
    expect((await api.request('POST', `${CONFIG_MAPS}?fieldValidation=Maybe`, body)).status).toBe(422);
  });

  it('names the field manager after the User-Agent when the request names none', async () => {
    const { json } = await api.request('POST', CONFIG_MAPS, configMap('managed'), { 'user-agent': 'tester/1.0 (x)' });
    expect(json['metadata']!['managedFields']![0]).toMatchObject({ manager: 'tester', operation: 'Update', apiVersion: 'v1' });
  });

  it('accepts YAML and answers in it when asked', async () => {
    const { status, text } = await api.request('POST', CONFIG_MAPS, 'metadata:\n  name: yaml\ndata:\n  a: b\n', {
      'content-type': 'application/yaml',
      accept: 'application/yaml',
    });
    expect(status).toBe(201);
    expect(text).toContain('kind: ConfigMap');
  });

  it('refuses a body of an unknown type with 415 and an Accept it cannot meet with 406', async () => {
    expect((await api.request('POST', CONFIG_MAPS, 'x', { 'content-type': 'application/cbor' })).json).toMatchObject({
      code: 415,
      reason: 'UnsupportedMediaType',
    });
    expect((await api.request('GET', CONFIG_MAPS, undefined, { accept: 'application/cbor' })).json).toMatchObject({
      code: 406,
      reason: 'NotAcceptable',
    });
  });
});

describe('update and patch', () => {
  it('refuses a stale resourceVersion with the text that clients match on', async () => {
    const { json: first } = await api.request('POST', CONFIG_MAPS, configMap('stale'));
    await api.request('PATCH', `${CONFIG_MAPS}/stale`, { data: { k: 'v' } }, MERGE);
    const { json } = await api.request('PUT', `${CONFIG_MAPS}/stale`, first);
    expect(json).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on configmaps "stale": the object has been modified; please apply your changes to the latest version and try again',
    });
  });

  it('replaces without a resourceVersion, except where the kind demands one', async () => {
    await api.request('POST', CONFIG_MAPS, configMap('free'));
    expect((await api.request('PUT', `${CONFIG_MAPS}/free`, configMap('free', { n: '1' }))).json['data']).toEqual({ n: '1' });
    const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
    await api.request('POST', leases, { metadata: { name: 'l' }, spec: {} });
    expect((await api.request('PUT', `${leases}/l`, { metadata: { name: 'l' }, spec: {} })).json).toMatchObject({
      code: 422,
      message: 'Lease.coordination.k8s.io "l" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
    });
  });

  it('gives no new resourceVersion to a write without effect', async () => {
    const { json: before } = await api.request('POST', CONFIG_MAPS, configMap('same'));
    const { status, json: after } = await api.request('PUT', `${CONFIG_MAPS}/same`, before);
    expect([status, after['metadata']!['resourceVersion']]).toEqual([200, before['metadata']!['resourceVersion']]);
  });

  it('bumps the generation by changes of the spec only, and takes the status through its subresource only', async () => {
    const path = '/apis/apps/v1/namespaces/default/deployments';
    await api.request('POST', path, deployment('gen'));
    expect(
      (await api.request('PATCH', `${path}/gen`, { metadata: { labels: { x: 'y' } }, status: { replicas: 7 } }, MERGE)).json,
    ).toMatchObject({ metadata: { generation: 1 }, status: {} });
    const { json: withStatus } = await api.request(
      'PATCH',
      `${path}/gen/status`,
      { spec: { replicas: 9 }, status: { replicas: 7 } },
      MERGE,
    );
    expect(withStatus).toMatchObject({ metadata: { generation: 1 }, spec: { replicas: 2 }, status: { replicas: 7 } });
    expect((await api.request('PATCH', `${path}/gen`, { spec: { replicas: 3 } }, MERGE)).json).toMatchObject({
      metadata: { generation: 2 },
      status: { replicas: 7 },
    });
  });

  it('reads and writes replicas through scale', async () => {
    const path = '/apis/apps/v1/namespaces/default/deployments';
    await api.request('POST', path, deployment('scaled'));
    expect((await api.request('GET', `${path}/scaled/scale`)).json).toMatchObject({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      spec: { replicas: 2 },
      status: { replicas: 0, selector: 'app=scaled' },
    });
    expect((await api.request('PATCH', `${path}/scaled/scale`, { spec: { replicas: 5 } }, MERGE)).json['spec']).toEqual({ replicas: 5 });
    expect((await api.request('PATCH', `${path}/scaled/scale`, { spec: { replicas: -1 } }, MERGE)).json).toMatchObject({
      code: 422,
      message: 'Scale.autoscaling "scaled" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    });
    expect((await api.request('GET', `${path}/scaled`)).json).toMatchObject({ metadata: { generation: 2 }, spec: { replicas: 5 } });
  });

  it('refuses a PATCH of plain JSON with 415 and of a missing object with 404', async () => {
    expect((await api.request('PATCH', `${CONFIG_MAPS}/made`, {})).json).toMatchObject({ code: 415 });
    expect((await api.request('PATCH', `${CONFIG_MAPS}/none`, {}, MERGE)).json).toMatchObject({
      code: 404,
      message: 'configmaps "none" not found',
    });
  });

  it('creates by apply with 201 and then owns the fields it set', async () => {
    const apply = { 'content-type': 'application/apply-patch+yaml' };
    const path = `${CONFIG_MAPS}/applied`;
    expect((await api.request('PATCH', `${path}?fieldManager=one`, configMap('applied'), apply)).status).toBe(201);
    expect((await api.request('PATCH', `${path}?fieldManager=one`, configMap('applied'), apply)).status).toBe(200);
    expect((await api.request('PATCH', path, configMap('applied'), apply)).json).toMatchObject({
      code: 422,
      message: expect.stringContaining('fieldManager: Required value: is required for apply patch'),
    });
    expect((await api.request('PATCH', `${path}?fieldManager=two`, configMap('applied', { a: 'c' }), apply)).json).toMatchObject({
      code: 409,
      message: 'Apply failed with 1 conflict: conflict with "one": .data.a',
    });
    expect(
      (await api.request('PATCH', `${path}?fieldManager=two&force=true`, configMap('applied', { a: 'c' }), apply)).json['data'],
    ).toEqual({ a: 'c' });
  });
});

describe('delete', () => {
  it('answers with a Status that names what is gone, or with the object for kinds that return it', async () => {
    await api.request('POST', CONFIG_MAPS, configMap('gone'));
    expect((await api.request('DELETE', `${CONFIG_MAPS}/gone`)).json).toMatchObject({
      kind: 'Status',
      status: 'Success',
      details: { name: 'gone', kind: 'configmaps', uid: expect.any(String) },
    });
    await api.request('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'gone' } });
    expect((await api.request('DELETE', '/api/v1/namespaces/default/serviceaccounts/gone')).json).toMatchObject({
      kind: 'ServiceAccount',
      metadata: { name: 'gone' },
    });
  });

  it('keeps an object with finalizers until the last one is removed', async () => {
    await api.request('POST', CONFIG_MAPS, { metadata: { name: 'held', finalizers: ['x.y/z'] } });
    expect((await api.request('DELETE', `${CONFIG_MAPS}/held`)).json).toMatchObject({
      kind: 'ConfigMap',
      metadata: { deletionTimestamp: expect.any(String), deletionGracePeriodSeconds: 0 },
    });
    expect((await api.request('PATCH', `${CONFIG_MAPS}/held`, { metadata: { finalizers: ['x.y/z', 'b.c/d'] } }, MERGE)).json).toMatchObject(
      { code: 422 },
    );
    expect((await api.request('PATCH', `${CONFIG_MAPS}/held`, { metadata: { finalizers: null } }, MERGE)).status).toBe(200);
    expect((await api.request('GET', `${CONFIG_MAPS}/held`)).status).toBe(404);
  });

  it.each([
    ['Foreground', 'foregroundDeletion'],
    ['Orphan', 'orphan'],
  ])('marks a %s deletion with the finalizer %s', async (propagationPolicy, finalizer) => {
    const name = `policy-${propagationPolicy.toLowerCase()}`;
    await api.request('POST', '/apis/apps/v1/namespaces/default/deployments', deployment(name));
    expect(
      (await api.request('DELETE', `/apis/apps/v1/namespaces/default/deployments/${name}`, { propagationPolicy })).json['metadata'],
    ).toMatchObject({ finalizers: [finalizer], generation: 2 });
  });

  it('refuses an unknown policy, a wrong precondition, and the namespaces that must stay', async () => {
    await api.request('POST', CONFIG_MAPS, configMap('del1'));
    expect((await api.request('DELETE', `${CONFIG_MAPS}/del1`, { propagationPolicy: 'Later' })).status).toBe(422);
    expect((await api.request('DELETE', `${CONFIG_MAPS}/del1`, { preconditions: { uid: 'abc' } })).json).toMatchObject({
      code: 409,
      message: expect.stringMatching(
        /^Operation cannot be fulfilled on ConfigMap "del1": the UID in the precondition \(abc\) does not match the UID in record/,
      ),
    });
    expect((await api.request('DELETE', '/api/v1/namespaces/default')).json).toMatchObject({
      code: 403,
      message: 'namespaces "default" is forbidden: this namespace may not be deleted',
    });
  });

  it('ends a namespace in two steps and takes nothing new into it meanwhile', async () => {
    await api.request('POST', '/api/v1/namespaces', { metadata: { name: 'nd1' } });
    expect((await api.request('DELETE', '/api/v1/namespaces/nd1')).json).toMatchObject({
      kind: 'Namespace',
      status: { phase: 'Terminating' },
    });
    expect((await api.request('POST', '/api/v1/namespaces/nd1/configmaps', configMap('b'))).json).toMatchObject({
      code: 403,
      message: 'configmaps "b" is forbidden: unable to create new content in namespace nd1 because it is being terminated',
    });
    const { json } = await api.request('GET', '/api/v1/namespaces/nd1');
    await api.request('PUT', '/api/v1/namespaces/nd1/finalize', { ...json, spec: {} });
    expect((await api.request('GET', '/api/v1/namespaces/nd1')).status).toBe(404);
  });

  it('gives a bound Pod its grace and removes it when the grace is 0', async () => {
    const path = '/api/v1/namespaces/default/pods';
    await api.request('POST', path, { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } });
    expect((await api.request('POST', `${path}/p/binding`, { target: { name: 'n1' } })).status).toBe(201);
    expect((await api.request('DELETE', `${path}/p`)).json['metadata']).toMatchObject({ deletionGracePeriodSeconds: 30 });
    expect((await api.request('DELETE', `${path}/p`, { gracePeriodSeconds: 0 })).status).toBe(200);
    expect((await api.request('GET', `${path}/p`)).status).toBe(404);
  });

  it('deletes a collection by selector', async () => {
    for (const name of ['col-1', 'col-2']) await api.request('POST', CONFIG_MAPS, { metadata: { name, labels: { col: 'yes' } } });
    const { json } = await api.request('DELETE', `${CONFIG_MAPS}?labelSelector=col=yes`);
    expect(itemsOf(json).map((item) => item['metadata']!['name'])).toEqual(['col-1', 'col-2']);
    expect((await api.request('GET', `${CONFIG_MAPS}?labelSelector=col=yes`)).json['items']).toEqual([]);
  });
});

describe('list', () => {
  it('pages with continue tokens over one state', async () => {
    for (const name of ['pg-1', 'pg-2', 'pg-3']) await api.request('POST', '/api/v1/namespaces/kube-public/configmaps', configMap(name));
    const base = '/api/v1/namespaces/kube-public/configmaps?limit=2';
    const { json: first } = await api.request('GET', base);
    expect([first['kind'], itemsOf(first).length, first['metadata']!['remainingItemCount']]).toEqual(['ConfigMapList', 2, 1]);
    await api.request('DELETE', '/api/v1/namespaces/kube-public/configmaps/pg-3');
    const { json: second } = await api.request('GET', `${base}&continue=${first['metadata']!['continue']}`);
    expect(itemsOf(second).map((item) => item['metadata']!['name'])).toEqual(['pg-3']);
    expect(second['metadata']!['resourceVersion']).toBe(first['metadata']!['resourceVersion']);
    expect((await api.request('GET', `${base}&continue=junk`)).status).toBe(400);
  });

  it.each([
    ['an unknown field', 'fieldSelector=foo=bar', 400, '"foo" is not a known field selector: only "metadata.name", "metadata.namespace"'],
    ['a version that is no number', 'resourceVersion=x', 400, expect.stringContaining('invalid resource version')],
    ['a match without a version', 'resourceVersionMatch=Exact', 422, expect.stringContaining('resourceVersionMatch')],
    [
      'sendInitialEvents without its match',
      'watch=true&sendInitialEvents=true',
      422,
      expect.stringContaining('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'),
    ],
  ])('refuses %s', async (_what, query, code, message) => {
    expect((await api.request('GET', `${CONFIG_MAPS}?${query}`)).json).toMatchObject({ code, message });
  });

  it('answers a Table with partial metadata, full objects or none', async () => {
    const accept = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' };
    const { json } = await api.request('GET', `${CONFIG_MAPS}?fieldSelector=metadata.name=made`, undefined, accept);
    expect(json).toMatchObject({
      kind: 'Table',
      apiVersion: 'meta.k8s.io/v1',
      rows: [{ cells: ['made', 1, expect.any(String)], object: { kind: 'PartialObjectMetadata', metadata: { name: 'made' } } }],
    });
    expect(json['columnDefinitions']![0]).toMatchObject({ name: 'Name', format: 'name', type: 'string' });
    expect(
      (await api.request('GET', `${CONFIG_MAPS}/made?includeObject=Object`, undefined, accept)).json['rows']![0]!['object'],
    ).toMatchObject({ kind: 'ConfigMap', data: { a: 'b' } });
    expect((await api.request('GET', `${CONFIG_MAPS}/made?includeObject=None`, undefined, accept)).json['rows']![0]!['object']).toBeNull();
  });

  it('answers a list as PartialObjectMetadataList', async () => {
    const { json } = await api.request('GET', `${CONFIG_MAPS}?fieldSelector=metadata.name=made`, undefined, {
      accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
    });
    expect(json).toMatchObject({
      kind: 'PartialObjectMetadataList',
      items: [{ kind: 'PartialObjectMetadata', metadata: { name: 'made' } }],
    });
  });
});

describe('what is not served', () => {
  it('answers plain text for an unknown group and a Status for an unknown resource', async () => {
    expect(await api.request('GET', '/apis/nope.io/v1/things')).toMatchObject({ status: 404, text: '404 page not found\n' });
    expect((await api.request('GET', '/api/v1/things')).json).toMatchObject({
      code: 404,
      reason: 'NotFound',
      message: 'the server could not find the requested resource',
    });
    expect((await api.request('PUT', CONFIG_MAPS, {})).json).toMatchObject({
      code: 405,
      message: 'the server does not allow this method on the requested resource',
    });
  });

  it('answers 413 to a body above 3 MiB', async () => {
    expect((await api.request('POST', CONFIG_MAPS, configMap('big', { a: 'x'.repeat(3 * 1024 * 1024) }))).status).toBe(413);
  });
});
