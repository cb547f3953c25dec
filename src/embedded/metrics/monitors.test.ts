import { expect, it } from 'vitest';
import { type Monitor, monitorScrapes } from './monitors.ts';
import { SCRAPE_DEFAULTS } from './scrape-config.ts';
import { scrapeTarget } from './scrape-target.ts';

const monitor = (spec: Partial<Monitor['spec']>): Monitor => ({
  metadata: { namespace: 'shop', name: 'shop', uid: '', resourceVersion: '', creationTimestamp: '' },
  spec: {
    selector: { matchLabels: { app: 'shop' } },
    endpoints: [{ port: 'metrics', path: '/monitoring/metrics', interval: '15s' }],
    ...spec,
  },
});
const found = {
  __address__: '10.0.0.1:9090',
  __meta_kubernetes_namespace: 'shop',
  __meta_kubernetes_service_name: 'shop-canary',
  __meta_kubernetes_service_label_app: 'shop',
  __meta_kubernetes_service_labelpresent_app: 'true',
  __meta_kubernetes_endpoint_port_name: 'metrics',
  __meta_kubernetes_pod_name: 'shop-1',
  __meta_kubernetes_pod_container_name: 'app',
  __meta_kubernetes_pod_label_track: 'canary',
};

it('makes a target of each port of a Service that is selected, named after the Service', () => {
  const [config] = monitorScrapes(monitor({ podTargetLabels: ['track'] }), 'ServiceMonitor', SCRAPE_DEFAULTS);
  expect(config).toMatchObject({
    jobName: 'serviceMonitor/shop/shop/0',
    intervalMs: 15_000,
    timeoutMs: 10_000,
    kubernetes: [{ role: 'endpoints', namespaces: ['shop'] }],
  });
  expect(scrapeTarget(config!, found)).toMatchObject({
    url: 'http://10.0.0.1:9090/monitoring/metrics',
    labels: {
      namespace: 'shop',
      service: 'shop-canary',
      pod: 'shop-1',
      container: 'app',
      endpoint: 'metrics',
      job: 'shop-canary',
      track: 'canary',
      instance: '10.0.0.1:9090',
    },
  });
});

it.each([
  { what: 'another label', change: { __meta_kubernetes_service_label_app: 'shopping' } },
  { what: 'another port', change: { __meta_kubernetes_endpoint_port_name: 'http' } },
  { what: 'a Pod that has ended', change: { __meta_kubernetes_pod_phase: 'Succeeded' } },
] as { what: string; change: Record<string, string> }[])('leaves out $what', ({ change }) => {
  const [config] = monitorScrapes(monitor({}), 'ServiceMonitor', SCRAPE_DEFAULTS);
  expect(scrapeTarget(config!, { ...found, ...change })).toBeUndefined();
});

it('takes the job from a label of the Service where jobLabel names one', () => {
  const [config] = monitorScrapes(monitor({ jobLabel: 'app' }), 'ServiceMonitor', SCRAPE_DEFAULTS);
  expect(scrapeTarget(config!, found)!.labels['job']).toBe('shop');
});

it.each([
  { operator: 'In', values: ['shop'], isKept: true },
  { operator: 'In', values: ['web'], isKept: false },
  { operator: 'NotIn', values: ['shop'], isKept: false },
  { operator: 'Exists', values: [], isKept: true },
  { operator: 'DoesNotExist', values: [], isKept: false },
])('selects by $operator $values', ({ operator, values, isKept }) => {
  const [config] = monitorScrapes(
    monitor({ selector: { matchExpressions: [{ key: 'app', operator, values }] } }),
    'ServiceMonitor',
    SCRAPE_DEFAULTS,
  );
  expect(scrapeTarget(config!, found) !== undefined).toBe(isKept);
});

it('looks in every namespace, or in those that are named', () => {
  const namespaces = (namespaceSelector: Monitor['spec']['namespaceSelector']): readonly string[] =>
    monitorScrapes(monitor({ namespaceSelector: namespaceSelector! }), 'ServiceMonitor', SCRAPE_DEFAULTS)[0]!.kubernetes[0]!.namespaces;
  expect([namespaces({ any: true }), namespaces({ matchNames: ['a', 'b'] })]).toEqual([[], ['a', 'b']]);
});

it('names the field that it does not model', () => {
  const odd = monitor({ endpoints: [{ port: 'metrics', basicAuth: {} } as never] });
  expect(() => monitorScrapes(odd, 'ServiceMonitor', SCRAPE_DEFAULTS)).toThrow(
    'ServiceMonitor endpoint: field "basicAuth" is not modelled',
  );
  expect(() => monitorScrapes(monitor({ sampleLimit: 1 } as never), 'ServiceMonitor', SCRAPE_DEFAULTS)).toThrow(
    'field "sampleLimit" is not modelled',
  );
});
