import type { Location } from './configuration.ts';
import type { UserPatterns } from './user-patterns.ts';

/** A path as it may stand in a request line. */
function escapePath(path: string): string {
  return path.replace(/[^\x21\x22\x24\x26-\x3e\x40-\x7e]/gu, (char) =>
    [...Buffer.from(char)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}

/**
 * The URI to send to the Pod: the original one, unless `rewrite-target` is set and differs from the path. The target replaces the
 * whole path, with `$1`… from the location's path as a case-insensitive expression; the query follows unless the target ends in `?`.
 */
export function rewriteUri(location: Location, patterns: UserPatterns, path: string, target: string): string {
  const { rewriteTarget } = location.annotations;
  if (rewriteTarget === '' || rewriteTarget === location.path) return target;
  const groups = patterns.ofPath(location.path)?.match(path);
  if (groups === undefined) return target;
  const captured = rewriteTarget.replace(/\$(\d)/g, (_, index: string) => escapePath(groups[Number(index)] ?? ''));
  const queryAt = target.indexOf('?');
  const query = queryAt < 0 ? '' : target.slice(queryAt + 1);
  if (captured.endsWith('?')) return absolute(captured.slice(0, -1));
  if (query === '') return absolute(captured);
  return absolute(`${captured}${captured.includes('?') ? '&' : '?'}${query}`);
}

const absolute = (uri: string): string => (uri.startsWith('/') ? uri : `/${uri}`);
