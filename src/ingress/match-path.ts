import type { Location, VirtualServer } from './configuration.ts';
import type { UserPatterns } from './user-patterns.ts';

export type PathMatch = { location: Location } | { redirectTo: string };
type Matcher = (path: string) => PathMatch | undefined;

/** Compiles a server's locations to a function of the decoded path, by NGINX's order: exact, longest prefix; or regular expressions. */
export function pathMatcher(server: VirtualServer, patterns: UserPatterns): Matcher {
  return server.usesRegex ? regexMatcher(server, patterns) : prefixMatcher(server);
}

function prefixMatcher(server: VirtualServer): Matcher {
  const exact = new Map<string, PathMatch>();
  const redirects = new Map<string, PathMatch>();
  const prefixes: { prefix: string; match: PathMatch }[] = [];
  for (const location of server.locations) if (location.pathType === 'Exact') exact.set(location.path, { location });
  for (const location of server.locations) {
    if (location.pathType === 'Exact') continue;
    const isSlashed = location.path.endsWith('/');
    prefixes.push({ prefix: isSlashed ? location.path : `${location.path}/`, match: { location } });
    if (!isSlashed) {
      if (!exact.has(location.path)) exact.set(location.path, { location });
    } else if (location.path.length > 1) redirects.set(location.path.slice(0, -1), { redirectTo: location.path });
  }
  prefixes.sort((a, b) => b.prefix.length - a.prefix.length);
  return (path) => exact.get(path) ?? redirects.get(path) ?? prefixes.find(({ prefix }) => path.startsWith(prefix))?.match;
}

function regexMatcher(server: VirtualServer, patterns: UserPatterns): Matcher {
  const compiled = [...server.locations]
    .sort((a, b) => b.path.length - a.path.length)
    .flatMap((location) => {
      // A path that is no regular expression would stop NGINX from loading its configuration; here it matches nothing.
      const pattern = patterns.ofPath(`^${location.path}`);
      return pattern === undefined ? [] : [{ pattern, match: { location } }];
    });
  return (path) => compiled.find(({ pattern }) => pattern.test(path))?.match;
}
