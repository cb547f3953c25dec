import { expect, it } from 'vitest';
import { parsePrometheusConfiguration } from './prometheus-configuration.ts';

it('reads jobs with the defaults of global', () => {
  const { scrapes } = parsePrometheusConfiguration(
    'global: { scrape_interval: 30s }\nscrape_configs:\n  - job_name: pods\n    kubernetes_sd_configs: [{ role: pod, namespaces: { names: [shop] } }]\n    relabel_configs: [{ source_labels: [a, b], action: keep, regex: x }]\n  - { job_name: slow, scrape_interval: 2m, static_configs: [{ targets: ["web:80"], labels: { a: b } }] }\n',
  );
  expect(scrapes).toMatchObject([
    {
      jobName: 'pods',
      intervalMs: 30_000,
      timeoutMs: 10_000,
      kubernetes: [{ role: 'pod', namespaces: ['shop'] }],
      relabel: [{ action: 'keep', sourceLabels: ['a', 'b'] }],
    },
    { jobName: 'slow', intervalMs: 120_000, staticTargets: [{ targets: ['web:80'], labels: { a: 'b' } }] },
  ]);
});

it.each([
  ['rule_files: [x]', 'field "rule_files" is not modelled'],
  ['scrape_configs: [{ job_name: a, basic_auth: {} }]', 'scrape_configs: field "basic_auth" is not modelled'],
  ['scrape_configs: [{ job_name: a, kubernetes_sd_configs: [{ role: node }] }]', 'role "node" is not modelled'],
  ['scrape_configs: [{ job_name: a, relabel_configs: [{ action: hashmod }] }]', 'relabel action "hashmod" is not modelled'],
  ['scrape_configs: [{ job_name: a }, { job_name: a }]', 'found multiple scrape configs with job name "a"'],
  ['scrape_configs: [{}]', 'job_name is empty'],
  ['a: [', 'parsing YAML'],
])('refuses %s', (text, message) => {
  expect(() => parsePrometheusConfiguration(text)).toThrow(message);
});
