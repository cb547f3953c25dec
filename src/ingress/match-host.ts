import { type Configuration, DEFAULT_SERVER, type VirtualServer } from './configuration.ts';

/** The name in a Host header: lower case, without port and trailing dot. */
export function hostName(header: string): string {
  const bracket = header.lastIndexOf(']');
  const colon = header.indexOf(':', bracket + 1);
  const name = (colon < 0 ? header : header.slice(0, colon)).toLowerCase();
  return name.endsWith('.') ? name.slice(0, -1) : name;
}

const LABEL = /^[a-z0-9_-]+$/;

/** The server for a name: the exact host, else the wildcard one label above, else the default server. */
export function matchHost(configuration: Configuration, name: string): VirtualServer {
  const exact = name === DEFAULT_SERVER ? undefined : configuration.servers.get(name);
  if (exact !== undefined) return exact;
  const dot = name.indexOf('.');
  const wildcard = dot > 0 && LABEL.test(name.slice(0, dot)) ? configuration.servers.get(`*${name.slice(dot)}`) : undefined;
  return wildcard ?? configuration.servers.get(DEFAULT_SERVER)!;
}
