import http from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createIngressRoom, type IngressRoom, podOf } from '../../../test/support/ingress-room.ts';
import { nextTurn } from '../../base/clock.ts';

let room: IngressRoom;
beforeEach(async () => {
  room = await createIngressRoom();
});
afterEach(async () => {
  await room.close();
});

async function openRoom(...names: string[]): Promise<string[]> {
  const ips: string[] = [];
  for (const name of names) ips.push(await room.pod(name));
  room.service('web', ips);
  room.ingress('main', { host: 'a.test', paths: [{ service: 'web' }] });
  await room.start();
  return ips;
}

it('takes turns between the Pods', async () => {
  await openRoom('one', 'two', 'three');
  const pods: string[] = [];
  for (let i = 0; i < 6; i++) pods.push(podOf(await room.get('a.test/')));
  expect(pods).toEqual(['one', 'two', 'three', 'one', 'two', 'three']);
});

it('uses one connection for requests that follow each other', async () => {
  const [ip] = await openRoom('one');
  let connections = 0;
  room.serverOf(ip!).on('connection', () => {
    connections += 1;
  });
  for (let i = 0; i < 10; i++) await room.get('a.test/');
  expect(connections).toBe(1);
});

it.each(['GET', 'POST'])(
  'answers a %s although the Pod closes kept connections when they are used again, even with retries off',
  async (method) => {
    const ip = await room.pod('one');
    // Each connection answers one request and breaks on the next, like a Pod that was just about to close it.
    room.serverOf(ip).on('connection', (socket) => {
      let requests = 0;
      socket.prependListener('data', () => {
        requests += 1;
        if (requests > 1) socket.destroy();
      });
    });
    room.service('web', [ip]);
    room.ingress('main', { host: 'a.test', paths: [{ service: 'web' }], annotations: { 'proxy-next-upstream': 'off' } });
    await room.start();
    for (let i = 0; i < 20; i++) expect(podOf(await room.get('a.test/', {}, method))).toBe('one');
  },
);

it('loses no request while Pods are replaced under load', async () => {
  let [ip] = await openRoom('v0');
  let isDone = false;
  const answers: string[] = [];
  const load = Promise.all(
    ['GET', 'POST', 'GET', 'PUT'].map(async (method) => {
      while (!isDone) answers.push(podOf(await room.get('a.test/', {}, method, method === 'GET' ? undefined : 'data')));
    }),
  );
  for (const version of ['v1', 'v2', 'v3', 'v4']) {
    const before = ip!;
    ip = await room.pod(version);
    await room.setEndpoints('web', [before, ip]);
    await room.until(() => answers.includes(version));
    await room.setEndpoints('web', [ip]);
    const old = room.serverOf(before);
    await new Promise((resolve) => {
      old.close(resolve);
      old.closeIdleConnections();
    });
  }
  isDone = true;
  await load;
  expect(answers.filter((answer) => !answer.startsWith('v'))).toEqual([]);
});

it('closes kept connections to a Pod that left the configuration', async () => {
  const [first, second] = await openRoom('one', 'two');
  let closed = 0;
  room.serverOf(first!).on('connection', (socket) =>
    socket.on('close', () => {
      closed += 1;
    }),
  );
  await room.get('a.test/');
  await room.get('a.test/');
  await room.setEndpoints('web', [second!]);
  await room.until(() => closed === 1);
  expect(podOf(await room.get('a.test/'))).toBe('two');
});

it('finishes what is under way when it drains, and closes idle connections', async () => {
  let answer: (() => void) | undefined;
  const ip = await room.pod('slow', {
    handler: (_, response) => {
      answer = () => response.end(JSON.stringify({ pod: 'slow' }));
    },
  });
  room.service('web', [ip]);
  room.ingress('main', { host: 'a.test', paths: [{ service: 'web' }] });
  await room.start();
  await room.get('other.test/');
  const slow = room.get('a.test/');
  await room.until(() => answer !== undefined);
  let isDrained = false;
  const drained = room.controller.proxy.drain(10).then(() => {
    isDrained = true;
  });
  await room.until(() => room.controller.proxy.openConnections === 1);
  expect(isDrained).toBe(false);
  answer!();
  const result = await slow;
  expect([podOf(result), result.headers.connection]).toEqual(['slow', 'close']);
  await drained;
  expect(room.controller.proxy.openConnections).toBe(0);
});

it('cuts the client off when a Pod dies in the middle of its answer', async () => {
  const ip = await room.pod('dying', {
    handler: (_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    },
  });
  room.service('web', [ip]);
  room.ingress('main', { host: 'a.test', paths: [{ service: 'web' }] });
  await room.start();
  await expect(
    new Promise((resolve, reject) => {
      http
        .get({ host: '127.0.0.1', port: room.frontPort, headers: { host: 'a.test' } }, (response) => {
          response.resume().on('end', resolve).on('error', reject);
        })
        .on('error', reject);
    }),
  ).rejects.toMatchObject({ code: 'ECONNRESET' });
});

it('carries 8 MB in each direction without a changed byte, to a client that reads slowly', async () => {
  const data = Buffer.from(Array.from({ length: 8 * 1024 ** 2 }, (_, i) => (i * 7 + (i >> 8)) & 255));
  const ip = await room.pod('echo', {
    handler: (request, response) => {
      request.pipe(response);
    },
  });
  room.service('web', [ip]);
  room.ingress('main', { host: 'a.test', paths: [{ service: 'web' }], annotations: { 'proxy-body-size': '0' } });
  await room.start();
  for (const headers of [{ 'content-length': String(data.length) }, { 'transfer-encoding': 'chunked' }] as Record<string, string>[]) {
    const echoed = await new Promise<Buffer>((resolve, reject) => {
      const request = http.request(
        { host: '127.0.0.1', port: room.frontPort, method: 'PUT', headers: { host: 'a.test', ...headers } },
        (response) => {
          const chunks: Buffer[] = [];
          response
            .on('data', (chunk: Buffer) => {
              chunks.push(chunk);
              if (chunks.length % 16 === 0) {
                response.pause();
                void nextTurn().then(() => response.resume());
              }
            })
            .on('end', () => resolve(Buffer.concat(chunks)))
            .on('error', reject);
        },
      );
      request.on('error', reject).end(data);
    });
    expect(echoed.equals(data)).toBe(true);
  }
});
