import { expect, it } from 'vitest';
import { seededRandom } from '../../base/random.ts';
import { FieldMemory } from './header-fields.ts';
import { isRefusal, parseRequestHead } from './request-head.ts';

it('reads a request with its Host, length and connection options', () => {
  expect(
    parseRequestHead('POST /a?b=c HTTP/1.1\r\nHost: a.test:8080\r\nContent-Length: 12\r\nConnection: Keep-Alive, Upgrade\r\nUpgrade: h2c'),
  ).toMatchObject({
    method: 'POST',
    target: '/a?b=c',
    host: 'a.test:8080',
    framing: { kind: 'length', bytes: 12 },
    connection: ['keep-alive', 'upgrade'],
    keepsAlive: true,
    upgrade: 'h2c',
  });
});

it('takes the host of an absolute target over the Host header', () => {
  expect(parseRequestHead('GET http://b.test?x HTTP/1.1\r\nHost: a.test')).toMatchObject({ host: 'b.test', target: '/?x' });
});

it('closes after HTTP/1.0 unless keep-alive is asked for', () => {
  expect(parseRequestHead('GET / HTTP/1.0')).toMatchObject({ keepsAlive: false, host: '' });
  expect(parseRequestHead('GET / HTTP/1.0\r\nConnection: keep-alive')).toMatchObject({ keepsAlive: true });
});

it('takes host, version and framing of each request by itself, though its lines are those of the one before', () => {
  const memory = new FieldMemory();
  const read = (requestLine: string, lines: string) => parseRequestHead(`${requestLine}\r\n${lines}`, undefined, memory);
  const host = 'Host: a.test';
  expect(read('GET / HTTP/1.1', host)).toMatchObject({ host: 'a.test', keepsAlive: true });
  expect(read('GET http://b.test/ HTTP/1.1', host)).toMatchObject({ host: 'b.test', keepsAlive: true });
  expect(read('GET / HTTP/1.0', host)).toMatchObject({ host: 'a.test', keepsAlive: false });
  expect(read('GET / HTTP/1.1', host)).toMatchObject({ host: 'a.test', keepsAlive: true });
  const chunked = 'Host: a.test\r\nTransfer-Encoding: chunked';
  expect(read('POST / HTTP/1.1', chunked)).toMatchObject({ framing: { kind: 'chunked' } });
  expect(read('POST / HTTP/1.0', chunked)).toMatchObject({ status: 400 });
  expect(read('POST / HTTP/1.0', '')).toMatchObject({ host: '' });
  expect(read('POST / HTTP/1.1', '')).toMatchObject({ status: 400 });
});

it('never lets a changed byte end in a head with two lengths, a bad name or a stray line end', () => {
  const random = seededRandom(9);
  const valid = 'POST /path HTTP/1.1\r\nHost: a.test\r\nContent-Length: 10\r\nX-Other: value\r\nTransfer-Encodin: chunked';
  const alphabet = '\r\n\t :;,gT-0\0\x7f';
  let accepted = 0;
  for (let i = 0; i < 20_000; i++) {
    const chars = [...valid];
    for (let n = 1 + random.below(3); n > 0; n--)
      chars.splice(random.below(chars.length), random.below(2), alphabet[random.below(alphabet.length)]!);
    const head = parseRequestHead(chars.join(''));
    if (isRefusal(head)) {
      expect([400, 405, 414, 501, 505]).toContain(head.status);
      continue;
    }
    accepted += 1;
    expect(head.fields.names.every((name) => /^[!#-'*+.^_`|~0-9a-z-]+$/.test(name))).toBe(true);
    expect(head.fields.lines.some((line) => /[\r\n\0]/.test(line))).toBe(false);
    expect(head.fields.names.filter((name) => name === 'content-length' || name === 'transfer-encoding').length).toBeLessThanOrEqual(1);
  }
  expect(accepted).toBeGreaterThan(1000);
});
