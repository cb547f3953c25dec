import { describe, expect, it } from 'vitest';
import { anchoredPattern } from './anchored-pattern.ts';
import { createMatcher } from './matcher.ts';

const problemOf = (source: string): string => {
  try {
    anchoredPattern(source);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('an anchored pattern', () => {
  it.each([
    ['5..', '503', true],
    ['5..', '1503', false],
    ['', '', true],
    ['', 'a', false],
    ['a|bc|', '', true],
    ['a|bc|', 'bc', true],
    ['a|bc|', 'abc', false],
    ['web', 'web', true],
    ['web', 'web2', false],
    ['web\\.1', 'web.1', true],
    ['web\\.1', 'webx1', false],
    ['/api/.*', '/api/', true],
    ['/api/.+', '/api/', false],
    ['/api/.+', '/api/x', true],
    ['/api/.*', 'x/api/', false],
    ['.*', 'two\nlines', false],
    ['a.*', 'a\n', false],
    ['(?s)a.*', 'a\n', true],
    ['(?i)WEB', 'web', true],
    ['[[:alpha:]_]+', 'a_b', true],
    ['\\d{2}', '12', true],
    ['\\pL+', 'é', true],
    ['a)(b', 'ab', true],
    ['(?P<n>x)\\z', 'x', true],
    ['\\Qa.b\\E', 'a.b', true],
    ['.', '🙂', true],
  ])('%j on %j is %j', (source, text, matches) => {
    expect(anchoredPattern(source).test(text)).toBe(matches);
    expect(anchoredPattern(source).match(text) !== undefined).toBe(matches);
  });

  it('gives its groups by number and by name', () => {
    const groups = (source: string, text: string) => {
      const match = anchoredPattern(source).match(text);
      return match && [[...match.groups], match.named('host'), match.named('constructor')];
    };
    expect(groups('(?P<host>[^:]+)(?::(\\d+))?', 'web')).toEqual([['web', 'web', undefined], 'web', undefined]);
    expect(groups('(.*)', 'web')).toEqual([['web', 'web'], undefined, undefined]);
    expect(groups('web-(.+)', 'web-1')).toEqual([['web-1', '1'], undefined, undefined]);
    expect(groups('web-.+', 'web-1')).toEqual([['web-1'], undefined, undefined]);
    expect(groups('web-(.+)', 'web-')).toBeUndefined();
  });

  it('takes a time that grows with the text and not faster', () => {
    const text = `${'a'.repeat(20_000)}b`;
    expect(anchoredPattern('(a+)+').test(text)).toBe(false);
    expect(anchoredPattern('(a+)+').match(text)).toBeUndefined();
    expect(anchoredPattern('(.*)*x').test(text)).toBe(false);
  });

  it('is refused with the text of RE2 when RE2 does not know it', () => {
    expect(['(', '(?=a)', '(a)\\1', '[b-a]', 'a**', 'a{1001}'].map(problemOf)).toEqual([
      'error parsing regexp: missing closing ): `^(?:()$`',
      'error parsing regexp: invalid or unsupported Perl syntax: `(?=`',
      'error parsing regexp: invalid escape sequence: `\\1`',
      'error parsing regexp: invalid character class range: `b-a`',
      'error parsing regexp: invalid nested repetition operator: `**`',
      'error parsing regexp: invalid repeat count: `{1001}`',
    ]);
  });

  it('is a parse error of the query whose matcher holds it', () => {
    expect(() => createMatcher('job', '=~', '(')).toThrow('parse error: error parsing regexp: missing closing ): `^(?:()$`');
    expect(() => createMatcher('job', '!~', '(?!a)')).toThrow(
      'parse error: error parsing regexp: invalid or unsupported Perl syntax: `(?!`',
    );
  });
});
