import { decideCanary, type RequestView } from './canary-decision.ts';
import { type Configuration, DEFAULT_SERVER, type Location, type Upstream, type VirtualServer } from './configuration.ts';
import { hostName, matchHost } from './match-host.ts';
import { type PathMatch, pathMatcher } from './match-path.ts';
import { rewriteUri } from './rewrite.ts';
import { tlsRedirect } from './tls-redirect.ts';
import { normalizePath } from './uri-path.ts';

export interface RoutedRequest extends RequestView {
  /** The Host header, port included. */
  host: string;
  /** Path and query as received. */
  target: string;
  isHttps: boolean;
}

/** What is known about a request whatever becomes of it, for logs and metrics. */
export interface RouteContext {
  server: VirtualServer;
  location: Location | undefined;
  primary: Upstream | undefined;
  canary: Upstream | undefined;
}

export type Route = RouteContext &
  ({ kind: 'proxy'; location: Location; upstream: Upstream; uri: string } | { kind: 'answer'; status: number; redirectTo?: string });

/** Answers where a request goes. Compiled once for a configuration. */
export type Router = (request: RoutedRequest, draw: (total: number) => number) => Route;

/** Compiles a configuration. `redirectCode` is the status of redirects to https (ConfigMap `http-redirect-code`, 308). */
export function createRouter(configuration: Configuration, options: { redirectCode?: number } = {}): Router {
  const { patterns } = configuration;
  const matchers = new Map<VirtualServer, (path: string) => PathMatch | undefined>();
  for (const server of configuration.servers.values()) matchers.set(server, pathMatcher(server, patterns));
  // The rest is compiled before the first request too.
  for (const { policy } of configuration.upstreams.values()) if (policy.headerPattern !== '') patterns.ofHeader(policy.headerPattern);
  for (const { locations } of configuration.servers.values())
    for (const { path, annotations } of locations) if (annotations.rewriteTarget !== '') patterns.ofPath(path);
  const redirectCode = options.redirectCode ?? 308;

  return (request, draw) => {
    const name = hostName(request.host);
    const server = matchHost(configuration, name);
    const nowhere: RouteContext = { server, location: undefined, primary: undefined, canary: undefined };
    const path = normalizePath(request.target);
    if (path === undefined) return { ...nowhere, kind: 'answer', status: 400 };
    if (path === '/healthz' && server.host === DEFAULT_SERVER) return { ...nowhere, kind: 'answer', status: 200 };
    const match = matchers.get(server)!(path);
    if (match === undefined) return { ...nowhere, kind: 'answer', status: 404 };
    const scheme = request.isHttps ? 'https' : 'http';
    if ('redirectTo' in match) {
      const queryAt = request.target.indexOf('?');
      return {
        ...nowhere,
        kind: 'answer',
        status: 301,
        redirectTo: `${scheme}://${name}${match.redirectTo}${queryAt < 0 ? '' : request.target.slice(queryAt)}`,
      };
    }
    const { location } = match;
    const primary = configuration.upstreams.get(location.upstream);
    const context = { server, location, primary, canary: undefined };
    const toHttps = tlsRedirect(server, location, { isHttps: request.isHttps, host: name, target: request.target });
    if (toHttps !== undefined) return { ...context, kind: 'answer', status: redirectCode, redirectTo: toHttps };
    const { appRoot, redirect } = location.annotations;
    if (appRoot !== '' && path === '/')
      return { ...context, kind: 'answer', status: 302, redirectTo: `${scheme}://${request.host}${appRoot}` };
    if (redirect !== undefined) return { ...context, kind: 'answer', status: redirect.code, redirectTo: redirect.url };
    if (location.upstream === '') return { ...context, kind: 'answer', status: 404 };
    if (primary === undefined) return { ...context, kind: 'answer', status: 503 };
    const target = decideCanary(primary, configuration.upstreams, request, draw, patterns);
    if (target.kind === 'unavailable') return { ...context, kind: 'answer', status: 503 };
    const canary = target.kind === 'canary' ? target.upstream : undefined;
    return {
      server,
      primary,
      canary,
      kind: 'proxy',
      location,
      upstream: canary ?? primary,
      uri: rewriteUri(location, patterns, path, request.target),
    };
  };
}
