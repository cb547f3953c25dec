import { statusError } from '../../../kube/status-error.ts';

/** What a path below `/api` or `/apis` names. */
export interface ResourcePath {
  group: string;
  version: string;
  /** The old `/watch/` prefix. */
  legacyWatch: boolean;
  namespace: string | undefined;
  /** Absent for the root of a group version. */
  resource: string | undefined;
  name: string | undefined;
  subresource: string | undefined;
  /** Segments after the subresource. */
  rest: readonly string[];
}

/** Splits the path of a resource request as k8s.io/apiserver/pkg/endpoints/request does; `undefined` for every other path. Throws BadRequest. */
export function parseResourcePath(path: string): ResourcePath | undefined {
  // Decoded first: an escaped slash separates segments like any other.
  const segments = (path.includes('%') ? decoded(path) : path).split('/').filter((segment) => segment !== '');
  let group = '';
  let rest: string[];
  if (segments[0] === 'api' && segments.length >= 2) rest = segments.slice(1);
  else if (segments[0] === 'apis' && segments.length >= 3) {
    group = segments[1]!;
    rest = segments.slice(2);
  } else return undefined;
  const version = rest.shift()!;
  const legacyWatch = rest[0] === 'watch' && rest.length > 1;
  if (legacyWatch) rest.shift();
  let namespace: string | undefined;
  if (rest[0] === 'namespaces' && rest.length > 1) {
    namespace = rest[1];
    if (rest.length > 2 && rest[2] !== 'status' && rest[2] !== 'finalize') rest = rest.slice(2);
    else if (group === '') namespace = undefined;
  }
  const [resource, name, subresource, ...more] = rest;
  return { group, version, legacyWatch, namespace, resource, name, subresource, rest: more };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw statusError('BadRequest', `invalid URL escape in ${JSON.stringify(path)}`);
  }
}
