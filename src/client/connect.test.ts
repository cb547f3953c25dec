import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hostClock } from '../base/clock.ts';
import { configMaps, pods } from '../kube/resource-type.ts';
import { type Connection, connect } from './connect.ts';

let folder: string;
let server: http.Server;
let requests: { method: string; url: string; headers: http.IncomingHttpHeaders; body: string }[];
let answer: (request: http.IncomingMessage, response: http.ServerResponse) => void;
let connection: Connection | undefined;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'connect-'));
  requests = [];
  server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      requests.push({ method: request.method!, url: request.url!, headers: request.headers, body });
      answer(request, response);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
});

afterEach(async () => {
  connection?.close();
  connection = undefined;
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  await rm(folder, { recursive: true });
});

async function open(overrides: Partial<Parameters<typeof connect>[0]> = {}): Promise<Connection> {
  const { port } = server.address() as AddressInfo;
  const kubeconfig = path.join(folder, 'config');
  await writeFile(
    kubeconfig,
    `
apiVersion: v1
kind: Config
current-context: here
contexts:
- {name: here, context: {cluster: c, user: u, namespace: shop}}
- {name: there, context: {cluster: c, user: u}}
clusters:
- {name: c, cluster: {server: "http://127.0.0.1:${port}"}}
users:
- {name: u, user: {token: secret-token}}
`,
  );
  connection = await connect({ kubeconfig, env: {}, clock: hostClock, ...overrides });
  return connection;
}

const json =
  (value: unknown, code = 200, headers: Record<string, string> = {}) =>
  (_: http.IncomingMessage, response: http.ServerResponse): void => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
  };

it('takes server, token and namespace from the current context', async () => {
  answer = json({ metadata: { name: 'a' } });
  const { api, namespace, context } = await open();
  await api.get(configMaps, { namespace, name: 'a' });
  expect(context).toBe('here');
  expect(requests[0]).toMatchObject({
    method: 'GET',
    url: '/api/v1/namespaces/shop/configmaps/a',
    headers: { authorization: 'Bearer secret-token' },
  });
});

it('uses the context that is named, and tells the known ones when it does not exist', async () => {
  expect((await open({ context: 'there' })).namespace).toBe('default');
  await expect(open({ context: 'nowhere' })).rejects.toMatchObject({ code: 'CONTEXT_UNKNOWN', next: 'Choose one of: here, there.' });
});

it('says which kubeconfig cannot be read', async () => {
  await expect(connect({ kubeconfig: path.join(folder, 'missing'), env: {}, clock: hostClock })).rejects.toMatchObject({
    code: 'KUBECONFIG_UNREADABLE',
  });
});

it('acts as another user when asked', async () => {
  answer = json({ items: [], metadata: { resourceVersion: '5' } });
  const { api } = await open({ as: 'bob', asGroups: ['dev'] });
  await api.list(pods);
  expect(requests[0]!.headers).toMatchObject({ 'impersonate-user': 'bob', 'impersonate-group': 'dev' });
});

it('gives undefined for a missing object and throws every other failure as a Status', async () => {
  answer = json({ kind: 'Status', code: 404, reason: 'NotFound', message: 'pods "x" not found' }, 404);
  const { api } = await open();
  expect(await api.get(pods, { namespace: 'shop', name: 'x' })).toBeUndefined();
  answer = json({ kind: 'Status', code: 403, reason: 'Forbidden', message: 'no' }, 403);
  await expect(api.get(pods, { namespace: 'shop', name: 'x' })).rejects.toMatchObject({ reason: 'Forbidden', code: 403 });
});

it('follows continue tokens and gives items their kind', async () => {
  answer = (request, response) => {
    const isFirst = !request.url!.includes('continue=');
    json({
      items: [{ metadata: { name: isFirst ? 'a' : 'b' } }],
      metadata: { resourceVersion: '7', ...(isFirst ? { continue: 'next' } : {}) },
    })(request, response);
  };
  const { api } = await open();
  const list = await api.list(pods, { namespace: 'shop', labelSelector: 'app=web' });
  expect(list.items.map((pod) => `${pod.kind}/${pod.metadata.name}`)).toEqual(['Pod/a', 'Pod/b']);
  expect(list.resourceVersion).toBe('7');
  expect(requests[0]!.url).toBe('/api/v1/namespaces/shop/pods?labelSelector=app%3Dweb&limit=500');
});

it('streams watch events, turns bookmarks into versions and an ERROR event into an exception', async () => {
  answer = (_, response) => {
    response.writeHead(200);
    response.write('{"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"8"}}}\n{"type":"BOOKMARK","object":{"metadata":');
    response.end(
      '{"resourceVersion":"9"}}}\n{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}\n',
    );
  };
  const { api } = await open();
  const seen: unknown[] = [];
  await expect(async () => {
    for await (const event of api.watch(pods, { resourceVersion: '7' })) seen.push(event.type);
  }).rejects.toMatchObject({ reason: 'Expired' });
  expect(seen).toEqual(['ADDED', 'BOOKMARK']);
});

it('ends a watch without an error when its signal aborts', async () => {
  answer = (_, response) => {
    response.writeHead(200);
    response.write('{"type":"ADDED","object":{"metadata":{"name":"a"}}}\n');
  };
  const { api } = await open();
  const stop = new AbortController();
  let events = 0;
  for await (const _ of api.watch(pods, { resourceVersion: '1' }, { signal: stop.signal })) {
    events += 1;
    stop.abort();
  }
  expect(events).toBe(1);
});

it.each([
  ['merge', 'application/merge-patch+json'],
  ['strategic', 'application/strategic-merge-patch+json'],
  ['apply', 'application/apply-patch+yaml'],
] as const)('sends a %s patch as %s', async (type, contentType) => {
  answer = json({ metadata: {} });
  const { api } = await open();
  await api.patch(
    pods,
    { namespace: 'shop', name: 'a' },
    { type, body: { metadata: { labels: { a: 'b' } } } },
    { subresource: 'status', fieldManager: 'me' },
  );
  expect(requests[0]).toMatchObject({
    method: 'PATCH',
    headers: { 'content-type': contentType },
    body: '{"metadata":{"labels":{"a":"b"}}}',
  });
  expect(requests[0]!.url).toBe('/api/v1/namespaces/shop/pods/a/status?fieldManager=me');
});

it('takes now from the Date header of the server', async () => {
  const ahead = Math.floor(Date.now() / 1000) * 1000 + 300_000;
  answer = json({ metadata: {} }, 200, { date: new Date(ahead).toUTCString() });
  const { api, serverNowMs } = await open();
  const askedMs = Date.now();
  await api.get(pods, { namespace: 'shop', name: 'a' });
  expect(Math.abs(serverNowMs() - ahead)).toBeLessThan(1500 + Date.now() - askedMs);
});

it('says that a server which refuses connections cannot be reached', async () => {
  const { api } = await open();
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  await expect(api.list(pods)).rejects.toMatchObject({
    code: 'CLUSTER_UNREACHABLE',
    message: expect.stringContaining('connection refused'),
  });
  server = http.createServer().listen(0, '127.0.0.1');
});
