import { expect, it } from 'vitest';
import { parseExposition } from './exposition.ts';

it('reads names, labels, values and times, and skips comments', () => {
  expect(
    parseExposition(
      '# HELP a Help.\n# TYPE a counter\na 1\na{b="c",d="e f"} 2.5e3 1700000000000\nb{} +Inf\nc { x = "y" , } NaN\n\n# EOF\n',
    ),
  ).toEqual([
    { labels: { __name__: 'a' }, value: 1, timeMs: undefined },
    { labels: { __name__: 'a', b: 'c', d: 'e f' }, value: 2500, timeMs: 1_700_000_000_000 },
    { labels: { __name__: 'b' }, value: Number.POSITIVE_INFINITY, timeMs: undefined },
    { labels: { __name__: 'c', x: 'y' }, value: Number.NaN, timeMs: undefined },
  ]);
});

it('unescapes label values and drops empty ones', () => {
  expect(parseExposition('a{b="q\\"n\\nb\\\\",c=""} 0')[0]!.labels).toEqual({ __name__: 'a', b: 'q"n\nb\\' });
});

it.each(['a', 'a{b="c} 1', 'a{b=c} 1', '1a 2', 'a{b="c" d="e"} 1', 'a one', 'a 1 soon', 'a 1 2 3'])('refuses %s', (line) => {
  expect(() => parseExposition(line)).toThrow(/expected/);
});
