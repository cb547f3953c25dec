import { expect, it } from 'vitest';
import { UserPatterns } from './user-patterns.ts';

const patterns = new UserPatterns();

it.each([
  ['/api(/|$)(.*)', '/api/items/1', ['/api/items/1', '/', 'items/1']],
  ['/api(/|$)(.*)', '/API', ['/API', '', '']],
  ['/v(\\d+)/(?:old|new)/([^/]+)', '/x/v2/new/shop/cart', ['/v2/new/shop', '2', 'shop']],
  ['/(a)?b', '/b', ['/b', undefined]],
  ['/[[:alpha:]]+\\.html', '/Index.HTML', ['/Index.HTML']],
])('finds %s in the path %s with its groups', (source, path, found) => {
  expect(patterns.ofPath(source)!.match(path)).toEqual(found);
});

it('tells the case of a header apart, and not that of a path', () => {
  expect([patterns.ofHeader('^beta$')!.test('BETA'), patterns.ofPath('^/beta$')!.test('/BETA')]).toEqual([false, true]);
});

it.each(['/(?!admin).*', '/(?<=a)b', '/(a)\\1', '/(?>a+)b', '/a++', '/('])('refuses %s and says why', (source) => {
  expect(patterns.ofPath(source)).toBeUndefined();
  expect(patterns.problemOfPath(source)).toMatch(/^error parsing regexp: /);
});

it.each(['^/(a+)+$', '^/(a|a)*$', '^/(.*a){12}$', '^/(\\w+\\s?)*$'])('answers for %s in time that grows with the path alone', (source) => {
  const pattern = patterns.ofPath(source)!;
  const path = `/${'a'.repeat(20_000)}!`;
  expect([pattern.test(path), pattern.match(path)]).toEqual([false, undefined]);
});
