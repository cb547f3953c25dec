import { once } from 'node:events';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ValidatingWebhook } from '../../../kube/generated/types.ts';
import { configMaps, ingresses, mutatingWebhookConfigurations, validatingWebhookConfigurations } from '../../../kube/resource-type.ts';
import { CertificateAuthority } from '../authentication/certificate-authority.ts';
import { startTestServer, type TestServer } from '../test-api-server.ts';

type Review = { request: { uid: string; operation: string; name: string; object: { metadata: { name: string } } | null } };
let answer: (request: Review['request']) => object | undefined;
let seen: Review['request'][];
let dialed: string[];
let paths: string[];
let isDown: boolean;
let webhook: https.Server;
let caBundle: string;
let api: TestServer;

beforeAll(async () => {
  const authority = await CertificateAuthority.create(Date.UTC(2026, 0, 1));
  const identity = await authority.issueServer({ dns: ['hook.default.svc'], ips: [] }, Date.UTC(2026, 0, 1));
  caBundle = Buffer.from(authority.certificatePem).toString('base64');
  webhook = https
    .createServer({ key: identity.privateKeyPem, cert: identity.certificatePem }, (request, response) => {
      let text = '';
      request.on('data', (chunk) => {
        text += String(chunk);
      });
      request.on('end', () => {
        const review = JSON.parse(text) as Review;
        seen.push(review.request);
        paths.push(request.url!.split('?', 1)[0]!);
        const given = answer(review.request);
        if (given === undefined) return;
        response.setHeader('content-type', 'application/json');
        response.end(
          JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid: review.request.uid, ...given } }),
        );
      });
    })
    .listen(0, '127.0.0.1');
  await once(webhook, 'listening');
});
afterAll(() => {
  webhook.closeAllConnections();
  webhook.close();
});

beforeEach(async () => {
  answer = () => ({ allowed: true });
  seen = [];
  dialed = [];
  paths = [];
  isDown = false;
  api = await startTestServer({
    dialer: {
      async dial(host, port) {
        dialed.push(`${host}:${port}`);
        if (isDown) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
        const socket = net.connect((webhook.address() as AddressInfo).port, '127.0.0.1');
        await once(socket, 'connect');
        return socket;
      },
    },
  });
});
afterEach(async () => {
  await api.stop();
});

const hook = (overrides: Partial<ValidatingWebhook> = {}): ValidatingWebhook => ({
  name: 'check.example.com',
  admissionReviewVersions: ['v1'],
  sideEffects: 'None',
  clientConfig: { service: { name: 'hook', namespace: 'default', path: '/check' }, caBundle },
  rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: ['CREATE', 'UPDATE'] }],
  ...overrides,
});
const configure = (overrides: Partial<ValidatingWebhook> = {}) =>
  api.admin.create(validatingWebhookConfigurations, { metadata: { name: 'v' }, webhooks: [hook(overrides)] });
const make = (name = 'a', labels: Record<string, string> = {}) =>
  api.admin.create(configMaps, { metadata: { name, namespace: 'default', labels }, data: { a: 'b' } });

it('asks the Service by its cluster name, with the object and the user', async () => {
  await configure();
  await make();
  expect(dialed).toEqual(['hook.default.svc:443']);
  expect(seen).toMatchObject([
    {
      operation: 'CREATE',
      name: 'a',
      namespace: 'default',
      resource: { group: '', version: 'v1', resource: 'configmaps' },
      userInfo: { username: 'admin' },
      object: { kind: 'ConfigMap', data: { a: 'b' } },
      oldObject: null,
      dryRun: false,
    },
  ]);
});

it('turns a refusal into an error with its message and code, and stores nothing', async () => {
  await configure();
  answer = () => ({ allowed: false, status: { code: 403, message: 'not today' } });
  await expect(make()).rejects.toMatchObject({ code: 403, message: 'admission webhook "check.example.com" denied the request: not today' });
  expect(await api.admin.get(configMaps, { namespace: 'default', name: 'a' })).toBeUndefined();
});

it("fails closed with upstream's text while the webhook is down, and recovers with it", async () => {
  await api.admin.create(validatingWebhookConfigurations, {
    metadata: { name: 'ingress-nginx-admission' },
    webhooks: [
      hook({
        name: 'validate.nginx.ingress.kubernetes.io',
        rules: [{ apiGroups: ['networking.k8s.io'], apiVersions: ['v1'], resources: ['ingresses'], operations: ['CREATE', 'UPDATE'] }],
        clientConfig: { service: { name: 'hook', namespace: 'default', path: '/networking/v1/ingresses' }, caBundle },
      }),
    ],
  });
  const create = () =>
    api.admin.create(ingresses, {
      metadata: { name: 'i', namespace: 'default' },
      spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } } },
    });
  isDown = true;
  await expect(create()).rejects.toMatchObject({
    code: 500,
    reason: 'InternalError',
    message:
      'Internal error occurred: failed calling webhook "validate.nginx.ingress.kubernetes.io": failed to call webhook: Post "https://hook.default.svc:443/networking/v1/ingresses?timeout=10s": dial tcp hook.default.svc:443: connect: connection refused',
  });
  isDown = false;
  await expect(create()).resolves.toMatchObject({ metadata: { name: 'i' } });
});

it('fails closed when the certificate is not of the given caBundle', async () => {
  const other = await CertificateAuthority.create(Date.UTC(2026, 0, 1));
  await configure({
    clientConfig: {
      service: { name: 'hook', namespace: 'default', path: '/check' },
      caBundle: Buffer.from(other.certificatePem).toString('base64'),
    },
  });
  await expect(make()).rejects.toThrow(
    /failed calling webhook "check\.example\.com": failed to call webhook: Post .*: tls: failed to verify certificate: x509: certificate signed by unknown authority/,
  );
});

it('fails closed after the timeout', async () => {
  await configure({ timeoutSeconds: 1 });
  answer = () => undefined;
  await expect(make()).rejects.toThrow('context deadline exceeded');
});

it('lets the write through when the failurePolicy is Ignore', async () => {
  await configure({ failurePolicy: 'Ignore' });
  isDown = true;
  await expect(make()).resolves.toMatchObject({ metadata: { name: 'a' } });
});

it('asks only about objects that both selectors choose', async () => {
  await configure({
    objectSelector: { matchLabels: { watch: 'me' } },
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'default' } },
  });
  await make('plain');
  expect(seen).toEqual([]);
  await make('chosen', { watch: 'me' });
  expect(seen.map(({ name }) => name)).toEqual(['chosen']);
});

it('applies the JSON patch of a mutating webhook before validation', async () => {
  await api.admin.create(mutatingWebhookConfigurations, { metadata: { name: 'm' }, webhooks: [hook() as never] });
  answer = () => ({
    allowed: true,
    patchType: 'JSONPatch',
    patch: Buffer.from(JSON.stringify([{ op: 'add', path: '/metadata/labels', value: { added: 'yes' } }])).toString('base64'),
  });
  expect((await make()).metadata.labels).toEqual({ added: 'yes' });
});

it('passes warnings on as Warning headers', async () => {
  await configure();
  answer = () => ({ allowed: true, warnings: ['mind the gap'] });
  const { headers } = await api.request('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: 'w' } });
  expect(headers['warning']).toBe('299 - "mind the gap"');
});

it('counts a call as activity until it is answered', async () => {
  await configure();
  let during: string[] = [];
  answer = () => {
    during = api.activity.inFlight;
    return { allowed: true };
  };
  await make();
  expect(during).toContain('webhook check.example.com');
  expect(api.activity.inFlight).toEqual([]);
});

describe('match conditions', () => {
  const condition = (expression: string) => ({ matchConditions: [{ name: 'only', expression }] });

  it.each([
    ["object.metadata.name == 'a'", true],
    ["object.metadata.name == 'b'", false],
    ["has(object.metadata.labels) && object.metadata.labels.tier == 'web'", false],
    ['oldObject == null', true],
    ["request.operation == 'CREATE' && request.resource.resource == 'configmaps'", true],
    ["!request.userInfo.groups.exists(group, group == 'system:nodes')", true],
    ["object.data.?missing.orValue('none') == 'none'", true],
  ])('decide by %j whether a webhook is asked', async (expression, isAsked) => {
    await configure(condition(expression));
    await make();
    expect(seen).toHaveLength(isAsked ? 1 : 0);
  });

  it('refuse a write whose condition fails, as failurePolicy Fail asks', async () => {
    await configure(condition('object.data.missing == "x"'));
    await expect(make()).rejects.toMatchObject({
      code: 403,
      message: 'configmaps "a" is forbidden: expression \'object.data.missing == "x"\' resulted in error: no such key: missing',
    });
    expect(seen).toEqual([]);
  });

  it('leave a webhook out whose condition fails, as failurePolicy Ignore asks', async () => {
    await configure({ ...condition('object.data.missing == "x"'), failurePolicy: 'Ignore' });
    await make();
    expect(seen).toEqual([]);
  });

  it('leave a webhook out when one is false, whatever else fails', async () => {
    await configure({
      matchConditions: [
        { name: 'broken', expression: 'object.data.missing == "x"' },
        { name: 'no', expression: 'false' },
      ],
    });
    await make();
    expect(seen).toEqual([]);
  });

  it.each([
    [
      'object.metadata.name ==',
      'webhooks[0].matchConditions[0].expression: Invalid value: "object.metadata.name ==": compilation failed: ',
    ],
    ['variables.x', 'compilation failed: unknown variable: variables'],
    [
      "object.metadata.name.matches('(?!a)')",
      "compilation failed: ERROR: <input>:1:30: invalid matches argument\n | object.metadata.name.matches('(?!a)')\n | .............................^",
    ],
    ["authorizer.group('').resource('pods').check('get').allowed()", 'expression: Forbidden: "authorizer" is not modelled'],
    ['', 'webhooks[0].matchConditions[0].expression: Required value'],
  ])('are refused as %j', async (expression, message) => {
    await expect(configure(condition(expression))).rejects.toThrow(message);
  });

  it('are refused under the same name', async () => {
    const only = { name: 'only', expression: 'true' };
    await expect(configure({ matchConditions: [only, only] })).rejects.toThrow(
      'webhooks[0].matchConditions[1].name: Duplicate value: "only"',
    );
  });
});

describe('the match policy', () => {
  const scaler = {
    metadata: { name: 'h', namespace: 'default' },
    spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } },
  };
  const rules = [{ apiGroups: ['autoscaling'], apiVersions: ['v1'], resources: ['horizontalpodautoscalers'], operations: ['*'] }];
  const path = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';

  it('Equivalent shows a webhook the object in the version of its rule', async () => {
    await configure({ rules });
    expect((await api.request('POST', path, scaler)).status).toBe(201);
    expect(seen).toMatchObject([
      {
        kind: { group: 'autoscaling', version: 'v1' },
        requestKind: { group: 'autoscaling', version: 'v2' },
        object: { apiVersion: 'autoscaling/v1', spec: { targetCPUUtilizationPercentage: 80 } },
      },
    ]);
  });

  it('Exact leaves a webhook out whose rules name another version', async () => {
    await configure({ rules, matchPolicy: 'Exact' });
    expect((await api.request('POST', path, scaler)).status).toBe(201);
    expect(seen).toEqual([]);
  });

  it('Equivalent takes the patch of an object in another version', async () => {
    await api.admin.create(mutatingWebhookConfigurations, { metadata: { name: 'm' }, webhooks: [hook({ rules }) as never] });
    answer = () => patch([{ op: 'replace', path: '/spec/targetCPUUtilizationPercentage', value: 55 }]);
    expect((await api.request('POST', path, scaler)).json['spec']).toMatchObject({
      metrics: [{ resource: { target: { averageUtilization: 55 } } }],
    });
  });
});

const patch = (operations: object[]): object => ({
  allowed: true,
  patchType: 'JSONPatch',
  patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
});

it.each([
  ['IfNeeded', ['first.example.com', 'second.example.com', 'first.example.com']],
  ['Never', ['first.example.com', 'second.example.com']],
])('asks a mutating webhook of reinvocationPolicy %s as often as later changes want', async (reinvocationPolicy, asked) => {
  const named = (name: string, path: string) =>
    ({ ...hook({ name, clientConfig: { service: { name: 'hook', namespace: 'default', path }, caBundle } }), reinvocationPolicy }) as never;
  await api.admin.create(mutatingWebhookConfigurations, {
    metadata: { name: 'm' },
    webhooks: [named('first.example.com', '/first'), named('second.example.com', '/second')],
  });
  const names: string[] = [];
  answer = () => {
    names.push(`${paths.at(-1)!.slice(1)}.example.com`);
    return paths.at(-1) === '/second' ? patch([{ op: 'add', path: '/data/second', value: 'was here' }]) : { allowed: true };
  };
  expect((await make()).data).toEqual({ a: 'b', second: 'was here' });
  expect(names).toEqual(asked);
});

it.each([
  [{ allowed: true, uid: 'other' }, 'received invalid webhook response: expected response.uid='],
  [{ allowed: true, patch: 'W10=' }, 'received invalid webhook response: webhook returned response.patch but not response.patchType'],
  [
    { allowed: true, patch: 'W10=', patchType: 'Merge' },
    'received invalid webhook response: webhook returned invalid response.patchType of "Merge"',
  ],
])('fails closed on the answer %j', async (given, message) => {
  await configure();
  answer = () => given;
  await expect(make()).rejects.toThrow(message);
});
