import type { Ingress, IngressRule } from '../kube/generated/types.ts';
import type { Draft } from '../kube/object.ts';
import { mergeDifference } from './merge-difference.ts';
import type { Rollout } from './rollout.ts';
import { canaryOf } from './strategy-defaults.ts';

const CLASS = 'kubernetes.io/ingress.class';

/** `<rollout>-<ingress>-canary`, cut so that the whole fits into 253 characters. */
export function canaryIngressName(rolloutName: string, stableIngressName: string): string {
  return `${`${rolloutName}-${stableIngressName}`.slice(0, 246)}-canary`;
}

/** The rules that reach the stable Service, each whole, with that Service replaced by the canary's. */
function canaryRules(stable: Ingress, stableService: string, canaryService: string): IngressRule[] {
  const isStable = (name: string | undefined): boolean => name === stableService;
  return (stable.spec?.rules ?? [])
    .filter((rule) => rule.http?.paths.some((path) => isStable(path.backend.service?.name)))
    .map((rule) => ({
      ...rule,
      http: {
        paths: rule.http!.paths.map((path) =>
          isStable(path.backend.service?.name)
            ? { ...path, backend: { service: { ...path.backend.service!, name: canaryService } } }
            : path,
        ),
      },
    }));
}

/** The Ingress that sends `weight` of the traffic of `stable` to the canary Service. Nothing else of `stable` is inherited. */
export function canaryIngress(rollout: Rollout, stable: Ingress, weight: number): Draft<Ingress> {
  const { canaryService = '', stableService = '', trafficRouting } = canaryOf(rollout);
  const nginx = trafficRouting?.nginx ?? {};
  const prefix = nginx.annotationPrefix || 'nginx.ingress.kubernetes.io';
  const own = (key: string): string => (key.startsWith(prefix) ? key : `${prefix}/${key}`);
  const ingressClass = stable.metadata.annotations?.[CLASS];
  const { uid, name, namespace } = rollout.metadata;
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name: canaryIngressName(name, stable.metadata.name),
      namespace,
      annotations: {
        ...(ingressClass === undefined ? {} : { [CLASS]: ingressClass }),
        ...Object.fromEntries(Object.entries(nginx.additionalIngressAnnotations ?? {}).map(([key, value]) => [own(key), value])),
        ...nginx.canaryIngressAnnotations,
        [`${prefix}/canary`]: 'true',
        [`${prefix}/canary-weight`]: String(weight),
        ...(trafficRouting?.maxTrafficWeight === undefined
          ? {}
          : { [`${prefix}/canary-weight-total`]: String(trafficRouting.maxTrafficWeight) }),
      },
      ownerReferences: [{ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name, uid, controller: true, blockOwnerDeletion: true }],
    },
    spec: {
      ...(stable.spec?.ingressClassName === undefined ? {} : { ingressClassName: stable.spec.ingressClassName }),
      ...(stable.spec?.tls === undefined ? {} : { tls: stable.spec.tls }),
      rules: canaryRules(stable, stableService, canaryService),
    },
  };
}

/**
 * The merge patch that brings an existing canary Ingress to `desired`, or `undefined`. Annotations that others set stay;
 * labels that others set go; the spec is restored.
 */
export function canaryIngressPatch(existing: Ingress, desired: Draft<Ingress>): Record<string, unknown> | undefined {
  const annotations = { ...existing.metadata.annotations, ...desired.metadata.annotations };
  return mergeDifference(
    { metadata: { annotations: existing.metadata.annotations ?? {}, labels: existing.metadata.labels ?? {} }, spec: existing.spec ?? {} },
    { metadata: { annotations, labels: desired.metadata.labels ?? {} }, spec: desired.spec ?? {} },
  );
}

/** Whether any rule of the Ingress reaches the Service. */
export function ingressUsesService(ingress: Ingress, service: string): boolean {
  return (ingress.spec?.rules ?? []).some((rule) => rule.http?.paths.some((path) => path.backend.service?.name === service));
}
