import { messageOf } from '../../base/errors.ts';
import { yamlLibrary } from '../../base/yaml-library.ts';
import { parsePromDuration } from './promql/duration-text.ts';
import { RELABEL_ACTIONS, type RelabelRule, relabelRule } from './relabel.ts';
import {
  KUBERNETES_ROLES,
  type KubernetesRole,
  SCRAPE_DEFAULTS,
  type ScrapeConfig,
  type ScrapeDefaults,
  scrapeConfig,
} from './scrape-config.ts';

export interface PrometheusConfiguration {
  scrapes: ScrapeConfig[];
  defaults: ScrapeDefaults;
  externalLabels: Record<string, string>;
}

type Fields = Record<string, unknown>;

/** Reads `prometheus.yml`. Throws with the name of the first field that is unknown or not modelled. */
export function parsePrometheusConfiguration(text: string): PrometheusConfiguration {
  let root: Fields;
  try {
    root = (yamlLibrary().parse(text) ?? {}) as Fields;
  } catch (error) {
    throw new Error(`parsing YAML: ${messageOf(error)}`);
  }
  only(root, ['global', 'scrape_configs'], '');
  const global = (root['global'] ?? {}) as Fields;
  only(global, ['scrape_interval', 'scrape_timeout', 'evaluation_interval', 'external_labels'], 'global');
  const defaults = {
    intervalMs: duration(global['scrape_interval'], SCRAPE_DEFAULTS.intervalMs),
    timeoutMs: duration(global['scrape_timeout'], SCRAPE_DEFAULTS.timeoutMs),
  };
  const scrapes = ((root['scrape_configs'] ?? []) as Fields[]).map((fields) => scrapeFrom(fields, defaults));
  const names = scrapes.map(({ jobName }) => jobName);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`found multiple scrape configs with job name "${twice}"`);
  return { scrapes, defaults, externalLabels: (global['external_labels'] ?? {}) as Record<string, string> };
}

function scrapeFrom(fields: Fields, defaults: ScrapeDefaults): ScrapeConfig {
  only(
    fields,
    [
      'job_name',
      'scrape_interval',
      'scrape_timeout',
      'metrics_path',
      'scheme',
      'honor_labels',
      'honor_timestamps',
      'params',
      'static_configs',
      'kubernetes_sd_configs',
      'relabel_configs',
      'metric_relabel_configs',
    ],
    'scrape_configs',
  );
  if (typeof fields['job_name'] !== 'string' || fields['job_name'] === '') throw new Error('job_name is empty');
  return scrapeConfig(
    {
      jobName: fields['job_name'],
      intervalMs: duration(fields['scrape_interval'], defaults.intervalMs),
      timeoutMs: duration(fields['scrape_timeout'], defaults.timeoutMs),
      metricsPath: (fields['metrics_path'] ?? '/metrics') as string,
      scheme: (fields['scheme'] ?? 'http') as 'http' | 'https',
      honorLabels: fields['honor_labels'] === true,
      honorTimestamps: fields['honor_timestamps'] !== false,
      params: (fields['params'] ?? {}) as Record<string, string[]>,
      staticTargets: ((fields['static_configs'] ?? []) as Fields[]).map((group) => {
        only(group, ['targets', 'labels'], 'static_configs');
        return { targets: (group['targets'] ?? []) as string[], labels: (group['labels'] ?? {}) as Record<string, string> };
      }),
      kubernetes: ((fields['kubernetes_sd_configs'] ?? []) as Fields[]).map((discovery) => {
        only(discovery, ['role', 'namespaces'], 'kubernetes_sd_configs');
        const role = discovery['role'] as string;
        if (!(KUBERNETES_ROLES as readonly string[]).includes(role))
          throw new Error(`kubernetes_sd_configs: role "${role}" is not modelled`);
        const namespaces = (discovery['namespaces'] ?? {}) as Fields;
        only(namespaces, ['names'], 'namespaces');
        return { role: role as KubernetesRole, namespaces: (namespaces['names'] ?? []) as string[] };
      }),
      relabel: relabelRules(fields['relabel_configs']),
      metricRelabel: relabelRules(fields['metric_relabel_configs']),
    },
    defaults,
  );
}

function relabelRules(rules: unknown): RelabelRule[] {
  return ((rules ?? []) as Fields[]).map((rule) => {
    only(rule, ['action', 'source_labels', 'separator', 'regex', 'target_label', 'replacement'], 'relabel_configs');
    const action = String(rule['action'] ?? 'replace').toLowerCase();
    if (!(RELABEL_ACTIONS as readonly string[]).includes(action)) throw new Error(`relabel action "${action}" is not modelled`);
    return relabelRule({
      action: action as RelabelRule['action'],
      sourceLabels: (rule['source_labels'] ?? []) as string[],
      separator: (rule['separator'] ?? ';') as string,
      targetLabel: (rule['target_label'] ?? '') as string,
      replacement: String(rule['replacement'] ?? '$1'),
      regex: String(rule['regex'] ?? '(.*)'),
    });
  });
}

function only(fields: Fields, known: readonly string[], where: string): void {
  const other = Object.keys(fields).find((name) => !known.includes(name));
  if (other !== undefined) throw new Error(`${where === '' ? '' : `${where}: `}field "${other}" is not modelled`);
}

function duration(value: unknown, otherwise: number): number {
  return value === undefined || value === null ? otherwise : parsePromDuration(String(value));
}
