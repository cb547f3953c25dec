import net from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createIngressRoom, type IngressRoom, podOf } from '../../../test/support/ingress-room.ts';
import { hostClock } from '../../base/clock.ts';
import { seededRandom } from '../../base/random.ts';

let room: IngressRoom;
let askedSecret: number;
let bodies: string[];
beforeEach(async () => {
  askedSecret = 0;
  bodies = [];
  room = await createIngressRoom();
  room.service('web', [
    await room.pod('web', {
      handler: (request, response) => {
        let body = '';
        request
          .setEncoding('latin1')
          .on('data', (chunk: string) => {
            body += chunk;
          })
          .on('end', () => {
            bodies.push(body);
            response.end(JSON.stringify({ pod: 'web' }));
          });
      },
    }),
  ]);
  room.service('secret', [
    await room.pod('secret', {
      handler: (_, response) => {
        askedSecret += 1;
        response.end('{"pod":"secret"}');
      },
    }),
  ]);
  room.ingress('main', { host: 'aaaa.test', paths: [{ service: 'web' }] });
  room.ingress('other', { host: 'zz9.example', paths: [{ service: 'secret' }] });
  await room.start();
});
afterEach(() => room.close());

/**
 * Writes bytes and resolves with everything that came back when the proxy has closed. The client closes its own side at once, or after
 * some ms in which whatever the proxy took for a request is answered, or never.
 */
function talk(bytes: string, options: { closesAfterMs?: number } = {}): Promise<string> {
  const { closesAfterMs } = options;
  return new Promise((resolve) => {
    const socket = net.connect({ port: room.frontPort, host: '127.0.0.1', allowHalfOpen: true }, () => {
      if (closesAfterMs === 0) {
        socket.end(bytes, 'latin1');
        return;
      }
      socket.write(bytes, 'latin1');
      if (closesAfterMs !== undefined) void hostClock.sleep(closesAfterMs).then(() => socket.end());
    });
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
    });
    // A reset is a way to be closed.
    socket.on('error', () => {});
    socket.on('end', () => socket.destroy());
    socket.on('close', () => resolve(text));
  });
}
const stillAnswers = async (): Promise<void> => {
  expect(podOf(await room.get('aaaa.test/'))).toBe('web');
};

it('closes on a block of headers of 1 MB without asking a Pod', async () => {
  const lines = `X-Fill: ${'x'.repeat(1000)}\r\n`.repeat(1050);
  const text = await talk(`GET / HTTP/1.1\r\nHost: aaaa.test\r\n${lines}\r\n`);
  expect(text === '' || text.startsWith('HTTP/1.1 400 ')).toBe(true);
  expect(bodies).toEqual([]);
  await stillAnswers();
});

it('closes on one header line of 1 MB', async () => {
  const text = await talk(`GET / HTTP/1.1\r\nHost: aaaa.test\r\nX-Fill: ${'x'.repeat(1024 ** 2)}\r\n\r\n`);
  expect(text === '' || text.startsWith('HTTP/1.1 400 ')).toBe(true);
  await stillAnswers();
});

it.each([
  { fact: 'before a request', bytes: '' },
  { fact: 'in the middle of a head', bytes: 'GET / HTTP/1.1\r\nHost: aaaa' },
  { fact: 'in the middle of a body', bytes: 'POST / HTTP/1.1\r\nHost: aaaa.test\r\nContent-Length: 10\r\n\r\nhalf' },
  { fact: 'in the middle of a chunk', bytes: 'POST / HTTP/1.1\r\nHost: aaaa.test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab' },
  { fact: 'after a request', bytes: 'GET / HTTP/1.1\r\nHost: aaaa.test\r\n\r\n' },
])('lets go of a client that closes its side $fact', async ({ bytes }) => {
  await talk(bytes, { closesAfterMs: 0 });
  await room.until(() => room.controller.proxy.openConnections === 0);
  expect(bodies.filter((body) => body !== '')).toEqual([]);
  await stillAnswers();
});

it.each([
  {
    fact: 'a length shorter than the chunks',
    bytes:
      'POST / HTTP/1.1\r\nHost: aaaa.test\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: zz9.example\r\n\r\n',
  },
  {
    fact: 'a coding in disguise',
    bytes:
      'POST / HTTP/1.1\r\nHost: aaaa.test\r\nTransfer-Encoding:\x0bchunked\r\nContent-Length: 60\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: zz9.example\r\n\r\n',
  },
  {
    fact: 'a space before the colon',
    bytes:
      'POST / HTTP/1.1\r\nHost: aaaa.test\r\nTransfer-Encoding : chunked\r\nContent-Length: 44\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: zz9.example\r\n\r\n',
  },
  {
    fact: 'two lengths',
    bytes:
      'POST / HTTP/1.1\r\nHost: aaaa.test\r\nContent-Length: 0\r\nContent-Length: 41\r\n\r\nGET / HTTP/1.1\r\nHost: zz9.example\r\n\r\n',
  },
  {
    fact: 'a chunk size with a sign',
    bytes: 'POST / HTTP/1.1\r\nHost: aaaa.test\r\nTransfer-Encoding: chunked\r\n\r\n+0\r\n\r\nGET / HTTP/1.1\r\nHost: zz9.example\r\n\r\n',
  },
  {
    fact: 'a chunk size of 17 digits',
    bytes:
      'POST / HTTP/1.1\r\nHost: aaaa.test\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\nGET / HTTP/1.1\r\nHost: zz9.example\r\n\r\n',
  },
  {
    fact: 'a bare line feed in the trailer',
    bytes:
      'POST / HTTP/1.1\r\nHost: aaaa.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: y\n\nGET / HTTP/1.1\r\nHost: zz9.example\r\n\r\n',
  },
])('does not take what follows $fact for a request', async ({ bytes }) => {
  await talk(bytes, { closesAfterMs: 20 });
  expect(askedSecret).toBe(0);
  await stillAnswers();
});

it('keeps a request inside a body a body', async () => {
  const inner = 'GET / HTTP/1.1\r\nHost: zz9.example\r\n\r\n';
  await talk(`POST / HTTP/1.1\r\nHost: aaaa.test\r\nContent-Length: ${inner.length}\r\nConnection: close\r\n\r\n${inner}`);
  expect([bodies, askedSecret]).toEqual([[inner], 0]);
});

it("never crashes, hangs or asks another host's Pod, whatever happens to 1,500 requests on their way", async () => {
  const random = seededRandom(99);
  const seeds = [
    'GET /a/../b?x=%2e HTTP/1.1\r\nHost: aaaa.test\r\nX-Canary: always\r\nCookie: a=b\r\n\r\n',
    'POST /up HTTP/1.1\r\nHost: aaaa.test\r\nContent-Length: 11\r\n\r\nhello world',
    'PUT /up HTTP/1.1\r\nHost: aaaa.test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: aaaa.test\r\n\r\nGET /second HTTP/1.1\r\nHost: aaaa.test\r\n\r\n',
  ];
  const broken = (text: string): string => {
    let result = text;
    for (let change = random.below(3); change >= 0; change--) {
      const at = random.below(result.length);
      const piece = [
        '',
        '\r\n',
        '\n',
        '\r',
        '\0',
        ' ',
        ':',
        String.fromCharCode(random.below(256)),
        'Content-Length: 5\r\n',
        'Transfer-Encoding: chunked\r\n',
        '0\r\n\r\n',
      ][random.below(11)]!;
      result = result.slice(0, at) + piece + result.slice(at + random.below(3));
    }
    return result;
  };
  const counts = { answered: 0, refused: 0 };
  for (let batch = 0; batch < 10; batch++) {
    const answers = await Promise.all(
      Array.from({ length: 150 }, () => talk(broken(seeds[random.below(seeds.length)]!), { closesAfterMs: 300 })),
    );
    for (const answer of answers) {
      if (answer.startsWith('HTTP/1.1 200')) counts.answered += 1;
      else if (answer !== '') counts.refused += 1;
      if (answer !== '') expect(answer).toMatch(/^HTTP\/1\.1 (?:200|301|400|404|405|408|413|414|417|501|505) /);
    }
  }
  expect(Math.min(counts.answered, counts.refused)).toBeGreaterThan(200);
  expect(askedSecret).toBe(0);
  await stillAnswers();
});
