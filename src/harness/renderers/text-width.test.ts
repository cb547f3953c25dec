import { expect, it } from 'vitest';
import { cutToWidth, linesOf, padToWidth, textWidth } from './text-width.ts';

it.each([
  ['', 0],
  ['canary', 6],
  ['카나리아', 8],
  ['승격: 50 %', 10],
  ['✔ □ ⟳ └─ █▒…', 12],
  ['\u001b[32mstable\u001b[0m', 6],
  ['ＡＢ', 4],
  ['e\u0301', 1],
])('measures %j as %i columns', (text, columns) => {
  expect(textWidth(text)).toBe(columns);
});

it('cuts in front of a wide sign that would stand half outside, and marks the cut', () => {
  expect(cutToWidth('카나리아', 8)).toBe('카나리아');
  expect(cutToWidth('카나리아', 7)).toBe('카나리…');
  expect(cutToWidth('카나리아', 6)).toBe('카나…');
  expect(cutToWidth('abc', 2)).toBe('a…');
});

it('ends a colour where it cuts', () => {
  expect(cutToWidth('\u001b[32mabcdef\u001b[0m', 4)).toBe('\u001b[32mabc…\u001b[0m');
});

it('breaks between words, and inside a word only where it is wider than a line', () => {
  expect(linesOf('one two three', 7)).toEqual(['one two', 'three']);
  expect(linesOf('카나리아 배포를 합니다', 9)).toEqual(['카나리아', '배포를', '합니다']);
  expect(linesOf('a abcdefghij b', 4)).toEqual(['a', 'abcd', 'efgh', 'ij b']);
  for (const line of linesOf('sample-app=ghcr.io/canary-lab/sample-app:2.0.0 안정버전으로승격', 13))
    expect(textWidth(line)).toBeLessThanOrEqual(13);
});

it('pads by columns, not by letters', () => {
  expect(padToWidth('승격', 6)).toBe('승격  ');
});
