import type { Ingress, IngressBackend } from '../kube/generated/types.ts';
import type { IngressAnnotations } from './annotations.ts';
import { DEFAULT_SERVER, type Location, type Upstream, type VirtualServer } from './configuration.ts';
import { hostOf, normalPath, normalPathType, upstreamName } from './rule-names.ts';
import type { UserPatterns } from './user-patterns.ts';

export interface Draft {
  servers: Map<string, VirtualServer>;
  upstreams: Map<string, Upstream>;
  patterns: UserPatterns;
  warnings: string[];
}

/**
 * Attaches the upstreams of one canary Ingress to the primaries of equal host, path and path type. Namespaces are not compared.
 * A path without a partner deletes the canary upstream as a whole (ingress-nginx controller.go mergeAlternativeBackends); where
 * 1.9.4 may panic on a location whose upstream is gone, the location is skipped.
 */
export function mergeCanary(ingress: Ingress, annotations: IngressAnnotations, draft: Draft): void {
  const { servers, upstreams, warnings } = draft;
  const name = `${ingress.metadata.namespace}/${ingress.metadata.name}`;
  const attach = (backend: IngressBackend, server: VirtualServer, fits: (location: Location) => boolean): void => {
    if (!backend.service) return;
    const canary = upstreams.get(upstreamName(ingress.metadata.namespace, backend.service));
    if (canary === undefined) {
      warnings.push(`canary ${name}: no upstream for service "${backend.service.name}"`);
      return;
    }
    let isMerged = false;
    for (const location of server.locations) {
      const primary = upstreams.get(location.upstream);
      if (primary === canary) {
        warnings.push(`canary ${name}: alternative upstream "${canary.name}" is the primary upstream of ${server.host}${location.path}`);
        return;
      }
      if (primary === undefined || primary.noServer || !fits(location)) continue;
      isMerged = true;
      if (primary.alternativeBackends.includes(canary.name)) continue;
      if (annotations.affinityCanaryBehavior !== 'legacy') canary.affinity = primary.affinity;
      primary.alternativeBackends.push(canary.name);
    }
    if (!isMerged) {
      upstreams.delete(canary.name);
      warnings.push(
        `canary ${name}: no location of ${server.host} has the path of service "${backend.service.name}"; its upstream is dropped`,
      );
    }
  };

  const catchAll = servers.get(DEFAULT_SERVER);
  if (ingress.spec.defaultBackend && catchAll) attach(ingress.spec.defaultBackend, catchAll, () => true);
  for (const rule of ingress.spec.rules ?? []) {
    const server = servers.get(hostOf(rule));
    if (server === undefined) {
      warnings.push(`canary ${name}: host "${hostOf(rule)}" is served by no other Ingress`);
      continue;
    }
    for (const path of rule.http?.paths ?? []) {
      attach(path.backend, server, (location) => location.path === normalPath(path) && location.pathType === normalPathType(path));
    }
  }
}
