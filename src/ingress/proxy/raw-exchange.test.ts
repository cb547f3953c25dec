import type http from 'node:http';
import net from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createIngressRoom, type IngressRoom } from '../../../test/support/ingress-room.ts';
import { Activity } from '../../base/activity.ts';
import { hostClock, nextTurn } from '../../base/clock.ts';
import { VirtualClock } from '../../base/virtual-clock.ts';

let room: IngressRoom;
let seen: { method: string; url: string; body: string; headers: http.IncomingHttpHeaders }[];
let socketClock: VirtualClock;

const record: http.RequestListener = (request, response) => {
  let body = '';
  request
    .setEncoding('latin1')
    .on('data', (chunk: string) => {
      body += chunk;
    })
    .on('end', () => {
      seen.push({ method: request.method!, url: request.url!, body, headers: request.headers });
      if (request.url === '/chunked') {
        response.write('one');
        response.end('two');
      } else if (request.url === '/close') {
        response.removeHeader('content-length');
        response.useChunkedEncodingByDefault = false;
        response.shouldKeepAlive = false;
        response.write('until ');
        response.end('close');
      } else if (request.url !== '/silent') response.end('ok');
    });
};

beforeEach(async () => {
  seen = [];
  socketClock = new VirtualClock({ host: hostClock, activity: new Activity(), rate: 0 });
  room = await createIngressRoom({ socketClock });
  room.service('web', [await room.pod('web', { handler: record })]);
  room.ingress('main', { host: 'a.test', paths: [{ service: 'web' }] });
  await room.start();
});
afterEach(async () => {
  await room.close();
  socketClock.stop();
});

/** Sends bytes and resolves with all that comes back until the proxy closes, or until `isEnough`. */
function exchange(bytes: string | Buffer, isEnough: (text: string) => boolean = () => false): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(room.frontPort, '127.0.0.1', () => socket.write(bytes));
    let text = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (isEnough(text)) {
        resolve(text);
        socket.destroy();
      }
    });
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
  });
}
const statusOf = (text: string): number => Number(text.split(' ')[1]);

it('tells a line that is repeated on a connection from one that has changed, in both directions', async () => {
  const get = (line: string, url = '/'): string => `GET ${url} HTTP/1.1\r\nHost: a.test\r\n${line}\r\n`;
  const lines = ['X-A: one\r\n', 'X-A: one\r\n', 'X-A: two\r\n', 'Connection: x-a\r\nX-A: three\r\n', 'X-A: one\r\n', ''];
  const whole = `${lines.map((line) => get(line)).join('')}${get('', '/chunked')}${get('Connection: close\r\n')}`;
  const text = await exchange(whole);
  expect(seen.map(({ headers }) => headers['x-a'])).toEqual(['one', 'one', 'two', undefined, 'one', undefined, undefined, undefined]);
  const heads = text.split('HTTP/1.1 200 OK\r\n').slice(1);
  expect(heads.map((head) => /content-length: 2/i.test(head))).toEqual([true, true, true, true, true, true, false, true]);
  expect(heads.map((head) => /transfer-encoding: chunked/i.test(head))).toEqual([false, false, false, false, false, false, true, false]);
  expect(heads.map((head) => head.match(/^connection: .*/im)?.[0])).toEqual([
    ...Array(7).fill('Connection: keep-alive'),
    'Connection: close',
  ]);
});

describe('requests that are refused', () => {
  const refused: { fact: string; bytes: string; status: number }[] = [
    {
      fact: 'Content-Length next to Transfer-Encoding',
      bytes: 'POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      status: 400,
    },
    {
      fact: 'two equal Content-Length headers',
      bytes: 'POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi',
      status: 400,
    },
    { fact: 'a list in Content-Length', bytes: 'POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 2, 2\r\n\r\nhi', status: 400 },
    { fact: 'a signed Content-Length', bytes: 'POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: +2\r\n\r\nhi', status: 400 },
    {
      fact: 'a transfer coding other than chunked',
      bytes: 'POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
      status: 501,
    },
    {
      fact: 'a transfer coding that only looks like chunked',
      bytes: 'POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n',
      status: 501,
    },
    {
      fact: 'two Transfer-Encoding headers',
      bytes: 'POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n',
      status: 400,
    },
    { fact: 'chunked in HTTP/1.0', bytes: 'POST / HTTP/1.0\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', status: 400 },
    { fact: 'a folded header line', bytes: 'GET / HTTP/1.1\r\nHost: a.test\r\nX-A: b\r\n c\r\n\r\n', status: 400 },
    { fact: 'a space before the colon', bytes: 'GET / HTTP/1.1\r\nHost : a.test\r\n\r\n', status: 400 },
    { fact: 'a header line without a colon', bytes: 'GET / HTTP/1.1\r\nHost: a.test\r\nnonsense\r\n\r\n', status: 400 },
    { fact: 'a bare line feed', bytes: 'GET / HTTP/1.1\nHost: a.test\n\n', status: 400 },
    { fact: 'a bare carriage return in a value', bytes: 'GET / HTTP/1.1\r\nHost: a.test\r\nX-A: b\rc\r\n\r\n', status: 400 },
    { fact: 'a NUL in a value', bytes: 'GET / HTTP/1.1\r\nHost: a.test\r\nX-A: b\0c\r\n\r\n', status: 400 },
    { fact: 'a missing Host', bytes: 'GET / HTTP/1.1\r\n\r\n', status: 400 },
    { fact: 'two Host headers', bytes: 'GET / HTTP/1.1\r\nHost: a.test\r\nHost: b.test\r\n\r\n', status: 400 },
    { fact: 'a Host with a path in it', bytes: 'GET / HTTP/1.1\r\nHost: a.test/x\r\n\r\n', status: 400 },
    { fact: 'a request line with two spaces', bytes: 'GET  / HTTP/1.1\r\nHost: a.test\r\n\r\n', status: 400 },
    { fact: 'a method that is no token', bytes: 'G@T / HTTP/1.1\r\nHost: a.test\r\n\r\n', status: 400 },
    { fact: 'a path above the root', bytes: 'GET /../etc HTTP/1.1\r\nHost: a.test\r\n\r\n', status: 400 },
    { fact: 'a broken escape', bytes: 'GET /%zz HTTP/1.1\r\nHost: a.test\r\n\r\n', status: 400 },
    { fact: 'HTTP/2.0 in clear text', bytes: 'GET / HTTP/2.0\r\nHost: a.test\r\n\r\n', status: 505 },
    { fact: 'CONNECT', bytes: 'CONNECT a.test:443 HTTP/1.1\r\nHost: a.test\r\n\r\n', status: 405 },
    { fact: 'a request line of 9000 bytes', bytes: `GET /${'x'.repeat(9000)} HTTP/1.1\r\nHost: a.test\r\n\r\n`, status: 414 },
    { fact: 'a header line of 9000 bytes', bytes: `GET / HTTP/1.1\r\nHost: a.test\r\nX-A: ${'x'.repeat(9000)}\r\n\r\n`, status: 400 },
    { fact: 'a head that never ends', bytes: `GET / HTTP/1.1\r\nHost: a.test\r\n${`X-A: ${'x'.repeat(4000)}\r\n`.repeat(9)}`, status: 400 },
    {
      fact: 'a declared body above 1 MB',
      bytes: `POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: ${1024 ** 2 + 1}\r\n\r\n`,
      status: 413,
    },
  ];
  it.each(refused)('answers $status to $fact and closes', async ({ bytes, status }) => {
    const text = await exchange(bytes);
    expect(statusOf(text)).toBe(status);
    expect(text).toContain('Connection: close');
    expect(seen).toEqual([]);
  });

  it.each([
    { fact: 'a chunk size that is no number', body: 'zz\r\n' },
    { fact: 'a chunk longer than it says', body: '1\r\nab\r\n0\r\n\r\n' },
    { fact: 'a chunk size ended by a bare line feed', body: '1\na\r\n0\r\n\r\n' },
    { fact: 'a space after the chunk size', body: '1 \r\na\r\n0\r\n\r\n' },
  ])('answers 400 to $fact', async ({ body }) => {
    expect(statusOf(await exchange(`POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n${body}`))).toBe(400);
    expect(seen).toEqual([]);
  });

  it('answers 413 once a chunked body has passed 1 MB', async () => {
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
    expect(statusOf(await exchange(`POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(17)}`))).toBe(413);
  });
});

describe('bodies', () => {
  it('passes a chunked request on, whatever the pieces it arrives in', async () => {
    const bytes =
      'POST /in HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n6\r\n world\r\n0\r\nX-Sum: 1\r\n\r\n';
    const text = await new Promise<string>((resolve) => {
      const socket = net.connect(room.frontPort, '127.0.0.1');
      socket.setNoDelay(true);
      let all = '';
      socket
        .setEncoding('latin1')
        .on('data', (chunk: string) => {
          all += chunk;
        })
        .on('close', () => resolve(all));
      const sendNext = (i: number): void => {
        if (i < bytes.length) socket.write(bytes.slice(i, i + 3), () => void nextTurn().then(() => sendNext(i + 3)));
      };
      sendNext(0);
    });
    expect(statusOf(text)).toBe(200);
    expect(seen).toMatchObject([{ method: 'POST', body: 'hello world', headers: { 'transfer-encoding': 'chunked' } }]);
  });

  it('answers 100 before it wants the body', async () => {
    const text = await exchange(
      'PUT / HTTP/1.1\r\nHost: a.test\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi',
    );
    expect(text.startsWith('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n')).toBe(true);
    expect(seen[0]!.headers.expect).toBeUndefined();
  });

  it('answers pipelined requests in their order on one connection', async () => {
    const one = (path: string, close = ''): string => `GET ${path} HTTP/1.1\r\nHost: a.test\r\n${close}\r\n`;
    const text = await exchange(
      one('/1') + one('/chunked') + `POST /2 HTTP/1.1\r\nHost: a.test\r\nContent-Length: 3\r\n\r\nabc` + one('/3', 'Connection: close\r\n'),
    );
    expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(4);
    expect(seen.map(({ url }) => url)).toEqual(['/1', '/chunked', '/2', '/3']);
  });

  it('sends no body after HEAD and keeps the connection', async () => {
    const text = await exchange('HEAD / HTTP/1.1\r\nHost: a.test\r\n\r\nGET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n');
    expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
    expect(text.endsWith('\r\n\r\nok')).toBe(true);
  });

  it('frames each answer for its own request when all lines repeat', async () => {
    const one = (method: string, version: string): string => `${method} /chunked HTTP/${version}\r\nHost: a.test\r\n\r\n`;
    const text = await exchange(one('GET', '1.1') + one('HEAD', '1.1') + one('GET', '1.1') + one('GET', '1.0'));
    const answers = text.split('HTTP/1.1 200 OK\r\n').slice(1);
    const chunks = expect.stringMatching(/^(?:6\r\nonetwo|3\r\none\r\n3\r\ntwo)\r\n0\r\n\r\n$/);
    expect(answers.map((answer) => answer.slice(answer.indexOf('\r\n\r\n') + 4))).toEqual([chunks, '', chunks, 'onetwo']);
    expect(answers.map((answer) => answer.match(/^connection: .*/im)?.[0])).toEqual([
      ...Array(3).fill('Connection: keep-alive'),
      'Connection: close',
    ]);
  });

  it('gives an HTTP/1.0 client the body without chunks and closes', async () => {
    const text = await exchange('GET /chunked HTTP/1.0\r\nHost: a.test\r\n\r\n');
    expect(text).not.toMatch(/transfer-encoding/i);
    expect(text.endsWith('\r\n\r\nonetwo')).toBe(true);
  });

  it('frames an answer that ends with its connection as chunks for an HTTP/1.1 client', async () => {
    const text = await exchange('GET /close HTTP/1.1\r\nHost: a.test\r\n\r\n', (all) => all.endsWith('0\r\n\r\n'));
    expect(text).toMatch(/Transfer-Encoding: chunked/);
    expect(text).toContain('until ');
    expect(text).toMatch(/Connection: keep-alive/);
  });
});

describe("timeouts on the host's clock", () => {
  it('drops a client that sends its head too slowly', async () => {
    const closed = exchange('GET / HTTP/1.1\r\nHost: a.');
    await room.until(() => room.controller.proxy.openConnections === 1);
    await socketClock.advanceTo(socketClock.nowMs() + 61_000);
    expect(await closed).toBe('');
  });

  it('answers 504 when no Pod answers within the read timeout of any try', async () => {
    const answer = exchange('GET /silent HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n');
    for (const tries of [1, 2, 3]) {
      await room.until(() => seen.length === tries);
      await socketClock.advanceTo(socketClock.nowMs() + 61_000);
    }
    expect(statusOf(await answer)).toBe(504);
  });

  it('does not send a POST again that a Pod did not answer', async () => {
    const answer = exchange('POST /silent HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx');
    await room.until(() => seen.length === 1);
    await socketClock.advanceTo(socketClock.nowMs() + 61_000);
    expect(statusOf(await answer)).toBe(504);
    expect(seen).toHaveLength(1);
  });
});

it('tunnels after a protocol upgrade', async () => {
  const ip = await room.pod('ws');
  room.serverOf(ip).on('upgrade', (_request, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    socket.on('data', (chunk: Buffer) => socket.write(`echo ${chunk.toString()}`));
  });
  await room.setEndpoints('web', [ip]);
  const text = await new Promise<string>((resolve) => {
    let all = '';
    const socket = net.connect(room.frontPort, '127.0.0.1', () =>
      socket.write('GET / HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
    );
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      all += chunk;
      if (all.endsWith('\r\n\r\n')) socket.write('hello');
      if (all.endsWith('echo hello')) {
        socket.destroy();
        resolve(all);
      }
    });
  });
  expect(text).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
  expect(text).toMatch(/Upgrade: websocket/);
});
