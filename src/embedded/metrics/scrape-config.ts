import type { RelabelRule } from './relabel.ts';

export const KUBERNETES_ROLES = ['pod', 'service', 'endpoints'] as const;
export type KubernetesRole = (typeof KUBERNETES_ROLES)[number];

/** One job: where its targets come from and how they are read. Durations in milliseconds. */
export interface ScrapeConfig {
  jobName: string;
  intervalMs: number;
  timeoutMs: number;
  metricsPath: string;
  scheme: 'http' | 'https';
  honorLabels: boolean;
  honorTimestamps: boolean;
  params: Readonly<Record<string, readonly string[]>>;
  staticTargets: readonly { targets: readonly string[]; labels: Readonly<Record<string, string>> }[];
  /** `namespaces` empty: all of them. */
  kubernetes: readonly { role: KubernetesRole; namespaces: readonly string[] }[];
  relabel: readonly RelabelRule[];
  metricRelabel: readonly RelabelRule[];
}

export interface ScrapeDefaults {
  intervalMs: number;
  timeoutMs: number;
}

export const SCRAPE_DEFAULTS: ScrapeDefaults = { intervalMs: 60_000, timeoutMs: 10_000 };

export function scrapeConfig(config: Partial<ScrapeConfig> & { jobName: string }, defaults: ScrapeDefaults): ScrapeConfig {
  const intervalMs = config.intervalMs ?? defaults.intervalMs;
  return {
    metricsPath: '/metrics',
    scheme: 'http',
    honorLabels: false,
    honorTimestamps: true,
    params: {},
    staticTargets: [],
    kubernetes: [],
    relabel: [],
    metricRelabel: [],
    ...config,
    intervalMs,
    timeoutMs: Math.min(intervalMs, config.timeoutMs ?? defaults.timeoutMs),
  };
}
