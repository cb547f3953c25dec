import { connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hostClock } from '../../../base/clock.ts';
import { type Random, seededRandom } from '../../../base/random.ts';
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

interface Reply {
  code: number;
  body: string;
  type: string;
}

/** One connection that sends raw bytes and reads whole answers. */
class RawClient {
  readonly #socket: TLSSocket;
  #received = Buffer.alloc(0);
  #wake: () => void = () => {};
  isClosed = false;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    socket.on('close', () => {
      this.isClosed = true;
      this.#wake();
    });
    socket.on('error', () => {});
  }

  static async open(): Promise<RawClient> {
    const socket = connect({
      host: '127.0.0.1',
      port: Number(new URL(api.url).port),
      ca: api.server.caCertificatePem,
      servername: 'localhost',
    });
    await new Promise((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
    });
    return new RawClient(socket);
  }

  send(bytes: string | Buffer): void {
    if (!this.isClosed) this.#socket.write(bytes);
  }
  close(): void {
    this.#socket.destroy();
  }

  /** The next answer; `undefined` when the server closed the connection without one. */
  async reply(hasBody = true): Promise<Reply | undefined> {
    for (;;) {
      const parsed = this.#parse(hasBody);
      if (parsed !== undefined) return parsed;
      if (this.isClosed) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #parse(hasBody: boolean): Reply | undefined {
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const head = this.#received.subarray(0, end).toString('latin1');
    const code = Number(head.slice(9, 12));
    const length = head.match(/^content-length: (\d+)$/im)?.[1];
    const isChunked = /^transfer-encoding: chunked$/im.test(head);
    const type = head.match(/^content-type: (.*)$/im)?.[1] ?? '';
    const rest = this.#received.subarray(end + 4);
    if (isChunked) {
      // A stream: its first piece tells all that is asked here.
      this.#received = Buffer.alloc(0);
      this.close();
      return { code, body: '', type: 'stream' };
    }
    if (!hasBody) return { code, body: '', type };
    if (rest.length < Number(length ?? 0)) return undefined;
    this.#received = rest.subarray(Number(length ?? 0));
    return { code, body: rest.subarray(0, Number(length ?? 0)).toString(), type };
  }
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND'];
const PATHS = [
  '/api/v1/namespaces/default/configmaps',
  '/api/v1/namespaces/default/configmaps/c-1',
  '/api/v1/namespaces/../../etc/passwd',
  '/api/v1/%2e%2e/%2e%2e/secret',
  '/apis/apps/v1/namespaces/default/deployments',
  '/apis',
  '/api',
  '//',
  '/%',
  '/%zz',
  '/api/v1/namespaces/%00/pods',
  '/apis/nope/v9/things/x/y/z',
  '/api/v1/namespaces/default/pods/none/log',
  '/api/v1/namespaces/default/pods/none/exec',
  '/openapi/v3/apis/none/v1',
  '/version',
  '/api/v1/nodes/x/status',
  '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers',
  '/apis/events.k8s.io/v1/namespaces/default/events',
  '/api/v1/namespaces/default/serviceaccounts/default/token',
  `/api/v1/namespaces/${'n'.repeat(300)}/pods`,
];
const QUERIES = [
  '',
  '?limit=abc',
  '?limit=-1',
  '?labelSelector=%',
  '?labelSelector=((',
  '?fieldSelector=a',
  '?resourceVersion=-1',
  '?continue=zzzz',
  '?watch=true&resourceVersion=x',
  '?dryRun=x',
  '?fieldValidation=Maybe',
  '?timeoutSeconds=nan',
  '?propagationPolicy=Up',
  '?gracePeriodSeconds=soon',
  '?fieldManager=',
  '?includeObject=All',
  '?resourceVersionMatch=Exact',
];
const TYPES = [
  '',
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'text/plain',
  'application/merge-patch+json',
  'application/json-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
  'application/cbor',
  ';;;',
  'application/json; charset=utf-7',
];
const ACCEPTS = [
  '',
  '*/*',
  'text/html',
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  'application/json;as=Table;v=v9;g=x',
  ';q=2',
  'application/yaml',
];
const BODIES = [
  '',
  '{',
  '[]',
  'null',
  '1',
  '"x"',
  '{"metadata":null}',
  '{"metadata":{"name":5}}',
  '{"metadata":{"name":"../x"}}',
  '{"kind":"Pod"}',
  '{"metadata":{"name":"a","labels":{"a":{}}}}',
  '{"spec":[]}',
  '[{"op":"add"}]',
  '[{"op":"replace","path":"/a~2","value":1}]',
  '[{"op":"move","from":"/x","path":"/y"}]',
  '{"data":{"$patch":"explode"}}',
  '{"$setElementOrder/x":1}',
  '{"__proto__":{"a":1},"metadata":{"name":"p","__proto__":{"x":1}}}',
  '{"constructor":{"prototype":{"a":1}}}',
  'a: [',
  '&a [*a]',
  '- - - -',
  'k8s\0\n\x05hello',
  'k8s\0',
  '\xff\xfe\x00',
  '{"a":'.repeat(3000),
  `{"metadata":{"name":"d"},"data":{"a":"${'x'.repeat(500)}"}}`,
];

const one = <T>(random: Random, values: readonly T[]): T => values[random.below(values.length)]!;

/** Cuts, doubles or replaces a few bytes. */
function damage(random: Random, text: string): string {
  if (random.below(3) > 0 || text.length === 0) return text;
  const at = random.below(text.length);
  switch (random.below(3)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + text.slice(at, at + 20).repeat(2) + text.slice(at);
    default:
      return `${text.slice(0, at)}${String.fromCharCode(random.below(256))}${text.slice(at + 1)}`;
  }
}

function aRequest(random: Random): Buffer {
  const method = one(random, METHODS);
  const body = Buffer.from(damage(random, one(random, BODIES)), 'latin1');
  const path = (one(random, PATHS) + one(random, QUERIES)).replace(/[^\x21-\x7e]/g, '');
  const headers = [
    `Host: 127.0.0.1`,
    ...(random.below(20) === 0 ? ['Authorization: Bearer nonsense'] : [`Authorization: Bearer ${api.server.adminToken}`]),
    `Content-Length: ${body.length}`,
  ];
  const type = one(random, TYPES);
  const accept = one(random, ACCEPTS);
  if (type !== '') headers.push(`Content-Type: ${type}`);
  if (accept !== '') headers.push(`Accept: ${accept}`);
  if (random.below(30) === 0) headers.push(`Impersonate-User: ${'u'.repeat(random.below(50))}`);
  if (random.below(30) === 0) for (let i = 0; i < random.below(60); i++) headers.push(`X-Flood-${i}: ${'v'.repeat(20)}`);
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`), body]);
}

const SEEDS = Array.from({ length: 8 }, (_, seed) => seed);
it.each(SEEDS)(
  'answers 2,600 malformed requests, each failure with a Status of its own code (seed %i)',
  async (seed) => {
    const random = seededRandom(seed);
    let client = await RawClient.open();
    const unexplained: string[] = [];
    for (let round = 0; round < 2600; round++) {
      const request = aRequest(random);
      if (client.isClosed) client = await RawClient.open();
      const isHead = request.toString('latin1', 0, 4) === 'HEAD';
      client.send(request);
      const reply = await Promise.race([client.reply(!isHead), hostClock.sleep(5000).then(() => undefined)]);
      if (reply === undefined) {
        client = await RawClient.open();
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
        client = await RawClient.open();
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
    const before = hostClock.nowMs();
    const answer = await api.request(
      method,
      `/api/v1/namespaces/default/configmaps${path}`,
      open.repeat(200_000) + close.repeat(200_000),
      headers,
    );
    expect([answer.status, answer.json['message']]).toEqual([400, expect.stringContaining('exceeded max depth')]);
    expect(hostClock.nowMs() - before).toBeLessThan(1000);
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
  const client = await RawClient.open();
  client.send(bytes);
  const reply = await client.reply();
  client.close();
  expect(reply).toMatchObject({ code });
  expect(JSON.parse(reply!.body)).toMatchObject({ kind: 'Status', code });
});

it('gives up on a body that comes too slowly with 408', async () => {
  const client = await RawClient.open();
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
