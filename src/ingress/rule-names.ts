import type { HTTPIngressPath, IngressRule, IngressServiceBackend } from '../kube/generated/types.ts';
import { DEFAULT_SERVER, type PathType } from './configuration.ts';
import { portReference } from './endpoints.ts';

/** `<namespace>-<service>-<port>`: the same Service by number and by name gives two upstreams. */
export function upstreamName(namespace: string | undefined, backend: IngressServiceBackend): string {
  return `${namespace}-${backend.name}-${portReference(backend.port)}`;
}

export function hostOf(rule: IngressRule): string {
  return rule.host || DEFAULT_SERVER;
}

export function normalPath(path: HTTPIngressPath): string {
  return path.path || '/';
}

/** A missing or implementation-specific type is a prefix. */
export function normalPathType(path: HTTPIngressPath): PathType {
  return path.pathType === 'Exact' ? 'Exact' : 'Prefix';
}
