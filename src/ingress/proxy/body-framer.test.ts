import { expect, it } from 'vitest';
import { seededRandom } from '../../base/random.ts';
import { BodyFramer } from './body-framer.ts';

it('finds the end of a chunked body and its content for any split into pieces', () => {
  const random = seededRandom(2);
  for (let round = 0; round < 2000; round++) {
    const parts = Array.from({ length: random.below(4) }, () => 'abcdefghijklmnopqrstuvwxyz'.slice(0, 1 + random.below(26)));
    const trailers = random.below(3) === 0 ? 'X-A: 1\r\nX-B: 2\r\n' : '';
    const body = `${parts.map((part) => `${part.length.toString(16).toUpperCase()}${random.below(2) ? ';n=v' : ''}\r\n${part}\r\n`).join('')}0\r\n${trailers}\r\n`;
    const bytes = Buffer.from(`${body}GET / HTTP/1.1`);
    const framer = new BodyFramer({ kind: 'chunked' });
    let content = '';
    let consumed = 0;
    for (let at = 0; at < bytes.length && !framer.isDone; ) {
      const piece = bytes.subarray(at, at + 1 + random.below(7));
      consumed =
        at +
        framer.feed(piece, 0, (from, to) => {
          content += piece.toString('latin1', from, to);
        });
      at += piece.length;
    }
    expect([framer.isDone, framer.isBroken, content, consumed]).toEqual([true, false, parts.join(''), body.length]);
  }
});

it('stops a body of a declared length at its last byte', () => {
  const framer = new BodyFramer({ kind: 'length', bytes: 5 });
  expect(framer.feed(Buffer.from('abc'), 0)).toBe(3);
  expect(framer.feed(Buffer.from('xdeGET'), 1)).toBe(3);
  expect([framer.isDone, framer.contentBytes]).toEqual([true, 5]);
});

it.each([
  '',
  'g\r\n',
  ';x\r\n',
  '1\r\naX',
  '1\r\na\rX',
  '1\rX',
  '1;\0\r\n',
  'fffffffffffff\r\n',
  `1;${'x'.repeat(5000)}`,
  '0\r\n: x\r\n',
  '0\r\n folded\r\n',
])('does not accept %j as the start of a chunked body', (text) => {
  const framer = new BodyFramer({ kind: 'chunked' });
  framer.feed(Buffer.from(text), 0);
  expect(framer.isDone).toBe(false);
  expect(framer.isBroken).toBe(text !== '');
});
