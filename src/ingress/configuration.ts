import type { AffinityAnnotations, IngressAnnotations, TrafficShapingPolicy } from './annotations.ts';
import type { Endpoint } from './endpoints.ts';
import type { UserPatterns } from './user-patterns.ts';

/** Cookie affinity of one upstream; `paths` lists, per host, the locations that set the cookie. */
export interface SessionAffinity extends AffinityAnnotations {
  paths: Map<string, string[]>;
}

/** All endpoints of one (namespace, Service, port reference). The canary link hangs here, not on a location. */
export interface Upstream {
  /** `<namespace>-<service>-<port>`. */
  name: string;
  namespace: string;
  service: string;
  endpoints: readonly Endpoint[];
  /** Set when a canary Ingress was the first to name this upstream: no location may point to it. */
  noServer: boolean;
  policy: TrafficShapingPolicy;
  /** Names of canary upstreams, oldest Ingress first; only the first one is ever used. */
  alternativeBackends: string[];
  affinity: SessionAffinity | undefined;
  /** The variable expression of `upstream-hash-by`; empty for round robin. */
  hashBy: string;
}

export type PathType = 'Exact' | 'Prefix';

export interface Location {
  path: string;
  pathType: PathType;
  /** The upstream's name; empty for the built-in default backend, which answers 404. */
  upstream: string;
  /** The Ingress that owns the location; absent for the built-in default. */
  ingress: { namespace: string; name: string } | undefined;
  service: string;
  annotations: IngressAnnotations;
  isDefaultBackend: boolean;
}

export interface TlsCertificate {
  cert: string;
  key: string;
}

export interface VirtualServer {
  /** As written in the rule; `_` for the default server. */
  host: string;
  locations: Location[];
  /** Present when a certificate counts as configured; without `certificate` the fake one is used. */
  tls: { certificate: TlsCertificate | undefined } | undefined;
  /** When one location uses a regular expression or a rewrite, all of the host are matched as regular expressions. */
  usesRegex: boolean;
}

export const DEFAULT_SERVER = '_';

/** Everything the data plane needs to answer a request; never changed once built. */
export interface Configuration {
  servers: ReadonlyMap<string, VirtualServer>;
  upstreams: ReadonlyMap<string, Upstream>;
  /** Every regular expression of the locations and of the canary rules. */
  patterns: UserPatterns;
  /** What could not be used and why, one line each. */
  warnings: readonly string[];
}
