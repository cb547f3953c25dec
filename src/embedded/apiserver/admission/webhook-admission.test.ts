import { once } from 'node:events';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { ValidatingWebhook } from '../../../kube/generated/types.ts';
import { configMaps, ingresses, mutatingWebhookConfigurations, validatingWebhookConfigurations } from '../../../kube/resource-type.ts';
import { CertificateAuthority } from '../authentication/certificate-authority.ts';
import { startTestServer, type TestServer } from '../test-api-server.ts';

type Review = { request: { uid: string; operation: string; name: string; object: { metadata: { name: string } } | null } };
let answer: (request: Review['request']) => object | undefined;
let seen: Review['request'][];
let dialed: string[];
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
