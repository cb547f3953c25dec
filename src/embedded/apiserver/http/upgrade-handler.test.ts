import { once } from 'node:events';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { pods } from '../../../kube/resource-type.ts';
import { startTestServer, type TestServer } from '../test-api-server.ts';

let api: TestServer;
beforeEach(async () => {
  api = await startTestServer({
    nodeAgent: {
      async *logs(pod, container, options) {
        yield `${pod.metadata.name}/${container} tail=${options.tailLines ?? 'all'}\n`;
      },
      async exec(_pod, _container, argv, { stdin, stdout, stderr }) {
        if (argv[0] === 'cat') for await (const chunk of stdin!) stdout(chunk);
        else stdout(argv.join(' '));
        stderr('note');
        return argv[0] === 'false' ? 3 : 0;
      },
      usage: () => undefined,
    },
  });
  const key = { namespace: 'default', name: 'p' };
  await api.admin.create(pods, {
    metadata: key,
    spec: {
      containers: [
        { name: 'c', image: 'i' },
        { name: 'd', image: 'i' },
      ],
    },
  });
  await api.admin.createSubresource(pods, key, 'binding', { target: { name: 'n1' } });
});
afterEach(async () => {
  await api.stop();
});

const connect = (query: string, protocols = ['v5.channel.k8s.io']): WebSocket =>
  new WebSocket(`${api.url.replace('https', 'wss')}/api/v1/namespaces/default/pods/p/exec?${query}`, protocols, {
    headers: { authorization: `Bearer ${api.server.adminToken}` },
    ca: api.server.caCertificatePem,
  });

/** Every message by channel, and the code of the closing frame. */
async function session(webSocket: WebSocket, input: Buffer[] = []): Promise<{ channels: Record<number, string>; code: number }> {
  const channels: Record<number, string> = {};
  webSocket.on('message', (data: Buffer) => {
    channels[data[0]!] = (channels[data[0]!] ?? '') + data.subarray(1).toString();
  });
  webSocket.on('open', () => {
    for (const frame of input) webSocket.send(frame);
  });
  const [code] = (await once(webSocket, 'close')) as [number];
  return { channels, code };
}

it('runs a command and tells its success on channel 3 before it closes with 1000', async () => {
  const { channels, code } = await session(connect('container=c&command=echo&command=hi&stdout=true&stderr=true'));
  expect([channels[1], channels[2], code]).toEqual(['echo hi', 'note', 1000]);
  expect(JSON.parse(channels[3]!)).toEqual({ metadata: {}, status: 'Success' });
});

it('tells the exit code of a command that failed', async () => {
  const { channels } = await session(connect('container=c&command=false&stdout=true', ['v4.channel.k8s.io']));
  expect(JSON.parse(channels[3]!)).toMatchObject({
    status: 'Failure',
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: '3' }] },
  });
});

it('passes stdin on until the client half-closes it', async () => {
  const { channels } = await session(connect('container=c&command=cat&stdin=true&stdout=true'), [
    Buffer.from('\0abc'),
    Buffer.from('\0def'),
    Buffer.from([255, 0]),
  ]);
  expect(channels[1]).toBe('abcdef');
});

it('answers plain HTTP before the upgrade when it cannot serve the request', async () => {
  const [, response] = (await once(connect('container=x&command=echo'), 'unexpected-response').catch((error: unknown) => [
    undefined,
    error,
  ])) as [unknown, { statusCode?: number } & AsyncIterable<Buffer>];
  let body = '';
  for await (const chunk of response) body += String(chunk);
  expect([response.statusCode, JSON.parse(body)]).toMatchObject([
    400,
    { reason: 'BadRequest', message: 'container x is not valid for pod p' },
  ]);
});

it('streams the log of a container, which must be named when there are several', async () => {
  expect(await api.request('GET', '/api/v1/namespaces/default/pods/p/log?container=d&tailLines=2')).toMatchObject({
    status: 200,
    text: 'p/d tail=2\n',
    headers: { 'content-type': 'text/plain' },
  });
  expect((await api.request('GET', '/api/v1/namespaces/default/pods/p/log')).json).toMatchObject({
    code: 400,
    message: 'a container name must be specified for pod p, choose one of: [c d]',
  });
});

it('cuts open sessions when the server closes', async () => {
  const webSocket = connect('container=c&command=cat&stdin=true&stdout=true');
  await once(webSocket, 'open');
  const closing = once(webSocket, 'close');
  await api.server.close();
  const [code] = (await closing) as [number];
  expect(code).toBe(1006);
});
