/** A custom resource of the Prometheus operator that the embedded edition of its chart installs. */
interface MonitorDefinition {
  kind: string;
  plural: string;
  shortName: string;
  required: readonly string[];
  spec: Readonly<Record<string, object>>;
}

const text = { type: 'string' };
const texts = { type: 'array', items: text };
const selector = {
  type: 'object',
  properties: {
    matchLabels: { type: 'object', additionalProperties: text },
    matchExpressions: {
      type: 'array',
      items: { type: 'object', required: ['key', 'operator'], properties: { key: text, operator: text, values: texts } },
    },
  },
};
const namespaceSelector = { type: 'object', properties: { any: { type: 'boolean' }, matchNames: texts } };
// Fields without effect must reach Prometheus, which refuses them by name, so that they are kept rather than pruned.
const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const duration = { type: 'string', pattern: '^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$' };
const endpoint = {
  ...open,
  properties: {
    port: text,
    targetPort: { 'x-kubernetes-int-or-string': true },
    path: text,
    scheme: { type: 'string', enum: ['http', 'https'] },
    interval: duration,
    scrapeTimeout: duration,
    honorLabels: { type: 'boolean' },
    honorTimestamps: { type: 'boolean' },
    params: { type: 'object', additionalProperties: texts },
    relabelings: { type: 'array', items: open },
    metricRelabelings: { type: 'array', items: open },
  },
};
const monitored = { selector, namespaceSelector, jobLabel: text, podTargetLabels: texts };

/** Our own table of the three kinds: the fields that have an effect. */
export const MONITOR_DEFINITIONS: readonly MonitorDefinition[] = [
  {
    kind: 'ServiceMonitor',
    plural: 'servicemonitors',
    shortName: 'smon',
    required: ['endpoints', 'selector'],
    spec: { ...monitored, targetLabels: texts, endpoints: { type: 'array', items: endpoint } },
  },
  {
    kind: 'PodMonitor',
    plural: 'podmonitors',
    shortName: 'pmon',
    required: ['selector'],
    spec: { ...monitored, podMetricsEndpoints: { type: 'array', items: endpoint } },
  },
  {
    kind: 'PrometheusRule',
    plural: 'prometheusrules',
    shortName: 'promrule',
    required: [],
    spec: { groups: { type: 'array', items: open } },
  },
];

/** The CustomResourceDefinition of one kind. */
export function monitorDefinition({ kind, plural, shortName, required, spec }: MonitorDefinition): object {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.monitoring.coreos.com` },
    spec: {
      group: 'monitoring.coreos.com',
      scope: 'Namespaced',
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        shortNames: [shortName],
        categories: ['prometheus-operator'],
      },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              required: ['spec'],
              properties: {
                apiVersion: text,
                kind: text,
                metadata: { type: 'object' },
                spec: { ...open, ...(required.length > 0 ? { required } : {}), properties: spec },
              },
            },
          },
        },
      ],
    },
  };
}
