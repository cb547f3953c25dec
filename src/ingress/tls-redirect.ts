import type { Location, VirtualServer } from './configuration.ts';

/** Where a plain-http request is sent instead, or `undefined`. One trailing slash of the URI is cut; the address carries no port. */
export function tlsRedirect(
  server: VirtualServer,
  location: Location,
  request: { isHttps: boolean; host: string; target: string },
): string | undefined {
  const { sslRedirect, forceSslRedirect, preserveTrailingSlash } = location.annotations;
  if (request.isHttps || !(forceSslRedirect || (sslRedirect && server.tls !== undefined))) return undefined;
  const uri = !preserveTrailingSlash && request.target.endsWith('/') ? request.target.slice(0, -1) : request.target;
  return `https://${request.host}${uri}`;
}
