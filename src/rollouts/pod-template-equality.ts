import type { Container, PodTemplateSpec, Probe } from '../kube/generated/types.ts';
import type { PodMetadata } from './rollout.ts';
import { POD_TEMPLATE_HASH } from './rollout.ts';

type Fields = Record<string, unknown>;

function withProbeDefaults(probe: Probe | undefined): Probe | undefined {
  if (probe === undefined) return undefined;
  return {
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
    ...probe,
    ...(probe.httpGet ? { httpGet: { scheme: 'HTTP', path: '/', ...probe.httpGet } } : {}),
  };
}

function withContainerDefaults(container: Container): Container {
  const tag = (container.image ?? '').split('@')[0]!.split('/').at(-1)!.split(':')[1];
  const pullPolicy = container.image?.includes('@') ? 'IfNotPresent' : tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
  const limits = container.resources?.limits;
  return {
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: pullPolicy,
    ...container,
    ...(limits ? { resources: { ...container.resources, requests: { ...limits, ...container.resources?.requests } } } : {}),
    ports: container.ports?.map((port) => ({ protocol: 'TCP', ...port })),
    env: container.env?.map((env) =>
      env.valueFrom?.fieldRef ? { ...env, valueFrom: { fieldRef: { apiVersion: 'v1', ...env.valueFrom.fieldRef } } } : env,
    ),
    livenessProbe: withProbeDefaults(container.livenessProbe),
    readinessProbe: withProbeDefaults(container.readinessProbe),
    startupProbe: withProbeDefaults(container.startupProbe),
  };
}

/** The template with what the API server fills in for a Pod; enough of k8s.io/kubernetes/pkg/apis/core/v1 defaults to compare. */
function withDefaults(template: PodTemplateSpec): Fields {
  const spec = template.spec;
  if (spec === undefined) return { ...template };
  const account = spec.serviceAccountName ?? spec.serviceAccount;
  return {
    ...template,
    spec: {
      restartPolicy: 'Always',
      dnsPolicy: 'ClusterFirst',
      schedulerName: 'default-scheduler',
      terminationGracePeriodSeconds: 30,
      ...spec,
      ...(account ? { serviceAccountName: account, serviceAccount: account } : {}),
      containers: spec.containers.map(withContainerDefaults),
      initContainers: spec.initContainers?.map(withContainerDefaults),
      volumes: spec.volumes?.map((volume) => ({
        ...volume,
        ...(volume.configMap ? { configMap: { defaultMode: 420, ...volume.configMap } } : {}),
        ...(volume.secret ? { secret: { defaultMode: 420, ...volume.secret } } : {}),
        ...(volume.projected ? { projected: { defaultMode: 420, ...volume.projected } } : {}),
      })),
    },
  };
}

/** Keys sorted; absent, null and empty values are the same as nothing. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map((item) => canonical(item) ?? null);
  if (typeof value !== 'object' || value === null) return value === null || value === '' ? undefined : value;
  const entries = Object.entries(value)
    .map(([key, child]) => [key, canonical(child)] as const)
    .filter(([, child]) => child !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Whether two templates give the same Pods. The hash label, the metadata that the controller injected and API defaults do
 * not count: an undo writes back a defaulted template, and its old ReplicaSet must be found again.
 */
export function sameTemplate(desired: PodTemplateSpec, existing: PodTemplateSpec, injected: PodMetadata = {}): boolean {
  const plain = (template: PodTemplateSpec): string => {
    const labels = { ...template.metadata?.labels };
    const annotations = { ...template.metadata?.annotations };
    delete labels[POD_TEMPLATE_HASH];
    for (const key of Object.keys(injected.labels ?? {})) delete labels[key];
    for (const key of Object.keys(injected.annotations ?? {})) delete annotations[key];
    return JSON.stringify(canonical(withDefaults({ metadata: { labels, annotations } as never, spec: template.spec })));
  };
  return plain(desired) === plain(existing);
}
