import { expect, it } from 'vitest';
import { seededRandom } from '../../base/random.ts';
import { headEnd } from './head-end.ts';

it.each([
  ['GET / HTTP/1.1\r\nHost: a\r\n\r\nbody\r\n\r\n', 23],
  ['\r\n\r\n', 0],
  ['a\r\n\r\n', 1],
  ['ab\r\n\r\n', 2],
  ['abc\r\n\r\n', 3],
  ['\n\r\n\r\n', 1],
  ['\r\n\r', -1],
  ['\n\r\n\r', -1],
  ['', -1],
])('finds the end of %j at %i', (text, end) => {
  expect(headEnd(Buffer.from(text))).toBe(end);
});

it('finds what indexOf finds in bytes that are mostly line ends', () => {
  const random = seededRandom(7);
  for (let count = 0; count < 20_000; count++) {
    const text = Array.from({ length: random.below(40) }, () => ['\r', '\n', 'a'][random.below(3)]).join('');
    expect(headEnd(Buffer.from(text)), JSON.stringify(text)).toBe(text.indexOf('\r\n\r\n'));
  }
});
