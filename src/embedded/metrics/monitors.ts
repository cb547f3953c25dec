import type { KubeObject } from '../../kube/object.ts';
import type { ResourceType } from '../../kube/resource-type.ts';
import { labelNameOf } from './kubernetes-targets.ts';
import { parsePromDuration } from './promql/duration-text.ts';
import { RELABEL_ACTIONS, type RelabelRule, relabelRule } from './relabel.ts';
import { type ScrapeConfig, type ScrapeDefaults, scrapeConfig } from './scrape-config.ts';

interface MonitorRelabeling {
  action?: string;
  sourceLabels?: string[];
  separator?: string;
  regex?: string;
  targetLabel?: string;
  replacement?: string;
}
interface MonitorEndpoint {
  port?: string;
  targetPort?: number | string;
  path?: string;
  scheme?: 'http' | 'https';
  interval?: string;
  scrapeTimeout?: string;
  honorLabels?: boolean;
  honorTimestamps?: boolean;
  params?: Record<string, string[]>;
  relabelings?: MonitorRelabeling[];
  metricRelabelings?: MonitorRelabeling[];
}
interface MonitorSpec {
  selector: { matchLabels?: Record<string, string>; matchExpressions?: { key: string; operator: string; values?: string[] }[] };
  namespaceSelector?: { any?: boolean; matchNames?: string[] };
  jobLabel?: string;
  targetLabels?: string[];
  podTargetLabels?: string[];
  endpoints?: MonitorEndpoint[];
  podMetricsEndpoints?: MonitorEndpoint[];
}
export interface Monitor extends KubeObject {
  spec: MonitorSpec;
}

export const serviceMonitors: ResourceType<Monitor> = {
  group: 'monitoring.coreos.com',
  version: 'v1',
  resource: 'servicemonitors',
  kind: 'ServiceMonitor',
  namespaced: true,
};
export const podMonitors: ResourceType<Monitor> = {
  group: 'monitoring.coreos.com',
  version: 'v1',
  resource: 'podmonitors',
  kind: 'PodMonitor',
  namespaced: true,
};

/** Fields of an endpoint that have an effect here; a monitor that uses another is refused by name. */
const ENDPOINT_FIELDS = [
  'port',
  'targetPort',
  'path',
  'scheme',
  'interval',
  'scrapeTimeout',
  'honorLabels',
  'honorTimestamps',
  'params',
  'relabelings',
  'metricRelabelings',
];
const SPEC_FIELDS = ['selector', 'namespaceSelector', 'jobLabel', 'targetLabels', 'podTargetLabels', 'endpoints', 'podMetricsEndpoints'];

/**
 * The jobs that the Prometheus operator makes of a ServiceMonitor or PodMonitor, one for each endpoint: which objects they select, and the
 * target labels namespace, service, pod, container, endpoint and job. Throws with the name of a field that is not modelled.
 */
export function monitorScrapes(monitor: Monitor, kind: 'ServiceMonitor' | 'PodMonitor', defaults: ScrapeDefaults): ScrapeConfig[] {
  const { spec, metadata } = monitor;
  refuseOther(spec, SPEC_FIELDS, kind);
  const isService = kind === 'ServiceMonitor';
  const namespaces = spec.namespaceSelector?.any === true ? [] : (spec.namespaceSelector?.matchNames ?? [metadata.namespace ?? '']);
  return ((isService ? spec.endpoints : spec.podMetricsEndpoints) ?? []).map((endpoint, index) => {
    refuseOther(endpoint, ENDPOINT_FIELDS, `${kind} endpoint`);
    return scrapeConfig(
      {
        jobName: `${isService ? 'serviceMonitor' : 'podMonitor'}/${metadata.namespace}/${metadata.name}/${index}`,
        ...(endpoint.interval === undefined ? {} : { intervalMs: parsePromDuration(endpoint.interval) }),
        ...(endpoint.scrapeTimeout === undefined ? {} : { timeoutMs: parsePromDuration(endpoint.scrapeTimeout) }),
        metricsPath: endpoint.path ?? '/metrics',
        scheme: endpoint.scheme ?? 'http',
        honorLabels: endpoint.honorLabels === true,
        honorTimestamps: endpoint.honorTimestamps !== false,
        params: endpoint.params ?? {},
        kubernetes: [{ role: isService ? 'endpoints' : 'pod', namespaces }],
        relabel: [
          ...selectorRules(spec.selector, isService ? 'service' : 'pod'),
          ...portRules(endpoint, isService),
          ...targetRules(monitor, endpoint, isService),
          ...ownRules(endpoint.relabelings),
        ],
        metricRelabel: ownRules(endpoint.metricRelabelings),
      },
      defaults,
    );
  });
}

function refuseOther(fields: object, known: readonly string[], where: string): void {
  const other = Object.keys(fields).find((name) => !known.includes(name));
  if (other !== undefined) throw new Error(`${where}: field "${other}" is not modelled`);
}

const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
const keep = (label: string, regex: string): RelabelRule => relabelRule({ action: 'keep', sourceLabels: [label], regex });
const copy = (from: string, to: string): RelabelRule => relabelRule({ sourceLabels: [from], targetLabel: to, regex: '(.+)' });

function selectorRules({ matchLabels = {}, matchExpressions = [] }: MonitorSpec['selector'], what: 'service' | 'pod'): RelabelRule[] {
  const label = (key: string): string => `__meta_kubernetes_${what}_label_${labelNameOf(key)}`;
  const present = (key: string): string => `__meta_kubernetes_${what}_labelpresent_${labelNameOf(key)}`;
  return [
    ...Object.entries(matchLabels).map(([key, value]) => keep(label(key), literally(value))),
    ...matchExpressions.map(({ key, operator, values = [] }) => {
      const any = values.map(literally).join('|');
      switch (operator) {
        case 'In':
          return keep(label(key), any);
        case 'NotIn':
          return relabelRule({ action: 'drop', sourceLabels: [label(key)], regex: any });
        case 'Exists':
          return keep(present(key), 'true');
        case 'DoesNotExist':
          return relabelRule({ action: 'drop', sourceLabels: [present(key)], regex: 'true' });
        default:
          throw new Error(`selector operator "${operator}" is not modelled`);
      }
    }),
  ];
}

function portRules({ port, targetPort }: MonitorEndpoint, isService: boolean): RelabelRule[] {
  if (port !== undefined)
    return [keep(isService ? '__meta_kubernetes_endpoint_port_name' : '__meta_kubernetes_pod_container_port_name', literally(port))];
  if (targetPort === undefined) return [];
  return [
    keep(`__meta_kubernetes_pod_container_port_${typeof targetPort === 'number' ? 'number' : 'name'}`, literally(String(targetPort))),
  ];
}

function targetRules({ metadata, spec }: Monitor, { port, targetPort }: MonitorEndpoint, isService: boolean): RelabelRule[] {
  const constant = (targetLabel: string, replacement: string): RelabelRule => relabelRule({ targetLabel, replacement });
  const what = isService ? 'service' : 'pod';
  return [
    relabelRule({ action: 'drop', sourceLabels: ['__meta_kubernetes_pod_phase'], regex: '(Failed|Succeeded)' }),
    copy('__meta_kubernetes_namespace', 'namespace'),
    ...(isService ? [copy('__meta_kubernetes_service_name', 'service')] : []),
    copy('__meta_kubernetes_pod_container_name', 'container'),
    copy('__meta_kubernetes_pod_name', 'pod'),
    ...(spec.targetLabels ?? []).map((key) => copy(`__meta_kubernetes_service_label_${labelNameOf(key)}`, labelNameOf(key))),
    ...(spec.podTargetLabels ?? []).map((key) => copy(`__meta_kubernetes_pod_label_${labelNameOf(key)}`, labelNameOf(key))),
    isService ? copy('__meta_kubernetes_service_name', 'job') : constant('job', `${metadata.namespace}/${metadata.name}`),
    ...(spec.jobLabel === undefined ? [] : [copy(`__meta_kubernetes_${what}_label_${labelNameOf(spec.jobLabel)}`, 'job')]),
    ...(port === undefined && targetPort === undefined ? [] : [constant('endpoint', String(port ?? targetPort))]),
  ];
}

function ownRules(rules: readonly MonitorRelabeling[] = []): RelabelRule[] {
  return rules.map((rule) => {
    const action = (rule.action ?? 'replace').toLowerCase();
    if (!(RELABEL_ACTIONS as readonly string[]).includes(action)) throw new Error(`relabel action "${rule.action}" is not modelled`);
    return relabelRule({ ...rule, action: action as RelabelRule['action'] });
  });
}
