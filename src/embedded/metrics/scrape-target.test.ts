import { expect, it } from 'vitest';
import { relabel, relabelRule } from './relabel.ts';
import { SCRAPE_DEFAULTS, scrapeConfig } from './scrape-config.ts';
import { sampleLabels, scrapeTarget } from './scrape-target.ts';

const target = { namespace: 'ingress-nginx', pod: 'controller-0', service: 'controller-metrics', job: 'controller-metrics' };
const scraped = { __name__: 'nginx_ingress_controller_requests', namespace: 'default', service: 'shop', ingress: 'shop' };

it('renames scraped labels that collide with those of the target', () => {
  expect(sampleLabels(scraped, target, false)).toEqual({
    ...target,
    __name__: 'nginx_ingress_controller_requests',
    exported_namespace: 'default',
    exported_service: 'shop',
    ingress: 'shop',
  });
});

it('keeps scraped labels under honorLabels', () => {
  expect(sampleLabels(scraped, target, true)).toEqual({ ...target, ...scraped });
});

it('prefixes until the name is free', () => {
  expect(sampleLabels({ job: 'a', exported_job: 'b' }, { job: 'c' }, false)).toEqual({
    job: 'c',
    exported_job: 'b',
    exported_exported_job: 'a',
  });
});

const discovered = {
  __address__: '10.0.0.1:9090',
  __meta_kubernetes_pod_annotation_prometheus_io_scrape: 'true',
  __meta_kubernetes_pod_annotation_prometheus_io_path: '/stats',
  __meta_kubernetes_pod_annotation_prometheus_io_port: '8080',
  __meta_kubernetes_pod_label_app: 'shop',
};

it('follows the annotations of a Pod by the usual relabeling', () => {
  const annotation = (name: string): string => `__meta_kubernetes_pod_annotation_prometheus_io_${name}`;
  const config = scrapeConfig(
    {
      jobName: 'kubernetes-pods',
      relabel: [
        relabelRule({ action: 'keep', sourceLabels: [annotation('scrape')], regex: 'true' }),
        relabelRule({ sourceLabels: [annotation('path')], targetLabel: '__metrics_path__', regex: '(.+)' }),
        relabelRule({
          sourceLabels: ['__address__', annotation('port')],
          regex: '(.+?)(?::\\d+)?;(\\d+)',
          replacement: '$1:$2',
          targetLabel: '__address__',
        }),
        relabelRule({ action: 'labelmap', regex: '__meta_kubernetes_pod_label_(.+)' }),
      ],
    },
    SCRAPE_DEFAULTS,
  );
  expect(scrapeTarget(config, discovered)).toMatchObject({
    url: 'http://10.0.0.1:8080/stats',
    labels: { app: 'shop', instance: '10.0.0.1:8080', job: 'kubernetes-pods' },
  });
  expect(scrapeTarget(config, { __address__: '10.0.0.2:80' })).toBeUndefined();
});

it('adds the port of the scheme and the parameters', () => {
  const config = scrapeConfig({ jobName: 'static', scheme: 'https', params: { module: ['http'] } }, SCRAPE_DEFAULTS);
  expect(scrapeTarget(config, { __address__: 'web' })).toMatchObject({
    url: 'https://web:443/metrics?module=http',
    labels: { job: 'static', instance: 'web:443' },
  });
});

it.each([
  { action: 'drop' as const, regex: 'a.*', expected: undefined },
  { action: 'keep' as const, regex: 'a', expected: undefined },
  { action: 'uppercase' as const, regex: '(.*)', expected: { x: 'abc', y: 'ABC' } },
  { action: 'replace' as const, regex: 'a(.*)', expected: { x: 'abc', y: 'bc' } },
  { action: 'labeldrop' as const, regex: 'x', expected: {} },
])('relabels by $action', ({ action, regex, expected }) => {
  expect(relabel({ x: 'abc' }, [relabelRule({ action, sourceLabels: ['x'], targetLabel: 'y', regex })])).toEqual(expected);
});

it('keeps a scraped label whose name the language below knows', () => {
  expect(sampleLabels({ constructor: 'a', job: 'b' }, { job: 'c' }, false)).toEqual({ constructor: 'a', job: 'c', exported_job: 'b' });
});
