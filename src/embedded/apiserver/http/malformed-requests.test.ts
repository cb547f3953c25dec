import { afterAll, beforeAll, expect, it } from 'vitest';
import { malformedRequest } from '../../../../test/support/malformed-request.ts';
import { RawClient } from '../../../../test/support/raw-client.ts';
import { hostClock } from '../../../base/clock.ts';
import { seededRandom } from '../../../base/random.ts';
import { configMaps } from '../../../kube/resource-type.ts';
import { startTestServer, type TestServer } from '../test-api-server.ts';

let api: TestServer;
beforeAll(async () => {
  api = await startTestServer({ requestTimeoutMs: 1000 });
  for (let i = 0; i < 20; i++) await api.admin.create(configMaps, { metadata: { namespace: 'default', name: `c-${i}` }, data: { a: 'b' } });
});
afterAll(async () => {
  await api.stop();
});

const open = (): Promise<RawClient> => RawClient.open({ url: api.url, ca: api.server.caCertificatePem });

const SEEDS = Array.from({ length: 8 }, (_, seed) => seed);
it.each(SEEDS)(
  'answers 2,600 malformed requests, each failure with a Status of its own code (seed %i)',
  async (seed) => {
    const random = seededRandom(seed);
    let client = await open();
    const unexplained: string[] = [];
    for (let round = 0; round < 2600; round++) {
      const request = malformedRequest(random, api.server.adminToken);
      if (client.isClosed) client = await open();
      const isHead = request.toString('latin1', 0, 4) === 'HEAD';
      client.send(request);
      const reply = await Promise.race([client.reply(!isHead), hostClock.sleep(30_000).then(() => undefined)]);
      if (reply === undefined) {
        client = await open();
        unexplained.push(`no answer to ${request.toString('latin1').slice(0, 200)}`);
        continue;
      }
      const isText = reply.type.startsWith('text/plain');
      if (!isHead && reply.code >= 500 && reply.code !== 501 && reply.code !== 504) {
        const { message } = JSON.parse(reply.body) as { message: string };
        // The few that upstream answers with 500 too.
        if (
          !/resourceVersion should not be set|does not contain declared merge key|not found|patch|invalid resource version|impersonation/i.test(
            message,
          )
        )
          unexplained.push(
            `${reply.code} ${message} to ${request
              .toString('latin1')
              .replace(/Bearer \S+/, '')
              .slice(0, 300)}`,
          );
      }
      if (reply.code >= 400 && !isText && !isHead && reply.type !== 'stream') {
        const status = JSON.parse(reply.body) as { kind: string; code: number };
        if (status.kind !== 'Status' || status.code !== reply.code)
          unexplained.push(`${reply.code} without its Status: ${reply.body.slice(0, 200)}`);
      }
      if (isHead) {
        client.close();
        client = await open();
      }
    }
    client.close();
    expect(unexplained.slice(0, 5)).toEqual([]);
    expect(({} as Record<string, unknown>)['a']).toBeUndefined();
  },
  120_000,
);

it.each([
  ['POST', '', 'application/json'],
  ['POST', '', 'application/yaml'],
  ['PUT', '/c-0', 'application/json'],
  ['PATCH', '/c-0', 'application/merge-patch+json'],
  ['PATCH', '/c-0', 'application/strategic-merge-patch+json'],
  ['PATCH', '/c-0', 'application/json-patch+json'],
  ['PATCH', '/c-0?fieldManager=f', 'application/apply-patch+yaml'],
  ['DELETE', '/c-0', 'application/json'],
])('refuses a %s%s whose %s nests without end, at once', async (method, path, type) => {
  const headers = { 'content-type': type };
  for (const [open, close] of [
    ['[', ']'],
    ['{"a":', '}'],
  ] as const) {
    // Processor time of the server, which lives in this process: other programs do not count.
    const before = process.cpuUsage();
    const answer = await api.request(
      method,
      `/api/v1/namespaces/default/configmaps${path}`,
      open.repeat(200_000) + close.repeat(200_000),
      headers,
    );
    expect([answer.status, answer.json['message']]).toEqual([400, expect.stringContaining('exceeded max depth')]);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(1000);
  }
});

it('takes what nests as deep as it may, in every kind of write', async () => {
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
          schema: { openAPIV3Schema: { type: 'object', properties: { open: { 'x-kubernetes-preserve-unknown-fields': true } } } },
        },
      ],
    },
  });
  const path = '/apis/example.com/v1/namespaces/default/things';
  for (const [open, close] of [
    ['[', ']'],
    ['{"a":', '}'],
  ] as const) {
    const nested = `${open.repeat(990)}1${close.repeat(990)}`;
    const object = `{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"t"},"open":${nested}}`;
    const as = (type: string): Record<string, string> => ({ 'content-type': type });
    expect((await api.request('POST', path, object)).status).toBe(201);
    expect((await api.request('PUT', `${path}/t`, object.replace('"t"}', '"t","labels":{"a":"b"}}'))).status).toBe(422);
    expect(
      (await api.request('PATCH', `${path}/t`, `{"open":${nested.replace('1', '2')}}`, as('application/merge-patch+json'))).status,
    ).toBe(200);
    expect((await api.request('PATCH', `${path}/t?fieldManager=f&force=true`, object, as('application/apply-patch+yaml'))).status).toBe(
      200,
    );
    expect((await api.request('GET', `${path}/t`)).text).toContain(nested);
    expect((await api.request('DELETE', `${path}/t`)).status).toBe(200);
  }
});

it('still serves after all of that', async () => {
  expect((await api.request('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: 'after' } })).status).toBe(201);
  expect((await api.request('GET', '/api/v1/namespaces/default/configmaps/after')).status).toBe(200);
});

it.each([
  ['what is no HTTP', 'hello\r\n\r\n', 400],
  ['a bad version', 'GET / HTTP/9.9\r\n\r\n', 400],
  ['two lengths', 'POST /api HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', 400],
  [
    'a flood of headers',
    `GET /api HTTP/1.1\r\nHost: a\r\n${Array.from({ length: 3000 }, (_, i) => `X-${i}: ${'v'.repeat(30)}`).join('\r\n')}\r\n\r\n`,
    431,
  ],
  ['a header without a name', 'GET /api HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n', 400],
])('answers %s with a Status', async (_, bytes, code) => {
  const client = await open();
  client.send(bytes);
  const reply = await client.reply();
  client.close();
  expect(reply).toMatchObject({ code });
  expect(JSON.parse(reply!.body)).toMatchObject({ kind: 'Status', code });
});

it('gives up on a body that comes too slowly with 408', async () => {
  const client = await open();
  client.send(
    `POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${api.server.adminToken}\r\nContent-Length: 100\r\n\r\n{"meta`,
  );
  expect(await client.reply()).toMatchObject({ code: 408 });
  client.close();
});

it('refuses a body of 10 MB with 413 and keeps the event loop free', async () => {
  const { monitorEventLoopDelay } = await import('node:perf_hooks');
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const answer = await api.request(
    'POST',
    '/api/v1/namespaces/default/configmaps',
    `{"metadata":{"name":"big"},"data":{"a":"${'x'.repeat(10 * 1024 * 1024)}"}}`,
  );
  delay.disable();
  expect(answer.status).toBe(413);
  expect(answer.json).toMatchObject({ kind: 'Status', reason: 'RequestEntityTooLarge', code: 413 });
});
