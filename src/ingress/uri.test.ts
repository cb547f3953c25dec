import { describe, expect, it } from 'vitest';
import { parseAnnotations } from './annotations.ts';
import type { Location } from './configuration.ts';
import { hashKey } from './proxy/balancer.ts';
import { rewriteUri } from './rewrite.ts';
import { stickyEndpoint } from './session-affinity.ts';
import { normalizePath } from './uri-path.ts';
import { UserPatterns } from './user-patterns.ts';

it.each([
  { target: '/a/b?c=/../d', path: '/a/b' },
  { target: '/a//b', path: '/a/b' },
  { target: '/a/./b/../c/', path: '/a/c/' },
  { target: '/a/..', path: '/' },
  { target: '/%41%2fb', path: '/A/b' },
  { target: '/a%20b', path: '/a b' },
  { target: '/..', path: undefined },
  { target: '/%4', path: undefined },
  { target: '/%00', path: undefined },
  { target: '/x.y/..z', path: '/x.y/..z' },
  { target: '/#frag', path: '/' },
])('matches $target as $path', ({ target, path }) => {
  expect(normalizePath(target)).toBe(path);
});

describe('rewrites', () => {
  const location = (path: string, rewriteTarget: string): Location => ({
    path,
    pathType: 'Prefix',
    upstream: 'u',
    ingress: undefined,
    service: 's',
    isDefaultBackend: false,
    annotations: parseAnnotations({ 'p/rewrite-target': rewriteTarget }, 'p'),
  });
  it.each([
    { path: '/api', target: '/', request: '/api/x', uri: '/' },
    { path: '/api(/|$)(.*)', target: '/$2', request: '/API/x/y?q=1', uri: '/x/y?q=1' },
    { path: '/a/(.*)', target: '/b?name=$1', request: '/a/n?q=1', uri: '/b?name=n&q=1' },
    { path: '/a', target: '/b?', request: '/a?q=1', uri: '/b' },
    { path: '/a', target: '/a', request: '/a/x', uri: '/a/x' },
    { path: '/f/(.*)', target: '/$1', request: '/f/a%20b', uri: '/a%20b' },
  ])('sends $request of $path as $uri', ({ path, target, request, uri }) => {
    expect(rewriteUri(location(path, target), new UserPatterns(), normalizePath(request)!, request)).toBe(uri);
  });
});

it('hashes by the variables of the request', () => {
  const request = {
    host: 'A.test:80',
    target: '/x?user=7',
    isHttps: false,
    header: (name: string) => (name === 'x-user' ? 'ann' : undefined),
    cookies: 'sid=9',
  };
  expect(hashKey('$host|$request_uri|$http_x_user|$cookie_sid|$arg_user|$remote_addr|$unknown', request, '127.0.0.1')).toBe(
    'a.test|/x?user=7|ann|9|7|127.0.0.1|',
  );
});

it('moves only the keys of an endpoint that left', () => {
  const endpoints = ['a', 'b', 'c', 'd'].map((address) => ({ address }));
  for (let key = 0; key < 200; key++) {
    const before = stickyEndpoint(endpoints, String(key))!;
    const after = stickyEndpoint(
      endpoints.filter(({ address }) => address !== 'd'),
      String(key),
    )!;
    if (before.address !== 'd') expect(after).toBe(before);
  }
});
