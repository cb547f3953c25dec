import type { Upstream } from '../configuration.ts';
import { cookieValue } from '../cookie-value.ts';
import type { Endpoint } from '../endpoints.ts';
import { hostName } from '../match-host.ts';
import type { RoutedRequest } from '../route-request.ts';
import { type AffinityCookie, backendKey, parseAffinityCookie, stickyEndpoint } from '../session-affinity.ts';

/** How the tries of one request find their endpoints. */
export interface Selection {
  /** The next endpoint; one that was not tried before if there is any. */
  next(endpoints: readonly Endpoint[]): Endpoint | undefined;
  /** The affinity cookie that a first answer sets. */
  newCookie: AffinityCookie | undefined;
}

/** Replaces NGINX variables in an `upstream-hash-by` expression; unknown ones are empty. */
export function hashKey(expression: string, request: RoutedRequest, remoteAddress: string): string {
  return expression.replace(/\$\{?(\w+)\}?/g, (_, name: string) => {
    const queryAt = request.target.indexOf('?');
    if (name === 'request_uri') return request.target;
    if (name === 'uri') return queryAt < 0 ? request.target : request.target.slice(0, queryAt);
    if (name === 'args') return queryAt < 0 ? '' : request.target.slice(queryAt + 1);
    if (name === 'remote_addr' || name === 'binary_remote_addr') return remoteAddress;
    if (name === 'host') return hostName(request.host);
    if (name.startsWith('http_')) return request.header(name.slice(5).replaceAll('_', '-')) ?? '';
    if (name.startsWith('cookie_')) return cookieValue(request.cookies, name.slice(7)) ?? '';
    if (name.startsWith('arg_')) return new URLSearchParams(queryAt < 0 ? '' : request.target.slice(queryAt + 1)).get(name.slice(4)) ?? '';
    return '';
  });
}

/** Picks endpoints: by affinity cookie, by hash, else in turn. The turns survive a change of configuration. */
export class Balancer {
  readonly #turns = new Map<string, number>();
  readonly #freshKey: () => string;

  constructor(freshKey: () => string) {
    this.#freshKey = freshKey;
  }

  select(upstream: Upstream, request: RoutedRequest, remoteAddress: string): Selection {
    const { affinity } = upstream;
    const tried: string[] = [];
    let key: string | undefined;
    let newCookie: AffinityCookie | undefined;
    if (affinity !== undefined) {
      const ownKey = backendKey(upstream.name);
      const cookie = parseAffinityCookie(cookieValue(request.cookies, affinity.name));
      if (cookie?.backendKey === ownKey) key = cookie.endpointKey;
      else {
        key = this.#freshKey();
        newCookie = { endpointKey: key, backendKey: ownKey };
      }
    } else if (upstream.hashBy !== '') key = hashKey(upstream.hashBy, request, remoteAddress);
    return {
      newCookie,
      next: (endpoints) => {
        const fresh = tried.length === 0 ? endpoints : endpoints.filter(({ address }) => !tried.includes(address));
        const candidates = fresh.length > 0 ? fresh : endpoints;
        const chosen = key === undefined ? this.#inTurn(upstream.name, candidates) : stickyEndpoint(candidates, key);
        if (chosen !== undefined) tried.push(chosen.address);
        return chosen;
      },
    };
  }

  /** Forgets the turns of upstreams that are gone. */
  retain(upstreams: ReadonlyMap<string, Upstream>): void {
    for (const name of this.#turns.keys()) if (!upstreams.has(name)) this.#turns.delete(name);
  }

  #inTurn(name: string, endpoints: readonly Endpoint[]): Endpoint | undefined {
    const turn = this.#turns.get(name) ?? 0;
    this.#turns.set(name, turn + 1);
    return endpoints[turn % endpoints.length];
  }
}
