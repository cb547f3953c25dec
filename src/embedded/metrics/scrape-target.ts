import type { Labels } from './labels.ts';
import { withLabel } from './promql/label-functions.ts';
import { relabel } from './relabel.ts';
import type { ScrapeConfig } from './scrape-config.ts';

/** An address that is scraped, with the labels that all its samples get. */
export interface ScrapeTarget {
  config: ScrapeConfig;
  discovered: Labels;
  labels: Labels;
  url: string;
}

/** The target that relabeling makes of what was discovered, or `undefined` when it is dropped. */
export function scrapeTarget(config: ScrapeConfig, found: Labels): ScrapeTarget | undefined {
  const parameters = Object.fromEntries(Object.entries(config.params).map(([name, [first]]) => [`__param_${name}`, first ?? '']));
  const discovered: Labels = {
    job: config.jobName,
    __scheme__: config.scheme,
    __metrics_path__: config.metricsPath,
    ...parameters,
    ...found,
  };
  const relabelled = relabel(discovered, config.relabel);
  if (relabelled === undefined || !relabelled['__address__']) return undefined;
  const scheme = relabelled['__scheme__'] ?? 'http';
  const address = /:\d+$/.test(relabelled['__address__'])
    ? relabelled['__address__']
    : `${relabelled['__address__']}:${scheme === 'https' ? 443 : 80}`;
  const query = new URLSearchParams();
  for (const [name, values] of Object.entries(config.params)) for (const value of values.slice(1)) query.append(name, value);
  for (const [name, value] of Object.entries(relabelled))
    if (name.startsWith('__param_')) query.append(name.slice('__param_'.length), value);
  const url = `${scheme}://${address}${relabelled['__metrics_path__'] ?? '/metrics'}${query.size > 0 ? `?${query}` : ''}`;
  const kept = Object.fromEntries(Object.entries(relabelled).filter(([name, value]) => !name.startsWith('__') && value !== ''));
  return { config, discovered, labels: 'instance' in kept ? kept : { ...kept, instance: address }, url };
}

/**
 * The labels of one scraped sample at its target. On a collision the target wins and the scraped label becomes `exported_…`; with
 * `honorLabels` the scraped one wins.
 */
export function sampleLabels(scraped: Labels, target: Labels, honorLabels: boolean): Labels {
  if (honorLabels) return { ...target, ...scraped };
  let labels: Labels = { ...target };
  for (const [name, value] of Object.entries(scraped)) {
    let free = name;
    while (Object.hasOwn(target, free) || (free !== name && Object.hasOwn(scraped, free))) free = `exported_${free}`;
    labels = withLabel(labels, free, value);
  }
  return labels;
}
