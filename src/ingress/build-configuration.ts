import type { EndpointSlice, Ingress, IngressBackend, IngressServiceBackend, Service } from '../kube/generated/types.ts';
import { type AnnotationDefaults, DEFAULT_ANNOTATION_VALUES, type IngressAnnotations, parseAnnotations } from './annotations.ts';
import {
  type Configuration,
  DEFAULT_SERVER,
  type Location,
  type TlsCertificate,
  type Upstream,
  type VirtualServer,
} from './configuration.ts';
import { type Endpoint, endpointsOf, findServicePort, portReference } from './endpoints.ts';
import { type Draft, mergeCanary } from './merge-canaries.ts';
import { hostOf, normalPath, normalPathType, upstreamName } from './rule-names.ts';
import { certificateFor } from './tls-certificates.ts';
import { UserPatterns } from './user-patterns.ts';

/** The objects that a configuration is built from. `ingresses` are those of our class, in any order. */
export interface ConfigurationSources {
  ingresses: readonly Ingress[];
  findService(namespace: string, name: string): Service | undefined;
  endpointSlices(namespace: string, service: string): readonly EndpointSlice[];
  /** The certificate in a TLS Secret; `undefined` when it is missing or holds none. */
  findCertificate(namespace: string, secret: string): TlsCertificate | undefined;
  defaults?: AnnotationDefaults;
  /** `--annotations-prefix`. */
  annotationsPrefix?: string;
}

interface Parsed {
  ingress: Ingress;
  annotations: IngressAnnotations;
  namespace: string;
  name: string;
}

/** Oldest first; of the same second, the names in descending order. */
function byAge(a: Parsed, b: Parsed): number {
  const [first, second] = [
    Date.parse(a.ingress.metadata.creationTimestamp ?? '') || 0,
    Date.parse(b.ingress.metadata.creationTimestamp ?? '') || 0,
  ];
  if (first !== second) return first - second;
  return `${a.namespace}/${a.name}` > `${b.namespace}/${b.name}` ? -1 : 1;
}

const backendsOf = (ingress: Ingress): IngressBackend[] => [
  ...(ingress.spec.defaultBackend ? [ingress.spec.defaultBackend] : []),
  ...(ingress.spec.rules ?? []).flatMap((rule) => (rule.http?.paths ?? []).map((path) => path.backend)),
];

/**
 * Builds upstreams, servers and locations from the objects of the cluster, in the order and with the quirks of ingress-nginx
 * 1.9.4 (internal/ingress/controller/controller.go getBackendServers): the first Ingress to name an upstream or a location owns it.
 */
export function buildConfiguration(sources: ConfigurationSources): Configuration {
  const prefix = sources.annotationsPrefix ?? 'nginx.ingress.kubernetes.io';
  const parsed = sources.ingresses
    .map(
      (ingress): Parsed => ({
        ingress,
        annotations: parseAnnotations(ingress.metadata.annotations, prefix, sources.defaults),
        namespace: ingress.metadata.namespace ?? 'default',
        name: ingress.metadata.name,
      }),
    )
    .sort(byAge);
  const draft: Draft = { servers: new Map(), upstreams: new Map(), patterns: new UserPatterns(), warnings: [] };
  for (const one of parsed) {
    for (const name of one.annotations.unmodelled)
      draft.warnings.push(`Ingress ${one.namespace}/${one.name}: annotation "${prefix}/${name}" is not modelled and has no effect`);
    for (const backend of backendsOf(one.ingress)) addUpstream(one, backend, sources, draft);
  }
  addServers(parsed, sources, draft);
  for (const one of parsed) addLocations(one, draft);
  shareAffinity(parsed, draft);
  if (parsed.some((one) => !one.annotations.isCanary)) {
    for (const one of parsed) if (one.annotations.isCanary) mergeCanary(one.ingress, one.annotations, draft);
  }
  for (const server of draft.servers.values()) {
    server.usesRegex = server.locations.some(
      ({ annotations, path }) => annotations.useRegex || (annotations.rewriteTarget !== '' && annotations.rewriteTarget !== path),
    );
  }
  warnOfPatterns(draft);
  return draft;
}

/** What users wrote as a regular expression and is none here: NGINX would refuse it, or it is PCRE beyond what is modelled. */
function warnOfPatterns({ servers, upstreams, patterns, warnings }: Draft): void {
  for (const { usesRegex, locations } of servers.values()) {
    if (!usesRegex) continue;
    for (const { path, ingress } of locations) {
      const problem = patterns.problemOfPath(`^${path}`);
      if (problem !== undefined)
        warnings.push(`Ingress ${ingress?.namespace}/${ingress?.name}: path "${path}" is not modelled as a regular expression: ${problem}`);
    }
  }
  for (const { name, policy } of upstreams.values()) {
    const problem = policy.headerPattern === '' ? undefined : patterns.problemOfHeader(policy.headerPattern);
    if (problem !== undefined)
      warnings.push(`canary upstream ${name}: header pattern "${policy.headerPattern}" is not modelled: ${problem}`);
  }
}

function addUpstream(one: Parsed, backend: IngressBackend, sources: ConfigurationSources, draft: Draft): void {
  if (!backend.service) return;
  const name = upstreamName(one.namespace, backend.service);
  if (draft.upstreams.has(name)) return;
  const { isCanary, policy, hashBy, serviceUpstream } = one.annotations;
  const endpoints = findEndpoints(one, backend.service, serviceUpstream, sources, draft);
  draft.upstreams.set(name, {
    name,
    namespace: one.namespace,
    service: backend.service.name,
    endpoints,
    noServer: isCanary,
    policy,
    alternativeBackends: [],
    affinity: undefined,
    hashBy,
  });
}

function findEndpoints(
  one: Parsed,
  backend: IngressServiceBackend,
  serviceUpstream: boolean,
  sources: ConfigurationSources,
  draft: Draft,
): Endpoint[] {
  const service = sources.findService(one.namespace, backend.name);
  if (service === undefined) {
    draft.warnings.push(`Ingress ${one.namespace}/${one.name}: service "${one.namespace}/${backend.name}" does not exist`);
    return [];
  }
  const reference = portReference(backend.port);
  if (serviceUpstream) {
    const ip = service.spec?.clusterIP;
    const port = findServicePort(service, reference)?.port;
    if (ip && ip !== 'None' && port !== undefined) return [{ ip, port, address: `${ip}:${port}` }];
  }
  const found = endpointsOf(service, reference, sources.endpointSlices(one.namespace, backend.name));
  if (found.length === 0)
    draft.warnings.push(
      `Ingress ${one.namespace}/${one.name}: service "${one.namespace}/${backend.name}" has no active endpoint for port "${reference}"`,
    );
  return found;
}

function defaultLocation(annotations: IngressAnnotations): Location {
  return { path: '/', pathType: 'Prefix', upstream: '', ingress: undefined, service: '', annotations, isDefaultBackend: true };
}

function addServers(parsed: readonly Parsed[], sources: ConfigurationSources, draft: Draft): void {
  const plain = parseAnnotations(undefined, '', sources.defaults ?? DEFAULT_ANNOTATION_VALUES);
  const catchAll: VirtualServer = {
    host: DEFAULT_SERVER,
    locations: [defaultLocation({ ...plain, sslRedirect: false, forceSslRedirect: false })],
    tls: undefined,
    usesRegex: false,
  };
  draft.servers.set(DEFAULT_SERVER, catchAll);
  for (const one of parsed) {
    if (one.annotations.isCanary) continue;
    const owner = { namespace: one.namespace, name: one.name };
    const backend = one.ingress.spec.defaultBackend?.service;
    const fallback = backend && draft.upstreams.get(upstreamName(one.namespace, backend));
    const root = catchAll.locations[0]!;
    if (fallback && root.isDefaultBackend && !one.ingress.spec.rules?.length) {
      catchAll.locations[0] = {
        ...root,
        upstream: fallback.name,
        service: fallback.service,
        ingress: owner,
        annotations: one.annotations,
        isDefaultBackend: false,
      };
    }
    for (const rule of one.ingress.spec.rules ?? []) {
      const host = hostOf(rule);
      let server = draft.servers.get(host);
      if (server === undefined) {
        const location = {
          ...defaultLocation(one.annotations),
          upstream: fallback?.name ?? '',
          service: fallback?.service ?? '',
          ingress: owner,
        };
        draft.servers.set(host, (server = { host, locations: [location], tls: undefined, usesRegex: false }));
      }
      server.tls ??= certificateFor(host, one.ingress, (secret) => sources.findCertificate(one.namespace, secret));
    }
  }
}

function addLocations(one: Parsed, draft: Draft): void {
  for (const rule of one.ingress.spec.rules ?? []) {
    const server = draft.servers.get(hostOf(rule)) ?? draft.servers.get(DEFAULT_SERVER)!;
    for (const path of rule.http?.paths ?? []) {
      const upstream = path.backend.service && draft.upstreams.get(upstreamName(one.namespace, path.backend.service));
      if (upstream === undefined || upstream.noServer) continue;
      const location: Location = {
        path: normalPath(path),
        pathType: normalPathType(path),
        upstream: upstream.name,
        ingress: { namespace: one.namespace, name: one.name },
        service: upstream.service,
        annotations: one.annotations,
        isDefaultBackend: false,
      };
      const at = server.locations.findIndex((other) => other.path === location.path && other.pathType === location.pathType);
      if (at < 0) server.locations.push(location);
      else if (server.locations[at]!.isDefaultBackend) server.locations[at] = location;
    }
  }
}

/** Gives each upstream the cookie affinity of the Ingresses whose paths lead to it; the first one's settings count. */
function shareAffinity(parsed: readonly Parsed[], draft: Draft): void {
  for (const { ingress, annotations, namespace } of parsed) {
    if (annotations.affinity === undefined || annotations.isCanary) continue;
    for (const rule of ingress.spec.rules ?? []) {
      for (const path of rule.http?.paths ?? []) {
        const upstream: Upstream | undefined = path.backend.service && draft.upstreams.get(upstreamName(namespace, path.backend.service));
        if (upstream === undefined) continue;
        upstream.affinity ??= { ...annotations.affinity, paths: new Map() };
        upstream.affinity.paths.set(hostOf(rule), [...(upstream.affinity.paths.get(hostOf(rule)) ?? []), normalPath(path)]);
      }
    }
  }
}
