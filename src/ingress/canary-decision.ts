import type { Upstream } from './configuration.ts';
import { cookieValue } from './cookie-value.ts';
import { backendKey, parseAffinityCookie } from './session-affinity.ts';
import type { UserPatterns } from './user-patterns.ts';

/** The parts of a request that a canary rule looks at. */
export interface RequestView {
  /** The first header of that lower-case name; names with an underscore were dropped before. */
  header(lowerCaseName: string): string | undefined;
  cookies: string | undefined;
}

export type Target = { kind: 'unavailable' } | { kind: 'stable' } | { kind: 'canary'; upstream: Upstream };

const UNAVAILABLE: Target = { kind: 'unavailable' };
const STABLE: Target = { kind: 'stable' };

function isBoundTo(upstream: Upstream, request: RequestView): boolean {
  if (upstream.affinity === undefined || request.cookies === undefined) return false;
  return parseAffinityCookie(cookieValue(request.cookies, upstream.affinity.name))?.backendKey === backendKey(upstream.name);
}

/**
 * Chooses between the primary upstream and its first canary, first rule that hits: an affinity cookie, the header, the cookie,
 * the weight (ingress-nginx rootfs/etc/nginx/lua/balancer.lua route_to_alternative_balancer). `draw(total)` gives a uniform
 * whole number in 1..total and is called only when the weight decides and can go either way.
 */
export function decideCanary(
  primary: Upstream,
  upstreams: ReadonlyMap<string, Upstream>,
  request: RequestView,
  draw: (total: number) => number,
  patterns: UserPatterns,
): Target {
  if (primary.endpoints.length === 0) return UNAVAILABLE;
  const name = primary.alternativeBackends[0];
  if (name === undefined || isBoundTo(primary, request)) return STABLE;
  const canary = upstreams.get(name);
  if (canary === undefined || canary.endpoints.length === 0) return STABLE;
  return isCanaryRequest(canary, request, draw, patterns) ? { kind: 'canary', upstream: canary } : STABLE;
}

function isCanaryRequest(canary: Upstream, request: RequestView, draw: (total: number) => number, patterns: UserPatterns): boolean {
  if (isBoundTo(canary, request)) return true;
  const { policy } = canary;
  const header = policy.header === '' ? undefined : request.header(policy.header.toLowerCase().replaceAll('_', '-'));
  if (header !== undefined) {
    if (policy.headerValue !== '') {
      if (header === policy.headerValue) return true;
    } else if (policy.headerPattern !== '') {
      const pattern = patterns.ofHeader(policy.headerPattern);
      // A request under a pattern that was refused is stable, whatever cookie and weight say.
      if (pattern === undefined) return false;
      if (pattern.test(header)) return true;
    } else if (header === 'always') return true;
    else if (header === 'never') return false;
  }
  const cookie = cookieValue(request.cookies, policy.cookie);
  if (cookie === 'always') return true;
  if (cookie === 'never') return false;
  const total = Math.max(policy.weightTotal, 100);
  if (policy.weight <= 0) return false;
  return policy.weight >= total || draw(total) <= policy.weight;
}
